"""Leads as a table: sorted by a column, a page at a time, and many moved at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, literal, select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.database.counters import COLUMNS
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.leads import board, moving, records
from leadbot.leads.filters import Filter
from leadbot.models import Lead, LeadStatus, LostReason, User

ROWS = 50  # of a page
PAGES_MOST = 10_000
PICKED_MOST = 200


def _in_order(column: Any) -> Any:
    """What to sort names by: a first letter that the code's order puts elsewhere stands behind the one it follows."""
    pairs = zip("ӘҒЁҚҢӨҰҮҺІ", "АГЕКНОУУХЫ", strict=True)
    behind = {letter: literal(f"{before}\U0010ffff").concat(column) for letter, before in pairs}
    return case(behind, value=func.substr(column, 1, 1), else_=column)


SORTS: dict[str, Any] = {
    "created": Lead.created_at,
    "name": _in_order(Lead.name),
    "city": Lead.city,
    "object": Lead.object_type,
    "area": Lead.area_m2,
    "stage": case({stage: place for place, stage in enumerate(LeadStatus)}, value=Lead.status),
    "owner": Lead.assignee_id,
}


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page of the table, the first is 1; `count` is of all leads that pass the filter."""

    rows: list[board.Card]
    count: int
    number: int

    @property
    def last(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // ROWS))


@dataclass(frozen=True, slots=True)
class Picked:
    """A lead as its mover saw it."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class Way:
    """Where a moved lead came from, and the version it has now: what undoing needs."""

    id: int
    version: int
    status: LeadStatus
    reason: LostReason | None
    was_free: bool = False  # nobody answered for it


def page(only: Filter, *, stage: LeadStatus | None, sort: str, is_down: bool, number: int) -> TablePage:
    """A page of the leads that pass; what has no value in the sorted column comes last."""
    passes = [*only.conditions(), *([Lead.status == stage] if stage else [])]
    count = _count(only, stage)
    number = min(max(1, number), PAGES_MOST, max(1, -(-count // ROWS)))
    column = SORTS[sort]
    order = (column.is_(None), column.desc() if is_down else column.asc(), Lead.id.desc())
    # All that pass are sorted by no more than it takes; what a card shows is read of one page.
    shown = select(Lead.id).where(*passes).order_by(*order).offset((number - 1) * ROWS).limit(ROWS).subquery()
    rows = db.session.execute(select(*board.columns(Lead)).where(Lead.id.in_(select(shown.c.id))).order_by(*order))
    return TablePage([board.Card._make(row) for row in rows], count, number)


def _count(only: Filter, stage: LeadStatus | None) -> int:
    """How many leads pass; the database has counted already where nothing but the stage is asked."""
    stages = [stage] if stage else list(LeadStatus)
    if not only:
        company = company_settings.company()
        return sum(getattr(company, COLUMNS[each]) for each in stages)
    counted = select(func.count()).select_from(Lead).where(Lead.status.in_(stages), *only.conditions())
    return db.session.scalar(counted) or 0


def move(picked: Iterable[Picked], to: LeadStatus, *, by: User, reason: str | None = None) -> tuple[list[Way], int]:
    """Move many leads; what somebody else has changed meanwhile stays. The moved ones, and how many were not.

    Raises Invalid where nothing is picked or a lost lead has no reason, Forbidden for a viewer.
    """
    users.check_may_write(by)
    seen = {each.id: each.version for each in picked}
    if not seen or len(seen) > PICKED_MOST:
        raise Invalid("Choose the leads first", field="pick")
    lost_reason = moving.lost_reason_of(reason) if to is LeadStatus.LOST else None
    ways = [_move(lead, to, lost_reason, by) for lead in _locked(seen)]
    db.session.commit()
    return ways, len(seen) - len(ways)


def undo(ways: Iterable[Way], *, by: User) -> tuple[int, int]:
    """Put back what has not been changed since; how many were, and how many were not."""
    users.check_may_write(by)
    by_id = {way.id: way for way in list(ways)[:PICKED_MOST]}
    found = _locked({way.id: way.version for way in by_id.values()})
    for lead in found:
        _move(lead, by_id[lead.id].status, by_id[lead.id].reason, by, frees=by_id[lead.id].was_free)
    db.session.commit()
    return len(found), len(by_id) - len(found)


def _locked(seen: dict[int, int]) -> list[Lead]:
    """The leads that still are as they were seen, locked in one order so that two movers never wait for each other."""
    rows = select(Lead).where(Lead.id.in_(seen)).order_by(Lead.id).with_for_update(of=Lead)
    return [lead for lead in db.session.scalars(rows) if lead.version == seen[lead.id]]


def _move(lead: Lead, to: LeadStatus, reason: LostReason | None, by: User, *, frees: bool = False) -> Way:
    before, reason_before, was_free = lead.status, lead.lost_reason, False
    if (before, reason_before) != (to, reason):
        if frees:
            moving.set_free(lead, by=by)
        else:
            was_free = records.begin_work(lead, by=by)
        lead.status, lead.lost_reason = to, reason
        moving.to_top(lead)
        db.session.flush()
        records.record(lead, "moved", from_value=before, to_value=to, reason=reason, by=by)
    return Way(lead.id, lead.version, before, reason_before, was_free)
