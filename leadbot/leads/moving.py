"""Moving a lead: to another stage, to another person, to the top of its column."""

from __future__ import annotations

import time

from sqlalchemy.orm.exc import StaleDataError

from leadbot.accounts import users
from leadbot.database.session import db, utcnow
from leadbot.errors import Conflict, Invalid
from leadbot.leads import records
from leadbot.models import (
    Lead,
    LeadStatus,
    LostReason,
    User,
)

CLOSED = (LeadStatus.WON, LeadStatus.LOST)


def move(
    lead: Lead, to: LeadStatus, *, by: User, version: int | None = None, reason: str | None = None,
    rank: int | None = None, frees: bool = False,
) -> Lead:  # fmt: skip
    """Move a card to another stage; any move is allowed, each is recorded. Who moves a lead that is nobody's answers
    for it; `frees` undoes that too.

    `version` is what the mover saw, `rank` its place there (see leads.ranking), else the top. Raises Conflict with
    the fresh lead where somebody was quicker, Invalid where a lost lead has no reason, Forbidden for a viewer.
    """
    users.check_may_write(by)
    lost_reason = lost_reason_of(reason) if to is LeadStatus.LOST else None
    if version is not None and version != lead.version:
        raise Conflict("This card has already been moved", fresh=lead)
    if lead.status is to and lead.lost_reason is lost_reason:
        return lead
    lead_id, before = lead.id, lead.status
    try:
        lead.status, lead.lost_reason = to, lost_reason
        to_top(lead)
        lead.rank = rank if rank is not None else lead.rank
        set_free(lead, by=by) if frees else records.begin_work(lead, by=by, was=before)
        db.session.flush()
        records.record(lead, "moved", from_value=before, to_value=to, reason=lost_reason, by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("This card has already been moved", fresh=records.get(lead_id)) from None
    return lead


def set_free(lead: Lead, *, by: User) -> None:
    """Undo that a person has begun with a lead: it is nobody's again. Part of the caller's transaction."""
    if lead.assignee_id == by.id:
        lead.assignee_id = None
        db.session.flush()
        records.record(lead, "assigned", field="assignee", from_value=by.shown_name, by=by)


def to_top(lead: Lead) -> None:
    """To the top of its column."""
    lead.raised_at, lead.rank = utcnow(), time.time_ns()


def assign(lead: Lead, to: User | None, *, by: User) -> Lead:
    """Make a person answer for a lead, or nobody. Raises Invalid where that person may not, Forbidden for a viewer."""
    users.check_may_write(by)
    check_takes_work(to)
    before = lead.assignee
    if (before.id if before else None) == (to.id if to else None):
        return lead
    lead_id, lead.assignee_id = lead.id, to.id if to else None
    try:
        db.session.flush()
        names = [each.shown_name if each else None for each in (before, to)]
        records.record(lead, "assigned", field="assignee", from_value=names[0], to_value=names[1], by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("This has been changed meanwhile", fresh=records.get(lead_id)) from None
    return lead


def check_takes_work(person: User | None) -> None:
    """Raises Invalid for a person who may only look, is shut out, or has left; nobody is right."""
    if person is not None and not (person.may_write and person.is_enabled and person.removed_at is None):
        raise Invalid("This person does not take leads", field="assignee")


def lost_reason_of(value: str | None) -> LostReason:
    try:
        return LostReason(value or "")
    except ValueError:
        raise Invalid("Choose a lost reason", field="reason") from None
