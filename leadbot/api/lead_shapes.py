"""The shapes of what an integrator asks of leads and writes on them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from leadbot.api.bot_shapes import ABSENT

ID_MOST = 2**31 - 1  # what an integer column of PostgreSQL holds
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


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


Number = BeforeValidator(_plain)
Since = Annotated[
    datetime,
    BeforeValidator(_with_plus),
    AfterValidator(_in_utc),
    Field(description="Only leads changed at this moment or later; without a zone it is UTC"),
]


class LeadChange(BaseModel):
    """Values to be written over; what is left out stays, what is not named here is refused. `version` is what you saw
    last; a lead is moved by `POST /api/leads/{id}/move`.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Канат", "area": "150 м²"}]})

    name: str | None = ABSENT
    phone: str = ABSENT
    city: str | None = ABSENT
    object_type: str | None = ABSENT
    area: str | None = ABSENT
    summary: str | None = ABSENT
    details: dict[str, str | None] = Field(ABSENT, description="Some of a lead's `details`; the others stay")
    version: Annotated[int | None, Number, Field(ge=0, le=ID_MOST)] = ABSENT

    def values(self) -> dict[str, str]:
        """What is given, but for the version, details beside the rest; null empties a field."""
        given = self.model_dump(exclude_unset=True, exclude={"version", "details"})
        return {name: value or "" for name, value in {**given, **(self.details or {})}.items()}

    @field_validator("details")
    @classmethod
    def _has_no_column(cls, details: dict[str, str | None] | None) -> dict[str, str | None] | None:
        if taken := [key for key in details or {} if key in cls.model_fields]:
            raise PydanticCustomError("invalid", "{key} stands beside details", {"key": taken[0]})
        return details
