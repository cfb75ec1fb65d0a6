"""Working hours as arithmetic: when a company is open, when it opens next, how many working minutes have gone by.

Nothing here knows a database or a clock: a moment comes in, aware, in any zone; a moment goes out in the company's. The
hours are wall-clock times of the company's zone, so a change of its clocks moves them along; minutes are real ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

from leadbot.texts.promise import WorkingSpan

DAYS_AHEAD = 400  # beyond which nothing is looked for: whoever is closed for longer is closed
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)

Interval = tuple[int, int]  # minutes from the day's midnight; the end may lie behind the next one
YearDay = tuple[int, int]  # month and day


@dataclass(frozen=True, slots=True)
class Hours:
    """A company's working hours: `week` from Monday on, `off` and `yearly` the days without work.

    An interval belongs to the day it begins on: a holiday takes it away even where it runs past midnight. A week
    without any interval means that nothing was set: such a company is always open.
    """

    zone: str
    week: tuple[tuple[Interval, ...], ...] = ((),) * 7
    off: frozenset[date] = frozenset()
    yearly: frozenset[YearDay] = frozenset()

    @property
    def are_set(self) -> bool:
        return any(self.week)

    def is_day_off(self, day: date) -> bool:
        """Is it a holiday, whatever weekday it is?"""
        return day in self.off or (day.month, day.day) in self.yearly

    def is_open(self, moment: datetime) -> bool:
        """Does the company work at this moment?"""
        now = moment.astimezone(UTC)
        return not self.are_set or any(span.begins_at <= now for span in islice(self._spans(now), 1))

    def next_opening(self, moment: datetime) -> WorkingSpan | None:
        """The first stretch of work that begins after `moment`; None where none is in sight, or nothing is set."""
        now = moment.astimezone(UTC)
        found = next((span for span in self._spans(now) if span.begins_at > now), None)
        return WorkingSpan(*(end.astimezone(ZoneInfo(self.zone)) for end in found)) if found else None

    def closes_at(self, moment: datetime) -> datetime | None:
        """When the work of this moment ends, through stretches that touch; None where it is closed or has no end."""
        now = moment.astimezone(UTC)
        ends_at = now
        for span in self._spans(now):
            if span.begins_at > ends_at:
                break
            ends_at = span.ends_at
            if ends_at > now + 8 * _DAY:  # round the clock, the whole week
                return None
        return ends_at.astimezone(ZoneInfo(self.zone)) if ends_at > now else None

    def minutes_between(self, start: datetime, end: datetime, *, most: float = inf) -> float:
        """Working minutes from `start` to `end`, 0 where that is earlier; counted no further than `most`."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if not self.are_set:
            return min(max((end - start) / _MINUTE, 0.0), most)
        total = 0.0
        for span in self._spans(start):
            if span.begins_at >= end or total >= most:
                break
            total += (min(span.ends_at, end) - max(span.begins_at, start)) / _MINUTE
        return min(total, most)

    def after(self, start: datetime, minutes: float) -> datetime | None:
        """The moment when so many working minutes have gone by since `start`; None where that is not in sight."""
        start, left = start.astimezone(UTC), minutes * _MINUTE
        if not self.are_set:
            return (start + left).astimezone(ZoneInfo(self.zone))
        for span in self._spans(start):
            begins_at = max(span.begins_at, start)
            if begins_at + left <= span.ends_at:
                return (begins_at + left).astimezone(ZoneInfo(self.zone))
            left -= span.ends_at - begins_at
        return None

    def _spans(self, now: datetime) -> Iterator[WorkingSpan]:
        """The stretches of work that end after `now`, in order, none over another; all in UTC.

        Two moments of one zone are compared by their wall clocks, which go back once a year.
        """
        if not self.are_set:
            return
        zone, reached = ZoneInfo(self.zone), now - _DAY * 2
        today = now.astimezone(zone).date()
        for day in (today + ahead * _DAY for ahead in range(-1, DAYS_AHEAD)):  # work may run past midnight
            for begins, ends in () if self.is_day_off(day) else self.week[day.weekday()]:
                begins_at, ends_at = max(_at(day, begins, zone), reached), _at(day, ends, zone)
                if ends_at > max(begins_at, now):
                    yield WorkingSpan(begins_at, ends_at)
                    reached = ends_at


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """So many minutes after midnight by the wall clock; an hour the clocks leave out is the one after it. In UTC."""
    wall = datetime.combine(day, time()) + minutes * _MINUTE
    return wall.replace(tzinfo=zone).astimezone(UTC)


def read(stored: Mapping[str, Any], zone: str) -> Hours:
    """The hours as a company has them stored: {"week": seven lists of [from, to], "off": [{"day", "to", "note"}]}."""
    week = tuple(tuple((begins, ends) for begins, ends in day) for day in stored.get("week", ())) or ((),) * 7
    single: set[date] = set()
    yearly: set[YearDay] = set()
    for row in stored.get("off", ()):
        is_yearly = len(row["day"]) == len("03-08")
        for day in days_of(row):
            if is_yearly:
                yearly.add((day.month, day.day))
            else:
                single.add(day)
    return Hours(zone, week, frozenset(single), frozenset(yearly))


def days_of(row: Mapping[str, str]) -> Iterator[date]:
    """The days of a stored holiday, which may be several; of a yearly one those of a leap year."""
    year = "" if len(row["day"]) > len("03-08") else "2024-"
    first = date.fromisoformat(year + row["day"])
    last = date.fromisoformat(year + row["to"]) if row.get("to") else first
    while first <= last:
        yield first
        first += _DAY
