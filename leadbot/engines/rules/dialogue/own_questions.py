"""Questions that only one trade or one company asks: no extractor knows the answer, the client's words are it."""

from __future__ import annotations

import re
from dataclasses import replace

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.own_words import NO_ANSWER
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.fields import CONTACT, Field

# Acts that leave the question open.
_NO_ANSWER = NO_ANSWER | {"injection"}
_MARKS = " .,!;:-–—"


def asked_for(turn: Turn) -> Field | None:
    """The field that was asked for last, where its answer is whatever the client says."""
    row = turn.company.fields.get(turn.asked)
    return row if row is not None and row.is_free and not row.is_extracted else None


def without_guesses(heard: Extraction, turn: Turn) -> Extraction:
    """What was heard but for a bare number: to such a question it is the answer, not the size of a house."""
    area = heard.slots.get("area")
    if area is None or asked_for(turn) is None or any(letter.isalpha() for letter in area.quote):
        return heard
    return replace(heard, slots={slot: found for slot, found in heard.slots.items() if slot != "area"})


def answer(turn: Turn, heard: Extraction, acts: Acts) -> str:
    """The answer to such a question: the quick reply it repeats, else the client's own words; "" where it is none.

    A question in return is no answer, and of a message that brings the contact only what stands beside it.
    """
    row = asked_for(turn)
    if row is None or "unsure" in acts.names:  # «не знаю» is no answer, be it a quick reply
        return ""
    said = " ".join(turn.message.text.split())
    bare = fold(said).strip(_MARKS)
    replies = (reply for words in row.chips.values() for reply in words)
    if chosen := next((reply for reply in replies if fold(reply).strip(_MARKS) == bare), ""):
        return chosen
    if acts.names & _NO_ANSWER or said.endswith("?"):
        return ""
    if heard.slots.keys() & set(CONTACT) or heard.partial_phone:
        said = re.sub(r"\s*,(?:\s*,)+", ",", " ".join(heard.masked.split()))
    said = said.strip(_MARKS)
    return said[: row.most] if any(sign.isalnum() for sign in said) else ""
