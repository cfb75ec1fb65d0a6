"""A span of days by a company's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of one time zone, both ends among them."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    def __iter__(self) -> Any:
        return (self.first + timedelta(days=n) for n in range(self.days))

    def before(self) -> Period:
        """As many days just before these, to compare with."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)

    @property
    def start(self) -> datetime:
        """The first moment of the first day."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the last day."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    def holds(self, column: Any) -> ColumnElement[bool]:
        """The criterion: a moment within these days."""
        return and_(column >= self.start, column < self.end)

    def day_of(self, moment: datetime) -> date:
        """The local day of a moment, which is UTC without a zone."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).date()


def latest(days: int, now: datetime, zone: str) -> Period:
    """The days up to today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(today - timedelta(days=days - 1), today, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
