"""The kinds of values that the shapes of the API are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from leadbot.errors import Invalid
from leadbot.texts import text_input

ABSENT: Any = None  # a field that may be left out; the document names no value for it
ID_MOST = 2**31 - 1  # what an integer column of PostgreSQL holds
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def passed_by(check: Callable[[Any], Any], said: str | None = None) -> AfterValidator:
    """A value that a service's own check passes; where it does not, what the check says, or `said`."""

    def run(value: Any) -> Any:
        try:
            return check(value)
        except Invalid as error:
            raise PydanticCustomError("invalid", "{said}", {"said": said or str(error)}) from None

    return AfterValidator(run)


def _plain(value: object) -> object:
    """A number as it is written in JSON or, in an address, with digits alone: `1_0`, `+1` and true are none."""
    if isinstance(value, bool) or (isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value)):
        raise PydanticCustomError("int_parsing", "Must be a whole number")
    return value


def _with_plus(value: object) -> object:
    """In an address that was not escaped the plus of a zone is read as a space."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", value) if isinstance(value, str) and "T" in value else value


def _in_utc(moment: datetime) -> datetime:
    """As everywhere in the API, a moment without a zone is one of UTC; what no clock shows counts as the nearest."""
    aware = moment.replace(tzinfo=moment.tzinfo or UTC)
    return max(aware, _EARLIEST).astimezone(UTC) if aware.year < 9999 else aware.replace(tzinfo=UTC)


def _filled(value: str) -> str:
    if not text_input.is_visible(value):
        raise PydanticCustomError("missing", "required")
    return value


def number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def no_text(value: object) -> object:
    return "" if value is None else value


Number = BeforeValidator(_plain)
Since = Annotated[
    datetime,
    BeforeValidator(_with_plus),
    AfterValidator(_in_utc),
    Field(description="Only leads changed at this moment or later; without a zone it is UTC"),
]
Filled = AfterValidator(_filled)
Moment = Annotated[str, Field(description="UTC, whole seconds", examples=["2026-01-28T15:30:00"])]


def moment(value: datetime) -> str:
    """2026-01-28T15:30:00: UTC, whole seconds, no zone, as the customer's document has it."""
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19]
