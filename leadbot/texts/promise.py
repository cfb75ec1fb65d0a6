"""When a manager will call or answer, in words: honest outside the company's working hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from leadbot.texts.phrases import say

NEAR = ("today", "tomorrow")
WEEK = 7


class WorkingSpan(NamedTuple):
    """A stretch of a company's work: aware moments in its time zone."""

    begins_at: datetime
    ends_at: datetime


def day(that: date, today: date, language: str) -> str:
    """«завтра», «в понедельник»; a week ahead and more «8 января»."""
    ahead = (that - today).days
    if 0 <= ahead < len(NEAR):
        return say(f"when.{NEAR[ahead]}", language)
    if ahead < WEEK:
        return say(f"when.weekday{that.weekday()}", language)
    return say(f"when.month{that.month}", language, day=str(that.day))


def closed(key: str, opening: WorkingSpan, now: datetime, language: str) -> str:
    """A phrase with {when}, {from} and {to} about the next opening."""
    when = day(opening.begins_at.date(), now.astimezone(opening.begins_at.tzinfo).date(), language)
    hours = {"from": _clock(opening.begins_at), "to": _clock(opening.ends_at, is_end=True)}
    return say(key, language, None, when=when, **hours)


def opens(opening: WorkingSpan, now: datetime, language: str) -> str:
    """«завтра с 9:00 до 18:00»"""
    return closed("when.between", opening, now, language)


def open_now(closes_at: datetime | None, now: datetime, language: str) -> str:
    """«Открыто до 18:00»; where that is more than a day away it is simply open."""
    if closes_at is None or closes_at - now > timedelta(days=1):
        return say("hours.open", language)
    return say("hours.open.until", language, to=_clock(closes_at, is_end=True))


def closed_now(opening: WorkingSpan | None, now: datetime, language: str) -> str:
    """«Закрыто, откроемся завтра в 9:00»"""
    return closed("hours.closed.until", opening, now, language) if opening else say("hours.closed", language)


def _clock(moment: datetime, *, is_end: bool = False) -> str:
    """9:00; a day ends at 24:00."""
    if is_end and (moment.hour, moment.minute) == (0, 0):
        return "24:00"
    return f"{moment.hour}:{moment.minute:02d}"
