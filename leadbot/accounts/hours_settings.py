"""A company's working hours: how they are set, and when it is open now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from leadbot.accounts import audit, hours_words, tenant, users
from leadbot.accounts import hours as arithmetic
from leadbot.accounts.hours import Hours
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid, gathered
from leadbot.models import AuditEvent, Company, Lead, User
from leadbot.texts import promise, text_input
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.promise import WorkingSpan

MORNING = timedelta(hours=9)  # where no hours are set
WEEK = tuple(f"day{number}" for number in range(7))  # the fields of the weekdays, from Monday on
MINUTES = {"take_minutes": 24 * 60, "answer_minutes": 24 * 60}  # what may be set of each
# Ready-made weeks, offered by one click.
WEEKS = {
    "five": ("9:00–18:00",) * 5 + ("",) * 2,
    "lunch": ("9:00–13:00, 14:00–18:00",) * 5 + ("",) * 2,
    "six": ("9:00–19:00",) * 6 + ("",),
    "daily": ("10:00–20:00",) * 7,
}


def hours_of(company: Company) -> Hours:
    """The hours of a company, in its time zone."""
    return arithmetic.read(company.hours, company.time_zone)


def own_hours() -> Hours:
    """The hours of the company the session acts for."""
    return hours_of(tenant.company())


def is_open_now() -> bool:
    """Does the company the session acts for work at this moment?"""
    return own_hours().is_open(utcnow())


def opening(company: Company, now: datetime) -> WorkingSpan | None:
    """The company's next opening where it is closed at `now`; None while it is open, or where none is in sight."""
    hours = hours_of(company)
    return None if hours.is_open(now) else hours.next_opening(now)


def morning(company: Company) -> datetime:
    """When the next day of work begins: the first opening after today by the company's clock."""
    now = utcnow().astimezone(ZoneInfo(company.time_zone))
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    first = hours_of(company).next_opening(tomorrow - timedelta(microseconds=1))
    return first.begins_at if first else tomorrow + MORNING


def now_in_words(company: Company, language: str) -> str:
    """«Открыто до 18:00», «Закрыто, откроемся завтра в 9:00»; empty where no hours are set."""
    hours, now = hours_of(company), utcnow()
    if not hours.are_set:
        return ""
    if hours.is_open(now):
        return promise.open_now(hours.closes_at(now), now, language)
    return promise.closed_now(hours.next_opening(now), now, language)


def in_words(company: Company) -> dict[str, str]:
    """«пн–пт 9:00–18:00» by language; empty where no hours are set."""
    week = hours_of(company).week
    return dict(_in_words(week)) if any(week) else {}


@lru_cache(maxsize=1024)
def _in_words(week: tuple[tuple[arithmetic.Interval, ...], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((language, hours_words.week_text(week, language)) for language in LANGUAGES)


def shown() -> dict[str, str]:
    """All fields of the page as they are stored."""
    company = tenant.company()
    week = company.hours.get("week") or [[]] * 7
    return {
        **{field: hours_words.day_text(day) for field, day in zip(WEEK, week, strict=True)},
        "holidays": hours_words.holidays_text(company.hours.get("off", ())),
        **{field: str(getattr(company, field)) for field in MINUTES},
    }


def with_public_holidays(text: str) -> str:
    """The days off as typed, with Kazakhstan's public holidays among them. Raises Invalid."""
    rows = hours_words.read_holidays(text, "holidays")
    return hours_words.holidays_text(hours_words.with_public_holidays(rows, tenant.company().language))


def change(values: Mapping[str, str], *, by: User) -> Company:
    """Set the hours as typed; nothing is written unless all are right. Raises Faults; Forbidden for all but owners."""
    users.check_is_owner(by)
    company = tenant.locked_company()
    with gathered() as faults:
        week: list[list[list[int]]] = []
        for field in WEEK:
            week.append([])
            with faults():
                week[-1] = hours_words.read_day(values.get(field, ""), field)
        with faults():
            hours_words.check_week(week, WEEK)
        with faults():
            off = hours_words.read_holidays(values.get("holidays", ""), "holidays")
        minutes = {}
        for field, most in MINUTES.items():
            with faults():
                minutes[field] = _minutes(values.get(field, ""), field, most)
    company.hours = {"week": week, "off": off}
    for field, value in minutes.items():
        setattr(company, field, value)
    _reckon_anew(company)
    company.digest_at = morning(company)
    audit.note(by.id, AuditEvent.HOURS)
    db.session.commit()
    return company


def take_due(since: datetime) -> datetime | None:
    """When a lead that nobody has taken since then has waited too long; None where nobody is to be told."""
    company = tenant.company()
    return hours_of(company).after(since, company.take_minutes) if company.take_minutes else None


def _reckon_anew(company: Company) -> None:
    """The leads that wait now are measured by the new hours. Their versions stay: no card has changed."""
    waiting = select(Lead.id, Lead.created_at, Lead.take_reminded_at).where(Lead.take_due_at.is_not(None))
    for lead_id, created_at, reminded_at in db.session.execute(waiting).all():
        due = take_due(reminded_at or created_at)
        same = {"updated_at": Lead.updated_at, "take_due_at": due}
        db.session.execute(
            update(Lead).where(Lead.id == lead_id).values(same).execution_options(synchronize_session=False)
        )


def _minutes(value: str, field: str, most: int) -> int:
    text = text_input.line(value, field, most=20, required=False)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most):
        raise Invalid("A whole number of minutes from 0 to %(max)s", field=field, max=most)
    return int(text)
