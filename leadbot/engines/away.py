"""The engine for those who are no clients: it listens, promises nothing and makes no lead."""

from __future__ import annotations

from dataclasses import replace

from leadbot.engines.base import Decision, Engine, Turn
from leadbot.texts import phrases


class Away:
    """Answers a client whom a person has marked as junk; the engine behind it still reads what he writes."""

    name = "rules"
    needs_network = False

    def __init__(self, behind: Engine) -> None:
        self._behind = behind

    def decide(self, turn: Turn) -> Decision:
        """The one sentence that is true for everybody."""
        heard = self._behind.decide(turn)
        text = phrases.say("not_client", heard.language)
        return replace(heard, text=text, known={**heard.known, "asked": None}, register=None, act="not_client")
