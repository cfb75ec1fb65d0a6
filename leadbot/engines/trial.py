"""A model tried out: one tiny completion with a tool in the very way of a turn, and what came of it in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines import address
from leadbot.engines.base import Engine, EngineError, Spent
from leadbot.engines.client import Access, Refused
from leadbot.engines.openai import OpenAIEngine


@dataclass(frozen=True, slots=True)
class Tried:
    """`trouble` is empty where the model has answered; `said` are the server's own words, where it had any.

    `asked_at` is the address that was called, without its query.
    """

    model: str
    asked_at: str
    trouble: str = ""
    said: str = ""
    spent: Spent | None = None

    @property
    def lacks_v1(self) -> bool:
        """Nothing was found there, and most servers answer below /v1."""
        return self.trouble.startswith("HTTP 404") and not self.asked_at.endswith("/v1/chat/completions")


class Trial:
    """One model with one key. `reader` is the embedded engine."""

    def __init__(self, access: Access, model: str, reader: Engine) -> None:
        self._engine = OpenAIEngine(access, model, reader)
        self._model = model
        self._asked_at = f"{address.read(access.base_url).base_url}/chat/completions"

    def run(self, seconds: float) -> Tried:
        """Ask, within so many seconds."""
        try:
            return Tried(self._model, self._asked_at, spent=self._engine.try_out(seconds))
        except EngineError as error:
            said = error.said if isinstance(error, Refused) else ""
            return Tried(self._model, self._asked_at, str(error), said, error.spent)
