"""The one reader of phone numbers: what the talk, the API, an import and the board's forms take for a phone."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.reading import phone
from leadbot.engines.rules.words import numbers, text
from leadbot.engines.rules.words.scene import Found, Scene


@dataclass(frozen=True, slots=True)
class GivenPhone:
    """The number to call as it is stored (8 and ten digits for Kazakhstan) and in E.164, and further numbers."""

    value: str
    e164: str
    further: tuple[str, ...]  # as they would be stored


def read(typed: str) -> GivenPhone | None:
    """The phone that a text gives in answer to the question for one; None where it gives none."""
    reading = text.read(typed)
    found = phone.find(Scene(typed, reading.tokens, numbers.read(reading.tokens), asked="phone")).numbers
    if not found:
        return None
    return GivenPhone(found[0].value, _e164(found[0]), tuple(one.value for one in found[1:]))


def _e164(found: Found) -> str:
    return found.e164 or found.value
