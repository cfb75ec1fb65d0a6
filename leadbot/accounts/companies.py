"""All companies of the installation, for its operator alone: who is there, switching off and on, limits.

There is no way here to see what a company sees or to act as one of its people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from leadbot.accounts import audit
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import Invalid, NotFound
from leadbot.models import AuditEvent, Company, Lead, Message, Role, User

# How many persons, invitations counted; tokens of the model a month; those a day on the installation's own key.
LIMITS = ("people", "month_tokens", "day_tokens")
LIMIT_MOST = 10**12


@dataclass(frozen=True, slots=True)
class Overview:
    """A company as its operator sees it: numbers, no client's words."""

    id: int
    name: str
    slug: str
    is_active: bool
    created_at: datetime
    owners: tuple[str, ...]  # their e-mails
    people: int
    leads: int
    messages: int
    limits: dict[str, int]


def everything() -> list[Overview]:
    """All companies, oldest first."""
    with tenancy.all_companies():
        ids = list(db.session.scalars(select(Company.id).order_by(Company.id)))
    return [one(company_id) for company_id in ids]


def one(company_id: int) -> Overview:
    """Raises NotFound."""
    own = _enter(company_id)
    people = list(db.session.scalars(select(User).where(User.removed_at.is_(None)).order_by(User.id)))
    owners = tuple(person.email for person in people if person.role is Role.OWNER)
    seen = Overview(
        own.id, own.name, own.slug, own.is_active, own.created_at, owners, len(people),
        _count(select(Lead.id)), _count(select(Message.id)), dict(own.limits),
    )  # fmt: skip
    db.session.rollback()
    return seen


def set_active(company_id: int, is_active: bool) -> None:
    """Switch a company off, or on again. Its pages, API and widget find nothing from the next request on, and no notice
    leaves; what waits in the outbox goes out once it is on again. Raises NotFound."""
    _enter(company_id).is_active = is_active
    audit.note(None, AuditEvent.SWITCHED, detail="on" if is_active else "off")
    db.session.commit()


def set_limits(company_id: int, values: dict[str, int | None]) -> dict[str, int]:
    """Set some limits, None takes one away; all that stand now. Raises NotFound, Invalid."""
    own = _enter(company_id)
    for name, value in values.items():
        if name not in LIMITS or (value is not None and not 0 <= value <= LIMIT_MOST):
            raise Invalid("There is no such limit", field=name)
    merged = {**own.limits, **values}
    own.limits = {name: value for name, value in merged.items() if value is not None}
    if values:
        audit.note(None, AuditEvent.LIMITS)
    db.session.commit()
    return dict(own.limits)


def limit_of(own: Company, name: str) -> int | None:
    """What the operator allows this company; None where nothing is set."""
    value = own.limits.get(name)
    return None if value is None else int(value)


def _enter(company_id: int) -> Company:
    known = select(Company.id).where(Company.id == company_id)
    with tenancy.all_companies():
        found = db.session.scalar(known) if 0 < company_id < 2**31 else None
    if found is None:
        raise NotFound("There is no such company")
    tenancy.act_for(company_id)
    return db.session.get_one(Company, company_id)


def _count(of: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(of.subquery())) or 0
