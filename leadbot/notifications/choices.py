"""What reaches whom where and in which hours: each person's own choices, and what holds without any.

Who has chosen nothing is told nothing by himself: the company's Telegram chat is told of everything, as it always was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadbot.accounts import hours_settings
from leadbot.accounts.hours import Hours
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid
from leadbot.models import Company, NotificationChoices, Role, User
from leadbot.notifications.carriers.base import Carrier, Device
from leadbot.notifications.notice import Notice, NoticeGroup

HOURS = ("any", "work", "own")
DAY_MINUTES = 24 * 60
FOR_OWNERS = ("lead.escalation", "unanswered", "complaint")  # the company's chat calls the owner by name


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a notice, by which carriers, and when his hours begin; None: now."""

    person: User
    carriers: frozenset[str]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person has typed: by carrier that was offered the groups he has ticked, and his hours."""

    wanted: Mapping[str, Collection[str]]
    hours: str = "any"
    days: Collection[str] = ()
    begins: str = ""
    ends: str = ""
    sound: bool = True


def choices_of(person: User) -> NotificationChoices:
    """A person's choices; what holds for everybody where he has made none."""
    found = select(NotificationChoices).where(NotificationChoices.user_id == person.id)
    return db.session.scalars(found).first() or NotificationChoices(
        user_id=person.id, wanted={}, hours="any", days="0123456", from_minute=9 * 60, to_minute=20 * 60, sound=True
    )


def wishes(notice: Notice) -> list[Wish]:
    """Who of the company wants to be told of this by himself."""
    rows = select(NotificationChoices, User).join(User, User.id == NotificationChoices.user_id)
    found = rows.where(User.is_enabled, User.removed_at.is_(None)).order_by(User.id)
    wishes = []
    for choices, person in db.session.execute(found):
        carriers = frozenset(name for name, groups in choices.wanted.items() if notice.group.value in groups)
        if carriers and _concerns(notice, person):
            wishes.append(Wish(person, carriers, opens_at(choices, company_settings.company())))
    return wishes


def opens_at(choices: NotificationChoices, company: Company) -> datetime | None:
    """When this person may be told something; None: at once. His clock is the company's."""
    if choices.hours == "any":
        return None
    hours = hours_settings.hours_of(company) if choices.hours == "work" else _own_hours(choices, company.time_zone)
    now = utcnow()
    following = None if hours.is_open(now) else hours.next_opening(now)
    return following.begins_at if following else None


def change(person: User, typed: Typed) -> NotificationChoices:
    """Keep what a person has chosen. Raises Invalid."""
    if typed.hours not in HOURS:
        raise Invalid("This value is not right", field="hours")
    days = "".join(day for day in "0123456" if day in typed.days)
    begins, ends = (_minute(value, field) for value, field in ((typed.begins, "begins"), (typed.ends, "ends")))
    if typed.hours == "own" and not days:
        raise Invalid("Choose a day", field="days")
    if typed.hours == "own" and begins == ends:
        raise Invalid("The start must be before the end", field="ends")
    own = choices_of(person)
    groups = {group.value for group in NoticeGroup}
    chosen = {name: [group for group in wanted if group in groups] for name, wanted in typed.wanted.items()}
    own.wanted = {name: wanted for name, wanted in {**own.wanted, **chosen}.items() if wanted}
    own.hours, own.days, own.sound = typed.hours, days or "0123456", typed.sound
    own.from_minute, own.to_minute = begins, ends
    db.session.add(own)
    db.session.commit()
    return own


def change_carrier(person: User, carrier: Carrier, values: Mapping[str, str], device: Device) -> None:
    """Do what was asked for in a carrier's own part of the page. Raises Invalid, NotFound.

    One that is just being switched on ("is_new") brings everything from then on, unless a person has chosen already.
    """
    carrier.change(person, values, device)
    own = choices_of(person)
    if values.get("is_new") and not own.wanted.get(carrier.name):
        own.wanted = {**own.wanted, carrier.name: [group.value for group in NoticeGroup]}
        db.session.add(own)
    db.session.commit()


def _concerns(notice: Notice, person: User) -> bool:
    if person.id == notice.except_id or (notice.only is not None and person.id not in notice.only):
        return False
    return person.role is Role.OWNER or notice.event not in FOR_OWNERS


def _own_hours(choices: NotificationChoices, zone: str) -> Hours:
    begins, ends = choices.from_minute, choices.to_minute
    span = (begins, ends if ends > begins else ends + DAY_MINUTES)  # past midnight
    return Hours(zone, tuple((span,) if str(day) in choices.days else () for day in range(7)))


def _minute(value: str, field: str) -> int:
    """Minutes since midnight of a time as forms send it."""
    hours, _, minutes = value.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(value) < 9):
        raise Invalid("Choose a time", field=field)
    minute = int(hours) * 60 + int(minutes)
    if minute >= DAY_MINUTES or int(minutes) > 59:
        raise Invalid("Choose a time", field=field)
    return minute
