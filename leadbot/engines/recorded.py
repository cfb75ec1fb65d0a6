"""A model's words as they were once recorded, said again over today's reading: a talk replayed without a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadbot.engines.base import Decision, Engine, Turn
from leadbot.engines.wording import asked_in


class Recorded:
    """Reads each message anew with `reader` and says what a model said to it then.

    `answers` has the recorded words by the number of the client's message. As with the live model, what the reader
    settles by itself (a lead that is made, a call for a human) is said in its own words, and a message without a
    record is answered by the reader.
    """

    name = "recorded"
    needs_network = False

    def __init__(self, answers: Mapping[int, str], reader: Engine) -> None:
        self._answers = answers
        self._reader = reader

    def decide(self, turn: Turn) -> Decision:
        reading = self._reader.decide(turn)
        text = self._answers.get(turn.message.seq)
        if not text or reading.act or (reading.register and not turn.registered):
            return reading
        asked = asked_in(text, turn.company) or reading.known.get("asked")
        return replace(reading, text=text, known={**reading.known, "asked": asked}, engine=self.name)
