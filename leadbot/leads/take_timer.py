"""Leads that nobody takes: the managers are reminded, then the owner is called by name; each once, in working hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update

from leadbot.accounts import due_rows, hours_settings
from leadbot.accounts.hours import Hours
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.events import LeadNotTaken, publish
from leadbot.leads import board
from leadbot.models import Lead, LeadStatus, Source

WAITING = (Source.WIDGET, Source.TELEGRAM, Source.API)  # where clients write
LONG_MINUTES = 600  # of work; who waits longer simply waits for long


class Untaken(Protocol):
    """What is looked at: a lead, or a card of the board. `status` and `source` may be their stored words."""

    @property
    def status(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def assignee_id(self) -> int | None: ...
    @property
    def is_dealt(self) -> bool: ...
    @property
    def created_at(self) -> datetime: ...


def is_waiting(lead: Untaken) -> bool:
    """Is it a lead whose client waits since he wrote, and nobody has taken it yet? Nobody waits who was written down by
    hand or came from a file."""
    is_free = lead.assignee_id is None or lead.is_dealt
    return lead.status == LeadStatus.NEW and is_free and lead.source in WAITING


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at leads at the moment `now`, by a company's hours and the minutes it has set."""

    hours: Hours
    most_minutes: int
    now: datetime

    def waits(self, lead: Untaken) -> int:
        """Working minutes the lead has waited, counted no further than LONG_MINUTES; 0 where that is not too long."""
        if not self.most_minutes or not is_waiting(lead):
            return 0
        waited = int(self.hours.minutes_between(lead.created_at, self.now, most=LONG_MINUTES))
        return waited if waited >= min(self.most_minutes, LONG_MINUTES) else 0


def watch(now: datetime | None = None) -> Watch:
    """A look at the company's leads as they stand now."""
    company = company_settings.company()
    return Watch(hours_settings.hours_of(company), company.take_minutes, now or utcnow())


def minute(now: datetime | None = None) -> str:
    """The minute it is, for boards that show how long somebody waits: in the next one they show something else."""
    return str(int((now or utcnow()).timestamp()) // 60)


def remind_due() -> int:
    """Tell of the leads whose time has come, whichever company they are of; returns how many notices that made."""
    return due_rows.each(Lead.take_due_at, _remind)


def _remind(lead_id: int) -> bool:
    """Tell of one lead, if it still is to be told of; outside working hours that waits until they begin."""
    alone = select(Lead).where(Lead.id == lead_id).with_for_update(of=Lead).execution_options(populate_existing=True)
    lead: Lead | None = db.session.scalars(alone).first()
    company, now = company_settings.company(), utcnow()
    if lead is None or lead.take_due_at is None or lead.take_due_at > now:
        return False
    if not company.take_minutes or not is_waiting(lead):
        _set(lead, take_due_at=None)
        return False
    hours = hours_settings.hours_of(company)
    if not hours.is_open(now):
        following = hours.next_opening(now)
        _set(lead, take_due_at=following.begins_at if following else None)
        return False
    waited = int(hours.minutes_between(lead.created_at, now))
    if lead.take_reminded_at is None:
        publish(LeadNotTaken(lead.id, waited))
        _set(lead, take_due_at=hours.after(now, company.take_minutes), take_reminded_at=now)
    else:
        publish(LeadNotTaken(lead.id, waited, is_last=True))
        _set(lead, take_due_at=None)
    board.touch()
    return True


def _set(lead: Lead, **values: Any) -> None:
    """Write the timer alone: the card that managers see is the same, and so is its version."""
    same = {"updated_at": Lead.updated_at}
    db.session.execute(
        update(Lead).where(Lead.id == lead.id).values(values | same).execution_options(synchronize_session=False)
    )
    db.session.expire(lead)
