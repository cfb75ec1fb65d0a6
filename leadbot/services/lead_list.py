"""All leads of a company as they are handed on: bare rows, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from leadbot import tenancy
from leadbot.db import db
from leadbot.models import Lead, LeadStatus

Listed = Row[Any]
PAGE = 1000
# What a list of leads shows of each.
LISTED = (
    Lead.id, Lead.company_id, Lead.bot_user_id, Lead.name, Lead.phone, Lead.city, Lead.object_type, Lead.area,
    Lead.summary, Lead.language, Lead.status, Lead.created_at, Lead.phone_e164, Lead.source, Lead.lost_reason,
    Lead.version, Lead.updated_at,
)  # fmt: skip


def count(status: LeadStatus | None = None) -> int:
    """How many leads the company has, at this stage or at all."""
    counted = select(func.count()).select_from(Lead)
    return db.session.scalar(counted if status is None else counted.where(Lead.status == status)) or 0


def pages(
    status: LeadStatus | None = None, *, after: int = 0, offset: int = 0, limit: int | None = None
) -> Iterator[Sequence[Listed]]:
    """The company's leads in the order they came, from behind the id `after`, some thousand rows of `LISTED` at a time.

    Between two pages no connection is kept, however slowly somebody reads.
    """
    return _pages(tenancy.acting_for(), status, after, offset, limit)


def _pages(
    company_id: int, status: LeadStatus | None, after: int, offset: int, left: int | None
) -> Iterator[Sequence[Listed]]:
    while left is None or left > 0:
        tenancy.act_for(company_id)  # who reads a stream has left the request behind
        chosen = select(*LISTED).where(Lead.id > after).order_by(Lead.id).offset(offset)
        chosen = chosen if status is None else chosen.where(Lead.status == status)
        size = PAGE if left is None else min(PAGE, left)
        rows: Sequence[Listed] = db.session.execute(chosen.limit(size)).all()  # type: ignore[assignment]
        db.session.rollback()
        if rows:
            yield rows
        if len(rows) < size:
            return
        after, offset = rows[-1].id, 0
        left = None if left is None else left - size
