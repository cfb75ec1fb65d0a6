"""Taking a lead: from then on it is somebody's, and nobody is reminded of it."""

from __future__ import annotations

from sqlalchemy.orm.exc import StaleDataError

from leadbot.accounts import hours_settings, users
from leadbot.database.session import db
from leadbot.errors import Conflict, Invalid
from leadbot.leads import moving, records
from leadbot.models import Lead, LeadStatus, User


def take(lead: Lead, *, by: User, version: int | None = None) -> Lead:
    """Make the lead one's own; a new one is in progress from then on.

    `version` is what the taker saw. Raises Conflict with the fresh lead where a colleague has it or it was changed
    meanwhile, Forbidden for a viewer.
    """
    users.check_may_write(by)
    if lead.assignee is not None and not lead.is_dealt:
        if lead.assignee_id == by.id:
            return lead
        raise _taken(lead)
    if version is not None and version != lead.version:
        raise Conflict("This has been changed meanwhile", fresh=lead)
    to = LeadStatus.IN_PROGRESS if lead.status is LeadStatus.NEW else lead.status
    return _write(lead, by, to, by=by)


def give_up(lead: Lead, to: LeadStatus, *, by: User, version: int | None = None) -> Lead:
    """Undo one's taking: the lead is nobody's again, and where it stood. Raises Conflict, Forbidden, Invalid."""
    users.check_may_write(by)
    if version is not None and version != lead.version:
        raise Conflict("This has been changed meanwhile", fresh=lead)
    if lead.assignee_id != by.id:
        raise _taken(lead)
    if to is not lead.status and (lead.status, to) != (LeadStatus.IN_PROGRESS, LeadStatus.NEW):
        raise Invalid("This value is not right", field="status")
    if to is LeadStatus.NEW and not lead.is_test:
        lead.take_due_at = hours_settings.take_due(lead.take_reminded_at or lead.created_at)
    return _write(lead, None, to, by=by)


def _write(lead: Lead, assignee: User | None, to: LeadStatus, *, by: User) -> Lead:
    lead_id, stage, before = lead.id, lead.status, lead.assignee
    lead.assignee_id, lead.status, lead.is_dealt = assignee.id if assignee else None, to, False
    if to is not stage:
        moving.to_top(lead)
    try:
        db.session.flush()
        names = [each.shown_name if each else None for each in (before, assignee)]
        if names[0] != names[1]:
            records.record(lead, "assigned", field="assignee", from_value=names[0], to_value=names[1], by=by)
        if to is not stage:
            records.record(lead, "moved", from_value=stage, to_value=to, by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        fresh = records.get(lead_id)
        raise _taken(fresh) if fresh.assignee else Conflict("This has been changed meanwhile", fresh=fresh) from None
    return lead


def _taken(lead: Lead) -> Conflict:
    if lead.assignee is None:
        return Conflict("This has been changed meanwhile", fresh=lead)
    return Conflict("Already taken by %(manager)s", manager=lead.assignee.shown_name, fresh=lead)
