"""The filter of a board as it stands in the address: read, shown in its form, carried on in links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_login import current_user

from leadbot.leads import search
from leadbot.leads.filters import NOBODY, Filter
from leadbot.models import IMPORTED, Source
from leadbot.texts import text_input
from leadbot.texts.catalogues import chosen_zone
from leadbot.texts.languages import LANGUAGES
from leadbot.web import searching

MINE, NO_ONE = "mine", "nobody"
DAYS = ("since", "until")
CITY_MOST = 100


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What stands in the address, as far as it makes sense: what is wrong is as if it were not there.

    `values` are those of an address: the words that are looked for stand there veiled.
    """

    values: dict[str, str]
    only: Filter

    @property
    def has_only_words(self) -> bool:
        return set(self.values) == {searching.VEILED}

    @property
    def words(self) -> str:
        return self.only.text


def chosen() -> BoardFilter:
    """The filter of this request."""
    read: dict[str, Any] = {name: value for name in _READ if (value := _READ[name](_argument(name))) is not None}
    values = {name: str(value) if name in DAYS else _argument(name) for name, value in read.items()}
    since, until = (read.pop(name, None) for name in DAYS)
    found = {_FIELDS.get(name, name): value for name, value in read.items()}
    found["since"], found["before"] = _midnight(since), _midnight(until + timedelta(days=1)) if until else None
    words = _text(searching.words()) or ""
    return BoardFilter(values | searching.veiled(words), Filter(words, **found))


def _argument(name: str) -> str:
    return request.values.get(name, "").replace("\x00", "").strip()


def _text(value: str) -> str | None:
    return value[: search.QUERY_MOST] if text_input.is_visible(value) else None


def _who(value: str) -> int | None:
    if value == MINE:
        return int(current_user.id)
    if value == NO_ONE:
        return NOBODY
    return int(value) if value.isascii() and value.isdecimal() and 0 < len(value) < 10 and int(value) else None


def _city(value: str) -> str | None:
    return value[:CITY_MOST] or None


def _origin(value: str) -> str | None:
    return value if value in (*Source, IMPORTED) else None


def _language(value: str) -> str | None:
    return value if value in LANGUAGES else None


def _hot(value: str) -> bool | None:
    return True if value == "1" else None


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _midnight(day: date | None) -> datetime | None:
    """When a day begins by the company's clock."""
    if day is None:
        return None
    return datetime.combine(day, time(), ZoneInfo(chosen_zone())).astimezone(UTC)


_READ: dict[str, Any] = {
    "who": _who, "city": _city, "source": _origin, "language": _language, "hot": _hot, "since": _day, "until": _day,
}  # fmt: skip
_FIELDS = {"hot": "is_hot", "source": "origin"}
