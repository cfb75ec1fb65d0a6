"""All leads of a company as they are handed on: JSON that the database writes itself, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
)

from leadbot.accounts import tenant
from leadbot.database import tenancy
from leadbot.database.counters import COLUMNS
from leadbot.database.session import db
from leadbot.fields import TABLE, Place
from leadbot.models import Company, Lead, LeadStatus

PAGE = 1000
# What a list shows of each lead: the customer's names in the customer's order, and more behind.
LISTED: dict[str, Any] = {
    "id": Lead.id, "owner_id": Lead.company_id, "bot_user_id": Lead.bot_user_id,
    **{row.key: getattr(Lead, row.column) for row in TABLE.columns if Place.API in row.shows},
    "summary": Lead.summary, "language": Lead.language, "status": Lead.status, "created_at": Lead.created_at,
    "phone_e164": Lead.phone_e164, "source": Lead.source, "lost_reason": Lead.lost_reason, "version": Lead.version,
    "updated_at": Lead.updated_at, "details": Lead.details, "contact_by": Lead.contact_by,
    "contact_name": Lead.contact_name, "is_complaint": Lead.is_complaint, "is_withdrawn": Lead.is_withdrawn,
    "is_urgent": Lead.is_urgent, "related_lead_id": Lead.related_lead_id,
}  # fmt: skip
MOMENTS = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads: how many, the id of the last, and their JSON objects with commas between."""

    count: int
    last: int
    json: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which leads: at this stage, changed since this moment; all without them."""

    status: LeadStatus | None = None
    since: datetime | None = None


def count(chosen: Chosen = Chosen()) -> int:
    """How many of these leads the company has."""
    if chosen.since is None:  # counted already, see models.tally
        company = tenant.company()
        return sum(getattr(company, COLUMNS[each]) for each in ([chosen.status] if chosen.status else LeadStatus))
    counted = _only(select(func.count()).select_from(Lead), chosen.status, True)
    return db.session.scalar(counted, {"since": chosen.since}) or 0


def pages(chosen: Chosen = Chosen(), *, after: int = 0, offset: int = 0, limit: int | None = None) -> Iterator[Page]:
    """The company's leads in the order they came, from behind the id `after`, PAGE leads at a time.

    Between two pages no connection is kept, however slowly somebody reads.
    """
    return _pages(tenancy.acting_for(), chosen, after, offset, limit)


def _pages(company_id: int, asked: Chosen, after: int, offset: int, left: int | None) -> Iterator[Page]:
    chosen = _page(db.engine.dialect.name, asked.status, asked.since is not None)
    since = {"since": asked.since} if asked.since else {}
    while left is None or left > 0:
        tenancy.act_for(company_id)  # who reads a stream has left the request behind
        size = PAGE if left is None else min(PAGE, left)
        page = Page(*db.session.execute(chosen, {"after": after, "offset": offset, "size": size, **since}).one())
        db.session.rollback()
        if page.count:
            yield page
        if page.count < size:
            return
        after, offset = page.last, 0
        left = None if left is None else left - size


@lru_cache(maxsize=4 * (len(LeadStatus) + 1))
def _page(dialect: str, status: LeadStatus | None, has_since: bool) -> Select[int, int, str]:
    """One row with everything of a Page: a row a lead would cost three times as much."""
    shown = (_shown(dialect, key, column) for key, column in LISTED.items())
    leads = select(*(column.label(key) for key, column in zip(LISTED, shown, strict=True)))
    leads = leads.where(Lead.id > bindparam("after")).order_by(Lead.id)
    page = _only(leads, status, has_since).offset(bindparam("offset")).limit(bindparam("size")).subquery("page")
    # Both databases put the rows together as they come, and they come sorted.
    return select(func.count(), func.max(page.c.id), func.aggregate_strings(_json(dialect, page), ","))


def _only(leads: Select[Any], status: LeadStatus | None, has_since: bool) -> Select[Any]:
    if status is not None:
        leads = leads.where(Lead.status == status)
    return leads.where(Lead.updated_at >= bindparam("since", type_=Lead.updated_at.type)) if has_since else leads


def _json(dialect: str, page: Subquery) -> ColumnElement[str]:
    """A row as a JSON object without spaces; both databases escape what json.dumps escapes."""
    if dialect == "sqlite":
        return func.json_object(*chain.from_iterable((key, _in_json(page, key)) for key in LISTED))
    return cast(func.row_to_json(page.table_valued()), Text)


def _in_json(page: Subquery, key: str) -> ColumnElement[Any]:
    """A value inside an object of SQLite, to which an object of its own is but a text, and a truth but a number."""
    if isinstance(LISTED[key].type, Boolean):
        return func.json(case((page.c[key], "true"), else_="false"))
    value = type_coerce(page.c[key], String)
    if isinstance(page.c[key].type, Boolean):
        return func.json(case((page.c[key], "true"), else_="false"))
    return func.json(value) if key == "details" else value


def _shown(dialect: str, key: str, column: Any) -> ColumnElement[Any]:
    """A column as the list writes it: where a client's language is not known, the company's stands for it."""
    if key == "language":
        return func.coalesce(func.nullif(column, ""), _COMPANYS)
    return _moment(dialect, column) if key in MOMENTS else column


_COMPANYS = select(Company.language).where(Company.id == Lead.company_id).correlate(Lead).scalar_subquery()


def _moment(dialect: str, column: Any) -> ColumnElement[Any]:
    """2026-01-28T15:30:00, as api.shapes.moment writes it."""
    if dialect == "sqlite":
        return func.replace(func.substr(type_coerce(column, String), 1, 19), " ", "T")
    return func.date_trunc("second", column)
