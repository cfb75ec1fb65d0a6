"""Figures: how talks become contracts, over some days of the company's own calendar.

Test leads and talks that are junk count nowhere; leads lost as spam or duplicate are no leads. A lead belongs to the
day it came; one from a file that has no date of its own belongs to none and is counted apart. All figures are of the
same leads: of all, or of one of KINDS, by how they came. The way of the client follows the talks that began in the
period: who opened the chat, wrote, left a phone, became a lead, was taken (somebody is responsible or has touched the
card) and signed. Only on a site can one open a chat and not write; elsewhere both are the same. A lead that came
without a talk (by hand, from a file) is in all other figures, where all are asked for. The first touch is the first
thing a person did to a card; a lead written down by hand waits for none.
"""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, and_, func, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from leadbot.bot import budget, company_settings
from leadbot.database.session import db, utcnow
from leadbot.models import IMPORTED, Conversation, Lead, LeadStatus, LostReason, Opening, Source, marks
from leadbot.reports import periods
from leadbot.reports.periods import Period

PERIODS = (7, 30, 90, 365)
DAYS = 30
QUICK_MINUTES = 15
NOT_LEADS = (LostReason.SPAM, LostReason.DUPLICATE)
EARLIER = datetime.fromisoformat(marks.EARLIER)
HEARD = ("complaint", "withdrawn", "urgent", "beside")
CHAT, HAND = "chat", "hand"
KINDS = (CHAT, HAND, IMPORTED)  # written by a client, written down by a person, from a file
STEPS = ("opened", "wrote", "phone", "lead", "taken", "won")


_IS_IMPORTED = and_(Lead.import_id.is_not(None), Lead.source == Source.MANUAL)


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
class SourceFigures:
    """One source (as Lead.origin), or one campaign of it: its talks, leads and contracts."""

    source: str
    campaign: str
    talks: int
    leads: int
    won: int


class _Lead(NamedTuple):
    """What the figures ask of a lead; moments are UTC, without a zone."""

    created_at: datetime
    touched_at: datetime | None  # EARLIER where all that a person did was done before it came, to its duplicate
    source: Source
    campaign: str
    is_won: bool
    lost_reason: LostReason | None
    is_complaint: bool
    is_withdrawn: bool
    is_urgent: bool
    is_beside: bool
    has_owner: bool
    is_imported: bool
    talk_id: int | None

    @property
    def origin(self) -> str:
        """As Lead.origin."""
        return IMPORTED if self.is_imported else self.source.value

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return IMPORTED if self.is_imported else HAND if self.source is Source.MANUAL else CHAT

    @property
    def counts(self) -> bool:
        """Spam and duplicates are no leads."""
        return self.lost_reason not in NOT_LEADS

    @property
    def is_taken(self) -> bool:
        """Somebody is responsible or has touched the card."""
        return self.has_owner or self.touched_at is not None

    @property
    def waited_minutes(self) -> float | None:
        """From its coming to the first touch."""
        if self.touched_at is None or self.touched_at == EARLIER:
            return None
        return (self.touched_at - self.created_at).total_seconds() / 60


class _Talk(NamedTuple):
    """What the figures ask of a talk."""

    id: int
    source: Source
    campaign: str
    has_phone: bool
    has_lead: bool  # of this episode; an earlier one may have had another
    asked: str | None  # the slot that was asked last
    is_complaint: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """All of the page. `days` bears every day of the period, `stopped` where talks without a lead stand still, `split`
    how many leads and contracts of each kind there are, whichever is chosen; the way of clients is empty where none of
    them came by a talk. `undated` are leads that belong to no day."""

    period: Period
    kind: str  # one of KINDS, or "" for all
    split: dict[str, tuple[int, int]]
    undated: int
    now: Totals
    before: Totals
    funnel: dict[str, int]
    days: dict[date, tuple[int, int]]  # leads, won
    origins: list[SourceFigures]
    reasons: dict[LostReason, int]
    stopped: dict[str, int]  # by the slot that was asked last
    heard: dict[str, int]  # what clients said besides values: see HEARD
    cost: budget.Cost

    @property
    def is_empty(self) -> bool:
        """Nothing to show at all."""
        return not (self.now.leads or any(self.funnel.values()) or any(count for count, _won in self.split.values()))

    @property
    def cost_of_lead(self) -> float | None:
        """Tenge at the model for one lead; None without a price or a lead."""
        return self.cost.tenge / self.now.leads if self.cost.tenge is not None and self.now.leads else None


def over(days: int = DAYS, kind: str = "") -> Figures:
    """The figures of the last `days` days, today among them, of all leads or those of a kind; the same number of
    statements however many leads."""
    own = company_settings.company()
    period = periods.latest(days, utcnow(), own.time_zone)
    everything = _came(period)
    came, talks = _only(everything, kind), _talks(period) if kind in ("", CHAT) else []
    leads = [lead for lead in came if lead.counts]
    return Figures(
        period=period,
        kind=kind,
        split=_split(everything),
        undated=_undated(),
        now=_totals(leads),
        before=_totals([lead for lead in _only(_came(period.before()), kind) if lead.counts]),
        funnel=_funnel(period, leads, talks) if kind in ("", CHAT) else {},
        days=_by_day(period, leads),
        origins=_origins(leads, talks),
        reasons=_reasons(came),
        stopped=_stopped(came, talks),
        heard=_heard(came, talks),
        cost=budget.of_days(period.first, period.last),
    )


def _only(came: list[_Lead], kind: str) -> list[_Lead]:
    return [lead for lead in came if lead.kind == kind] if kind else came


def _split(came: list[_Lead]) -> dict[str, tuple[int, int]]:
    leads = [lead for lead in came if lead.counts]
    by_kind = {kind: [lead for lead in leads if lead.kind == kind] for kind in KINDS}
    return {kind: (len(those), sum(lead.is_won for lead in those)) for kind, those in by_kind.items()}


def _undated() -> int:
    """How many leads of files have no date of their own."""
    return db.session.scalar(select(func.count()).select_from(Lead).where(Lead.is_undated, _IS_IMPORTED)) or 0


def count_opening() -> None:
    """A new visitor opened the chat."""
    day = company_settings.local_now(company_settings.company()).date()
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


def _came(period: Period) -> list[_Lead]:
    """All that is counted of the leads of a period, in one look at them."""
    # Of thousands of rows each is read: moments without a zone are much quicker.
    moments = (type_coerce(Lead.created_at, DateTime), type_coerce(Lead.touched_at, DateTime))
    flags = (Lead.is_complaint, Lead.is_withdrawn, Lead.is_urgent, Lead.related_lead_id.is_not(None))
    kinds = (Lead.source, _campaign(Lead.first_touch), Lead.status == LeadStatus.WON, Lead.lost_reason, *flags)
    has_owner = and_(Lead.assignee_id.is_not(None), ~Lead.is_dealt)
    found = select(*moments, *kinds, has_owner, _IS_IMPORTED, Lead.conversation_id).where(
        period.holds(Lead.created_at), Lead.source != Source.TEST, Lead.is_undated.is_(False)
    )
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
    minutes = [each for each in (lead.waited_minutes for lead in waiting) if each is not None]
    return Totals(
        leads=len(leads),
        won=sum(lead.is_won for lead in leads),
        waiting=len(waiting),
        quick=sum(each <= QUICK_MINUTES for each in minutes),
        touch_minutes=statistics.median(minutes) if minutes else None,
    )


def _talks(period: Period) -> list[_Talk]:
    """All that is counted of talks, in one look at them."""
    known = Conversation.known
    has_phone = known[("facts", "phone", "value")].as_string().is_not(None)
    kinds = (Conversation.source, _campaign(Conversation.first_touch), has_phone, Conversation.lead_id.is_not(None))
    flags = (Conversation.is_complaint, Conversation.is_withdrawn)
    found = select(Conversation.id, *kinds, known["asked"].as_string(), *flags).where(
        Conversation.last_message_at >= period.start,  # says nothing new, but it has an index
        period.holds(Conversation.created_at),
        Conversation.source != Source.TEST,
        Conversation.is_junk.is_(False),
    )
    return [_Talk._make(row) for row in db.session.execute(found)]


def _funnel(period: Period, leads: list[_Lead], talks: list[_Talk]) -> dict[str, int]:
    """How many talks came to each step; a talk may have more than one lead."""
    begun = {talk.id for talk in talks}
    became = [lead for lead in leads if lead.talk_id in begun]
    with_lead = {lead.talk_id for lead in became}
    on_site = sum(talk.source is Source.WIDGET for talk in talks)
    opened = select(func.sum(Opening.count)).where(Opening.day.between(period.first, period.last))
    silent = max(0, int(db.session.scalar(opened) or 0) - on_site)
    counts = (
        len(talks) + silent,
        len(talks),
        sum(talk.has_phone or talk.id in with_lead for talk in talks),
        len(with_lead),
        len({lead.talk_id for lead in became if lead.is_taken}),
        len({lead.talk_id for lead in became if lead.is_won}),
    )
    return dict(zip(STEPS, counts, strict=True))


def _campaign(touch: Any) -> ColumnElement[str]:
    """What a client's link said of itself: the campaign, else where it stood; empty where it said nothing."""
    return func.coalesce(touch["utm_campaign"].as_string(), touch["utm_source"].as_string(), "")


def _origins(leads: list[_Lead], talks: list[_Talk]) -> list[SourceFigures]:
    begun = Counter((talk.source.value, talk.campaign) for talk in talks)
    came = Counter((lead.origin, lead.campaign) for lead in leads)
    won = Counter((lead.origin, lead.campaign) for lead in leads if lead.is_won)
    rows = [SourceFigures(*origin, begun[origin], came[origin], won[origin]) for origin in begun.keys() | came.keys()]
    return sorted(rows, key=lambda row: (-row.leads, -row.talks, row.source, row.campaign))


def _reasons(came: list[_Lead]) -> dict[LostReason, int]:
    """Why leads were lost, spam and duplicates among them: they are a reason too."""
    reasons = Counter(lead.lost_reason for lead in came if lead.lost_reason)
    return dict(sorted(reasons.items(), key=lambda row: (-row[1], row[0])))


def _heard(came: list[_Lead], talks: list[_Talk]) -> dict[str, int]:
    """How many leads, and talks that have none, are marked so; a complaint with a phone is counted once."""
    with_lead = {lead.talk_id for lead in came}
    alone = [talk for talk in talks if not talk.has_lead and talk.id not in with_lead]
    counts = (
        sum(lead.is_complaint for lead in came) + sum(talk.is_complaint for talk in alone),
        sum(lead.is_withdrawn for lead in came) + sum(talk.is_withdrawn for talk in alone),
        sum(lead.is_urgent for lead in came),
        sum(lead.is_beside for lead in came),
    )
    return {name: count for name, count in zip(HEARD, counts, strict=True) if count}


def _stopped(came: list[_Lead], talks: list[_Talk]) -> dict[str, int]:
    """Where talks without a lead stand still."""
    with_lead = {lead.talk_id for lead in came}
    slots = Counter(talk.asked for talk in talks if talk.asked and not talk.has_lead and talk.id not in with_lead)
    return dict(sorted(slots.items(), key=lambda row: (-row[1], row[0])))
