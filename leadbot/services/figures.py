"""Figures: how talks become contracts, over some days of the company's own calendar.

Test leads and talks that are junk count nowhere; leads lost as spam or duplicate are no leads. A lead belongs to the
day it came. The way of the client follows the talks that began in the period: who opened the chat, wrote, left a phone,
became a lead, was taken (somebody is responsible or has touched the card) and signed. Only on a site can one open a
chat and not write; elsewhere both are the same. A lead that came without a talk (by hand, from a file) is in all other
figures. The first touch is the first thing a person did to a card; a lead written down by hand waits for none.
"""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, and_, case, func, not_, or_, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from leadbot.db import db, utcnow
from leadbot.models import Conversation, Lead, LeadEvent, LeadStatus, LostReason, Opening, Source
from leadbot.services import periods, settings, usage
from leadbot.services.periods import Period

PERIODS = (7, 30, 90, 365)
DAYS = 30
QUICK_MINUTES = 15
NOT_LEADS = (LostReason.SPAM, LostReason.DUPLICATE)
_HAS_PHONE = Conversation.known[("facts", "phone", "value")].as_string().is_not(None)
STEPS = ("opened", "wrote", "phone", "lead", "taken", "won")


@dataclass(frozen=True, slots=True)
class Totals:
    """The leads of a period in a few numbers; times in minutes, None where there is nothing to tell."""

    leads: int
    won: int
    waiting: int  # leads that wait for a first touch, or have waited
    quick: int  # of them touched within QUICK_MINUTES
    touch_minutes: float | None  # median

    @property
    def quick_share(self) -> float | None:
        """How many of those who wait are touched in time, 0 to 1."""
        return self.quick / self.waiting if self.waiting else None


@dataclass(frozen=True, slots=True)
class Origin:
    """One source, or one campaign of it: its talks, leads and contracts."""

    source: Source
    campaign: str
    talks: int
    leads: int
    won: int


class _Lead(NamedTuple):
    """What the figures ask of a lead; moments are UTC, without a zone."""

    created_at: datetime
    touched_at: datetime | None
    source: Source
    campaign: str
    is_won: bool
    lost_reason: LostReason | None

    @property
    def counts(self) -> bool:
        """Spam and duplicates are no leads."""
        return self.lost_reason not in NOT_LEADS


class _Talks(NamedTuple):
    """The number of talks alike in these; `stopped_at` is what was asked last where they stand still."""

    source: Source
    campaign: str
    has_phone: bool
    stopped_at: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of the page. `days` bears every day of the period, `stopped` where talks without a lead stand still."""

    period: Period
    now: Totals
    before: Totals
    funnel: dict[str, int]
    days: dict[date, tuple[int, int]]  # leads, won
    origins: list[Origin]
    reasons: dict[LostReason, int]
    stopped: dict[str, int]  # by the slot that was asked last
    cost: usage.Cost

    @property
    def is_empty(self) -> bool:
        """Nothing to show at all."""
        return not (self.now.leads or any(self.funnel.values()))

    @property
    def cost_of_lead(self) -> float | None:
        """Tenge at the model for one lead; None without a price or a lead."""
        return self.cost.tenge / self.now.leads if self.cost.tenge is not None and self.now.leads else None


def of(days: int = DAYS) -> Figures:
    """The figures of the last `days` days, today among them; the same number of statements however many leads."""
    own = settings.company()
    period = periods.latest(days, utcnow(), own.time_zone)
    came, talks = _came(period), _talks(period)
    leads = [lead for lead in came if lead.counts]
    return Figures(
        period=period,
        now=_totals(leads),
        before=_totals([lead for lead in _came(period.before()) if lead.counts]),
        funnel=_funnel(period, talks),
        days=_by_day(period, leads),
        origins=_origins(leads, talks),
        reasons=_reasons(came),
        stopped=_stopped(talks),
        cost=usage.of_days(period.first, period.last),
    )


def count_opening() -> None:
    """A new visitor opened the chat."""
    day = settings.local_now(settings.company()).date()
    one_more = update(Opening).where(Opening.day == day).values(count=Opening.count + 1)
    if not _changed(one_more):
        try:
            with db.session.begin_nested():
                db.session.add(Opening(day=day, count=1))
        except IntegrityError:  # somebody was the first of the day at the same moment
            _changed(one_more)
    db.session.commit()


def _changed(statement: Any) -> int:
    done: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)


def _is_lead() -> ColumnElement[bool]:
    is_one = or_(Lead.lost_reason.is_(None), Lead.lost_reason.not_in(NOT_LEADS))
    return and_(Lead.source != Source.TEST, is_one)


def _is_talk(period: Period) -> ColumnElement[bool]:
    # the first criterion says nothing new, but it has an index
    return and_(
        Conversation.last_message_at >= period.start,
        period.holds(Conversation.created_at),
        Conversation.source != Source.TEST,
        Conversation.is_junk.is_(False),
    )


def _came(period: Period) -> list[_Lead]:
    """All that is counted of the leads of a period, in one look at them."""
    touch = (
        select(func.min(LeadEvent.created_at))
        .where(LeadEvent.lead_id == Lead.id, LeadEvent.user_id.is_not(None), LeadEvent.created_at >= Lead.created_at)
        .correlate(Lead)
        .scalar_subquery()
    )
    # Of thousands of rows each is read: moments without a zone are much quicker.
    moments = (type_coerce(Lead.created_at, DateTime), type_coerce(touch, DateTime))
    kinds = (Lead.source, _campaign(Lead.first_touch), Lead.status == LeadStatus.WON, Lead.lost_reason)
    found = select(*moments, *kinds).where(period.holds(Lead.created_at), Lead.source != Source.TEST)
    return [_Lead._make(row) for row in db.session.execute(found)]


def _by_day(period: Period, leads: list[_Lead]) -> dict[date, tuple[int, int]]:
    days = {day: [0, 0] for day in period}
    for lead in leads:
        day = days[period.day_of(lead.created_at)]
        day[0] += 1
        day[1] += lead.is_won
    return {day: (count, won) for day, (count, won) in days.items()}


def _totals(leads: list[_Lead]) -> Totals:
    waiting = [lead for lead in leads if lead.source is not Source.MANUAL]
    minutes = [(lead.touched_at - lead.created_at).total_seconds() / 60 for lead in waiting if lead.touched_at]
    return Totals(
        leads=len(leads),
        won=sum(lead.is_won for lead in leads),
        waiting=len(waiting),
        quick=sum(each <= QUICK_MINUTES for each in minutes),
        touch_minutes=statistics.median(minutes) if minutes else None,
    )


def _talks(period: Period) -> list[_Talks]:
    """All that is counted of talks, in one look at them."""
    with_lead = select(Lead.conversation_id).where(Lead.conversation_id.is_not(None), Lead.created_at >= period.start)
    stands_still = and_(Conversation.lead_id.is_(None), Conversation.id.not_in(with_lead))
    kinds = (
        Conversation.source,
        _campaign(Conversation.first_touch),
        _HAS_PHONE,
        case((stands_still, Conversation.known["asked"].as_string())),
    )
    rows = db.session.execute(select(*kinds, func.count()).where(_is_talk(period)).group_by(*kinds))
    return [_Talks(*row) for row in rows]


def _funnel(period: Period, talks: list[_Talks]) -> dict[str, int]:
    wrote = sum(each.number for each in talks)
    on_site = sum(each.number for each in talks if each.source is Source.WIDGET)
    with_phone = sum(each.number for each in talks if each.has_phone)
    opened = select(func.sum(Opening.count)).where(Opening.day.between(period.first, period.last))
    touched = select(LeadEvent.lead_id).where(LeadEvent.lead_id == Lead.id, LeadEvent.user_id.is_not(None)).exists()
    became = (
        select(
            func.count(Lead.conversation_id.distinct()),
            _talks_where(not_(_HAS_PHONE)),
            _talks_where(or_(and_(Lead.assignee_id.is_not(None), ~Lead.is_dealt), touched)),
            _talks_where(Lead.status == LeadStatus.WON),
        )
        .join(Conversation, Conversation.id == Lead.conversation_id)
        .where(Lead.created_at >= period.start, _is_lead(), _is_talk(period))
    )
    leads, without_phone, taken, won = db.session.execute(became).one()
    silent = max(0, int(db.session.scalar(opened) or 0) - on_site)
    return dict(zip(STEPS, (wrote + silent, wrote, with_phone + without_phone, leads, taken, won), strict=True))


def _talks_where(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    """How many talks have a lead that meets it; a talk may have more than one."""
    return func.count(case((criterion, Lead.conversation_id)).distinct())


def _campaign(touch: Any) -> ColumnElement[str]:
    """What a client's link said of itself: the campaign, else where it stood; empty where it said nothing."""
    return func.coalesce(touch["utm_campaign"].as_string(), touch["utm_source"].as_string(), "")


def _origins(leads: list[_Lead], talks: list[_Talks]) -> list[Origin]:
    begun: Counter[tuple[Source, str]] = Counter()
    for each in talks:
        begun[each.source, each.campaign] += each.number
    came = Counter((lead.source, lead.campaign) for lead in leads)
    won = Counter((lead.source, lead.campaign) for lead in leads if lead.is_won)
    rows = [Origin(*origin, begun[origin], came[origin], won[origin]) for origin in begun.keys() | came.keys()]
    return sorted(rows, key=lambda row: (-row.leads, -row.talks, row.source, row.campaign))


def _reasons(came: list[_Lead]) -> dict[LostReason, int]:
    """Why leads were lost, spam and duplicates among them: they are a reason too."""
    reasons = Counter(lead.lost_reason for lead in came if lead.lost_reason)
    return dict(sorted(reasons.items(), key=lambda row: (-row[1], row[0])))


def _stopped(talks: list[_Talks]) -> dict[str, int]:
    slots: Counter[str] = Counter()
    for each in talks:
        if each.stopped_at:
            slots[each.stopped_at] += each.number
    return dict(sorted(slots.items(), key=lambda row: (-row[1], row[0])))
