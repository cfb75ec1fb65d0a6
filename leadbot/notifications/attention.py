"""What an open page rings for: a lead that has just come, a client who waits for a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from leadbot.conversations import waiting as conversations_waiting
from leadbot.database.session import db
from leadbot.models import Lead, Source

COUNTED = 99
_COME = Lead.source.not_in((Source.TEST, Source.MANUAL))


@dataclass(frozen=True, slots=True)
class Attention:
    """The newest lead that a client has brought, how many came after the one a page knows, how many clients wait."""

    newest_lead: int
    fresh: int
    waiting: int

    def __str__(self) -> str:
        return f"{self.newest_lead}.{self.fresh}.{self.waiting}"


def look(since: int | None) -> Attention:
    """As things stand now; `since` is the newest lead that a page has shown."""
    newest = db.session.scalar(select(Lead.id).where(_COME).order_by(Lead.id.desc()).limit(1)) or 0
    fresh = 0
    if since is not None and 0 <= since < newest:
        later = select(Lead.id).where(_COME, Lead.id > since).limit(COUNTED).subquery()
        fresh = db.session.scalar(select(func.count()).select_from(later)) or 0
    return Attention(newest, fresh, conversations_waiting.count())
