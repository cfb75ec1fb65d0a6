"""The log of what people do to settings, team and data: written in the transaction of the deed, kept for a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, lazyload

from leadbot.database.session import db, utcnow
from leadbot.models import Act, AuditEntry, User

KEPT = timedelta(days=365)
PAGE = 50
GROUPS: dict[str, tuple[Act, ...]] = {
    "entry": (Act.LOGGED_IN, Act.PASSWORD, Act.RESET_LINK),
    "team": (Act.INVITED, Act.UNINVITED, Act.JOINED, Act.ROLE, Act.SHUT_OUT, Act.LET_IN, Act.REMOVED),
    "settings": (
        Act.COMPANY, Act.STAGES, Act.HOURS, Act.TURNS, Act.CONVERSATIONS, Act.ANSWERS, Act.BOT, Act.MODEL_KEY,
        Act.WIDGET, Act.WIDGET_KEY, Act.SWITCHED, Act.LIMITS,
    ),
    "data": (Act.EXPORTED, Act.IMPORTED, Act.IMPORT_UNDONE, Act.ERASED, Act.RETENTION),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries, newest first; `older` is where the next page begins, None on the last one."""

    rows: list[AuditEntry]
    older: int | None


def note(who_id: int | None, act: Act, *, about_id: int | None = None, detail: Collection[str] | str = "") -> None:
    """Write down that somebody did it, None being the operator of the installation. Part of the caller's transaction.

    What has been kept long enough goes.
    """
    words = detail if isinstance(detail, str) else ",".join(sorted(detail))
    db.session.execute(delete(AuditEntry).where(AuditEntry.created_at < utcnow() - KEPT))
    db.session.add(AuditEntry(user_id=who_id, act=act, about_id=about_id, detail=words))


def entries(*, who_id: int | None = None, group: str = "", before: int | None = None) -> Entries:
    """A page of the log: of one person, of one group of acts, from before an entry on."""
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
