"""A firm's last weeks, told as they happened: each thing at its own moment, through the verbs that clients and people
use, so that every page shows what it would show of a real firm.

Moments are told from now back: "41d 11:05" was forty-one days ago at that time by the firm's clock, "25m" twenty-five
minutes ago; "+1d 10:00" is tomorrow, "+40m" in forty minutes. The process has its clock to itself (see `clock_at`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadbot.bot import company_settings
from leadbot.conversations import chat, hand_off, hot_lane, talks
from leadbot.conversations import notes as talk_notes
from leadbot.database.session import clock_at, db
from leadbot.errors import LeadbotError, NotFound
from leadbot.leads import editing, manual_entry, moving, records, taking, tasks
from leadbot.models import Conversation, Lead, LeadStatus, Source, User

LINE_SECONDS = 45  # between two lines of a client
_MOMENT = re.compile(r"(?P<ahead>\+?)(?:(?P<days>\d+)d (?P<hour>\d\d):(?P<minute>\d\d)|(?P<minutes>\d+)m)")


@dataclass(slots=True)
class Case:
    """One client as the firm has him: its people by their short names, and the real moment that all is told from."""

    source: Source
    ref: str
    people: Mapping[str, User]
    now: datetime
    lead_id: int | None = None

    def lead(self) -> Lead:
        """The client's lead as it stands. Raises NotFound."""
        if self.lead_id is None:
            raise NotFound
        return records.get(self.lead_id)

    def talk(self) -> Conversation:
        """The client's talk. Raises NotFound."""
        talk = talks.find(self.source, self.ref)
        if talk is None:
            raise NotFound
        return talk

    def due(self, text: str) -> datetime:
        return moment(text, self.now)


Deed = Callable[[Case], object]
Deeds = tuple[tuple[str, Deed], ...]


@dataclass(frozen=True, slots=True)
class Tale:
    """What one client said at first, where he came from, and what was done then, by moments. Most tales `lead` to a
    lead; some don't."""

    at: str
    source: Source
    lines: tuple[str, ...]
    touch: dict[str, str] | None = None
    then: Deeds = ()
    leads: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody has rung up, and a person wrote a lead down."""

    at: str
    who: str
    typed: Mapping[str, str]
    then: Deeds = ()


def tell(tales: tuple[Tale | Call, ...], people: Mapping[str, User], now: datetime, prefix: str) -> None:
    """Let it all happen, in the order of the moments. Raises LeadbotError where a tale that `leads` came to no lead."""
    told = [step for number, tale in enumerate(tales, 1) for step in _steps(tale, number, people, now, prefix)]
    for at, deed, case in sorted(told, key=lambda step: step[0]):
        with clock_at(at):
            db.session.expire_all()  # statements have changed what was read before
            deed(case)


def moment(text: str, now: datetime) -> datetime:
    """The moment that a tale names. Raises ValueError for other words."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"no moment: {text}")
    sign = 1 if found["ahead"] else -1
    if found["minutes"]:
        return now + sign * timedelta(minutes=int(found["minutes"]))
    here = now.astimezone(ZoneInfo(company_settings.company().time_zone)) + sign * timedelta(days=int(found["days"]))
    at = here.replace(hour=int(found["hour"]), minute=int(found["minute"]), second=0, microsecond=0)
    return at.astimezone(now.tzinfo)


# --- what may be done, by whom ----------------------------------------------------------------------------------------


def says(*lines: str) -> Deed:
    """The client writes again."""

    def deed(case: Case) -> None:
        for line in lines:
            _hear(case, line, None)

    return deed


def takes(who: str) -> Deed:
    return lambda case: taking.take(case.lead(), by=case.people[who])


def moves(who: str, to: LeadStatus, reason: str | None = None) -> Deed:
    return lambda case: moving.move(case.lead(), to, by=case.people[who], reason=reason)


def notes(who: str, text: str) -> Deed:
    return lambda case: records.add_note(case.lead(), text, by=case.people[who])


def notes_beside(who: str, text: str) -> Deed:
    """A private note beside the talk."""
    return lambda case: talk_notes.add(case.talk(), text, by=case.people[who])


def edits(who: str, field: str, value: str) -> Deed:
    return lambda case: editing.edit(case.lead(), field, value, by=case.people[who], language="ru")


def plans(who: str, due: str, text: str) -> Deed:
    """A task of one's own."""

    def deed(case: Case) -> None:
        tasks.add(case.lead(), case.due(due), text, by=case.people[who], to=case.people[who])

    return deed


def does(who: str) -> Deed:
    """Tick the next task off."""
    return lambda case: tasks.set_done(tasks.of_lead(case.lead())[0], True, by=case.people[who])


def writes(who: str, text: str) -> Deed:
    """Answer the client, taking the talk first."""
    return lambda case: hand_off.answer(case.talk(), text, by=case.people[who])


def gives_back(who: str) -> Deed:
    return lambda case: hand_off.give_back(case.talk(), by=case.people[who])


def is_nudged(case: Case) -> None:
    hot_lane.nudge(case.talk())


def falls_silent(case: Case) -> None:
    lead = chat.finish_idle(case.talk())
    case.lead_id = lead.id if lead else case.lead_id


def _steps(
    tale: Tale | Call, number: int, people: Mapping[str, User], now: datetime, prefix: str
) -> Iterator[tuple[datetime, Deed, Case]]:
    begins_at = moment(tale.at, now)
    if isinstance(tale, Call):
        case = Case(Source.MANUAL, "", people, now)
        yield begins_at, _written_down(tale), case
    else:
        case = Case(tale.source, f"{prefix}{number}", people, now)
        for place, line in enumerate(tale.lines):
            yield begins_at + timedelta(seconds=LINE_SECONDS * place), _said(line, tale), case
        if tale.leads:
            yield begins_at + timedelta(seconds=LINE_SECONDS * len(tale.lines)), _check_lead, case
    for at, deed in tale.then:
        yield moment(at, now), deed, case


def _said(line: str, tale: Tale) -> Deed:
    return lambda case: _hear(case, line, tale.touch)


def _hear(case: Case, line: str, touch: dict[str, str] | None) -> None:
    heard = chat.Incoming(case.source, case.ref, line, first_touch=touch, is_thrifty=True)
    lead = chat.receive(heard).lead
    case.lead_id = lead.id if lead else case.lead_id


def _written_down(call: Call) -> Deed:
    def deed(case: Case) -> None:
        case.lead_id = manual_entry.add(call.typed, by=case.people[call.who]).lead.id

    return deed


def _check_lead(case: Case) -> None:
    if case.lead_id is None:
        raise LeadbotError(f"the demonstration talk {case.ref} made no lead")
