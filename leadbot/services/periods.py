"""A span of days by a company's own calendar, and how the database finds the local day of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, and_, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


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

    def day_of(self, column: Any) -> ColumnElement[date]:
        """The local day of a moment within these days, right across a change of the clocks."""
        pieces = _even_pieces(self)
        if len(pieces) == 1:
            return LocalDay(column, pieces[0][1])
        return case(*((column < end, LocalDay(column, offset)) for end, offset in pieces))


def latest(days: int, now: datetime, zone: str) -> Period:
    """The days up to today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(today - timedelta(days=days - 1), today, zone)


class LocalDay(FunctionElement[date]):
    """The date of a stored moment in a zone that is `minutes` ahead of UTC."""

    type = Date()
    inherit_cache = True
    name = "local_day"

    def __init__(self, column: Any, minutes: int) -> None:
        super().__init__(column, literal(minutes))


@compiles(LocalDay, "sqlite")
def _in_sqlite(element: LocalDay, compiler: Any, **more: Any) -> str:
    column, minutes = element.clauses
    return f"date({compiler.process(column, **more)}, {compiler.process(minutes, **more)} || ' minutes')"


@compiles(LocalDay)
def _elsewhere(element: LocalDay, compiler: Any, **more: Any) -> str:
    column, minutes = element.clauses
    return (
        f"CAST({compiler.process(column, **more)} + {compiler.process(minutes, **more)} * INTERVAL '1 minute' AS DATE)"
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _even_pieces(period: Period) -> list[tuple[datetime, int]]:
    """Where the clocks stay even: (end of the piece, minutes ahead of UTC), in order."""
    pieces: list[tuple[datetime, int]] = []
    moment = period.start
    while moment < period.end:
        offset = _offset(moment, period.zone)
        following = moment
        while following < period.end and _offset(following, period.zone) == offset:
            following += timedelta(days=1)
        if following < period.end:
            following = _change_between(following - timedelta(days=1), following, period.zone)
        pieces.append((min(following, period.end), offset))
        moment = following
    return pieces


def _change_between(before: datetime, after: datetime, zone: str) -> datetime:
    """The minute at which the clocks change, between two moments with different offsets."""
    offset = _offset(before, zone)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= before:
            break
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after


def _offset(moment: datetime, zone: str) -> int:
    ahead = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds() // 60) if ahead else 0
