"""Moments as spreadsheets and other programs write them: as numbers, in figures, in words, with a zone or without.

The day comes first unless the column says otherwise. Months are known by the names that CLDR gives them in our
languages, whole or short, in any case of the noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache

from babel import Locale

from leadbot.texts.folding import fold
from leadbot.texts.languages import LANGUAGES

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  day 0 of spreadsheets, by the clock on the wall
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_STAMP = re.compile(r"(?:1\d{9}|1\d{12})")
_FIGURES = re.compile(r"(\d{1,4})[./\\-](\d{1,2})[./\\-](\d{1,4})(?!\d)")
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_CLOCK = re.compile(
    r"(\d{1,2})[:.чh](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?(?![\d.])", re.IGNORECASE
)
_ZONE = re.compile(r"\s*(?:\(?(?:utc|gmt)\s*)?([+-])(\d{1,2}):?(\d{2})?\)?\s*$|\s*(z|utc|gmt)\s*$", re.IGNORECASE)
_AFTER_YEAR = frozenset({"г", "год", "года", "ж", "жыл", "жылы", "жылгы", "в", "at", "сагат", "мин", "ч"})
_SHORTEST = 3  # letters that tell a month


def is_month_first(texts: Iterable[str]) -> bool:
    """A column of 11/23/2026: the second figure of some is too large for a month, and the first of none."""
    firsts, seconds = 0, 0
    for text in texts:
        found = _FIGURES.match(text.strip())
        if found and len(found[1]) <= 2:
            firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    return firsts <= 12 < seconds


def read(text: str, zone: tzinfo, *, month_first: bool = False) -> datetime:
    """The moment, aware; without a clock it is midnight. Raises ValueError, OverflowError."""
    text = " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split()).strip(" ,;")
    if _STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if _SERIAL.fullmatch(text):
        return serial(float(text.replace(",", ".")), zone)
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        pass
    if text[:1].isalpha() and "," in text[:5]:  # Mon, 23 Nov 2026 15:30:00 +0500
        try:
            return parsedate_to_datetime(text).replace(tzinfo=parsedate_to_datetime(text).tzinfo or zone)
        except ValueError:
            pass
    return _read(text, zone, month_first)


def serial(days: float, zone: tzinfo) -> datetime:
    """A moment as a spreadsheet counts it: days by the clock on the wall. Raises OverflowError."""
    seconds = round(days * 86_400)
    return (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=zone)


def clock(text: str) -> time | None:
    """15:30, 3:30 PM; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    return _time(found) if found else None


def _read(text: str, zone: tzinfo, month_first: bool) -> datetime:
    offset: timedelta | None = None
    clock_at = _CLOCK.search(_FIGURES.sub(lambda found: " " * len(found[0]), text))
    at = time()
    if clock_at:
        at = _time(clock_at)
        behind = text[clock_at.end() :]
        if found := _ZONE.match(behind):
            offset, behind = _offset(found), ""
        text = f"{text[: clock_at.start()]} {behind}"
    year, month, day = _day(text, month_first)
    moment = datetime.combine(datetime(year, month, day), at)  # noqa: DTZ001  the zone is put on below
    if offset is not None:
        return (moment - offset).replace(tzinfo=UTC)
    return moment.replace(tzinfo=zone)


def _time(found: re.Match[str]) -> time:
    hour, half = int(found[1]), (found[4] or "").lower()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(found[2]), int(found[3] or 0))


def _offset(found: re.Match[str]) -> timedelta:
    if found[4]:
        return timedelta()
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return ahead if found[1] == "+" else -ahead


def _day(text: str, month_first: bool) -> tuple[int, int, int]:
    """Year, month, day: in figures, or with the month by name. Raises ValueError."""
    if figures := _FIGURES.fullmatch(text.strip(" ,;tTгж.")):
        first, second, third = (int(each) for each in figures.groups())
        if len(figures[1]) == 4:
            return first, second, third
        day, month = (second, first) if month_first else (first, second)
        return _year(third), month, day
    numbers: list[str] = []
    months: set[int] = set()
    for word in _WORDS.findall(text):
        if word.isdecimal():
            numbers.append(word)
        elif found := _month(fold(word)):
            months.add(found)
        elif fold(word) not in _AFTER_YEAR and not _is_weekday(fold(word)):
            raise ValueError(text)
    if len(numbers) != 2 or len(months) != 1:
        raise ValueError(text)
    number, year = numbers if len(numbers[0]) != 4 else reversed(numbers)  # 23-Nov-26, 2026 ж. 23 қараша
    return _year(int(year)), months.pop(), int(number)


def _year(year: int) -> int:
    return year + 2000 if year < 70 else year + 1900 if year < 100 else year


def _month(word: str) -> int | None:
    """The month that a word means: whole, short, or in another case of the noun (қарашада)."""
    if len(word) < _SHORTEST:
        return None
    found = {month for name, month in _months() if name == word}
    if not found:
        found = {month for name, month in _months() if len(name) > _SHORTEST and word.startswith(name)}
    if not found:
        found = {month for name, month in _months() if name.startswith(word)}
    return found.pop() if len(found) == 1 else None


def _is_weekday(word: str) -> bool:
    return any(name.startswith(word) for name in _weekdays())


@cache
def _months() -> frozenset[tuple[str, int]]:
    kinds = [Locale(each).months[how][size] for each in LANGUAGES for how in ("format", "stand-alone")
             for size in ("wide", "abbreviated")]  # fmt: skip
    names = {(fold(name).strip("."), number) for kind in kinds for number, name in kind.items()}
    return frozenset((name, number) for name, number in names if len(name) >= _SHORTEST)


@cache
def _weekdays() -> frozenset[str]:
    kinds = [Locale(each).days["format"][size] for each in LANGUAGES for size in ("wide", "abbreviated")]
    return frozenset(fold(name).strip(".") for kind in kinds for name in kind.values())
