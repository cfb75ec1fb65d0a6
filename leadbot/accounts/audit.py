"""The log of what people do to settings, team and data: written in the transaction of what they do, kept for a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, lazyload

from leadbot.database.session import db, utcnow
from leadbot.models import AuditEntry, AuditEvent, User

KEPT = timedelta(days=365)
PAGE = 50
GROUPS: dict[str, tuple[AuditEvent, ...]] = {
    "entry": (AuditEvent.LOGGED_IN, AuditEvent.PASSWORD, AuditEvent.RESET_LINK),
    "team": (
        AuditEvent.INVITED, AuditEvent.UNINVITED, AuditEvent.JOINED, AuditEvent.ROLE, AuditEvent.SHUT_OUT,
        AuditEvent.LET_IN, AuditEvent.REMOVED,
    ),
    "settings": (
        AuditEvent.COMPANY, AuditEvent.STAGES, AuditEvent.HOURS, AuditEvent.TURNS, AuditEvent.CONVERSATIONS,
        AuditEvent.ANSWERS, AuditEvent.BOT, AuditEvent.MODEL_KEY, AuditEvent.WIDGET, AuditEvent.WIDGET_KEY,
        AuditEvent.SWITCHED, AuditEvent.LIMITS,
    ),
    "data": (
        AuditEvent.EXPORTED, AuditEvent.IMPORTED, AuditEvent.IMPORT_UNDONE, AuditEvent.ERASED, AuditEvent.RETENTION,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries, newest first; `older` is where the next page begins, None on the last one."""

    rows: list[AuditEntry]
    older: int | None


def note(
    who_id: int | None, event: AuditEvent, *, about_id: int | None = None, detail: Collection[str] | str = ""
) -> None:
    """Write down that somebody did it, None being the operator of the installation. Part of the caller's transaction.

    What has been kept long enough goes.
    """
    words = detail if isinstance(detail, str) else ",".join(sorted(detail))
    db.session.execute(delete(AuditEntry).where(AuditEntry.created_at < utcnow() - KEPT))
    db.session.add(AuditEntry(user_id=who_id, act=event, about_id=about_id, detail=words))


def entries(*, who_id: int | None = None, group: str = "", before: int | None = None) -> Entries:
    """A page of the log: of one person, of one group of events, from before an entry on."""
    wanted = select(AuditEntry).where(AuditEntry.created_at >= utcnow() - KEPT)
    if who_id is not None:
        wanted = wanted.where(AuditEntry.user_id == who_id)
    if group in GROUPS:
        wanted = wanted.where(AuditEntry.act.in_(GROUPS[group]))
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    people = (joinedload(each).options(lazyload(User.company)) for each in (AuditEntry.user, AuditEntry.about))
    found = list(db.session.scalars(wanted.options(*people).order_by(AuditEntry.id.desc()).limit(PAGE + 1)))
    return Entries(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)
