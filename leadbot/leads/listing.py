"""All leads of a company as they are handed on: JSON that the database writes itself, page by page; and for who keeps a
copy which of them are no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select

from leadbot.accounts import tenant
from leadbot.database import tenancy
from leadbot.database.counters import COLUMNS
from leadbot.database.session import db, utcnow
from leadbot.errors import NotFound
from leadbot.leads import row
from leadbot.models import ErasedLead, Lead, LeadStatus

PAGE = 1000
ERASED_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Some leads: how many, the id of the last, and their JSON objects with commas between."""

    count: int
    last: int
    json: str


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which leads: at this stage, changed since this moment; all without them."""

    status: LeadStatus | None = None
    since: datetime | None = None


def count(chosen: ListingFilter = ListingFilter()) -> int:
    """How many of these leads the company has."""
    if chosen.since is None:  # counted already, see models.tally
        company = tenant.company()
        return sum(getattr(company, COLUMNS[each]) for each in ([chosen.status] if chosen.status else LeadStatus))
    counted = _only(select(func.count()).select_from(Lead), chosen.status, True)
    return db.session.scalar(counted, {"since": chosen.since}) or 0


def one(lead_id: int) -> str:
    """The company's lead as it stands, as a JSON object. Raises NotFound for any other."""
    asked = _page(db.engine.dialect.name, None, False)
    found = db.session.execute(asked, {"after": lead_id - 1, "offset": 0, "size": 1}).one()
    if found[1] != lead_id:
        raise NotFound
    return str(found[2])


def pages(
    chosen: ListingFilter = ListingFilter(), *, after: int = 0, offset: int = 0, limit: int | None = None
) -> Iterator[ListingPage]:
    """The company's leads in the order they came, from behind the id `after`, PAGE leads at a time.

    Between two pages no connection is kept, however slowly somebody reads.
    """
    return _pages(tenancy.acting_for(), chosen, after, offset, limit)


def note_erased(ids: Collection[int]) -> None:
    """These leads of the company are no more. Part of the transaction that has deleted them.

    One such transaction at a time, so that the numbers of what is noted grow as it can be seen: who has seen one has
    missed none before it.
    """
    tenant.locked_company()
    db.session.add_all(ErasedLead(lead_id=each) for each in sorted(ids))
    db.session.flush()


def erased(*, after: int = 0, limit: int = PAGE) -> list[ErasedLead]:
    """Which leads the company has erased, as it went, from behind the number `after`.

    Before ids were given out once (0039), SQLite gave that of its newest lead out again: what is there again is none
    of them.
    """
    again = select(Lead.id).where(Lead.id == ErasedLead.lead_id).exists()
    gone = select(ErasedLead).where(ErasedLead.id > after, ~again).order_by(ErasedLead.id)
    return list(db.session.scalars(gone.limit(limit)))


def forget_erased() -> None:
    """Nobody asks for so old ones any more, of whatever company."""
    old = delete(ErasedLead).where(ErasedLead.erased_at < utcnow() - ERASED_KEPT)
    with tenancy.all_companies():
        db.session.execute(old.execution_options(synchronize_session=False))
    db.session.commit()


def _pages(company_id: int, asked: ListingFilter, after: int, offset: int, left: int | None) -> Iterator[ListingPage]:
    chosen = _page(db.engine.dialect.name, asked.status, asked.since is not None)
    since = {"since": asked.since} if asked.since else {}
    while left is None or left > 0:
        tenancy.act_for(company_id)  # who reads a stream has left the request behind
        size = PAGE if left is None else min(PAGE, left)
        page = ListingPage(*db.session.execute(chosen, {"after": after, "offset": offset, "size": size, **since}).one())
        db.session.rollback()
        if page.count:
            yield page
        if page.count < size:
            return
        after, offset = page.last, 0
        left = None if left is None else left - size


@lru_cache(maxsize=4 * (len(LeadStatus) + 1))
def _page(dialect: str, status: LeadStatus | None, has_since: bool) -> Select[int, int, str]:
    """One row with everything of a ListingPage: a row a lead would cost three times as much."""
    leads = row.leads(dialect).where(Lead.id > bindparam("after")).order_by(Lead.id)
    page = _only(leads, status, has_since).offset(bindparam("offset")).limit(bindparam("size")).subquery("page")
    # Both databases put the rows together as they come, and they come sorted.
    return select(func.count(), func.max(page.c.id), func.aggregate_strings(row.as_json(dialect, page), ","))


def _only(leads: Select[Any], status: LeadStatus | None, has_since: bool) -> Select[Any]:
    if status is not None:
        leads = leads.where(Lead.status == status)
    return leads.where(Lead.updated_at >= bindparam("since", type_=Lead.updated_at.type)) if has_since else leads
