"""A Telegram in a bad mood: of all messages some are answered 500, some 429."""

from __future__ import annotations

import random
import threading
from collections import Counter

from doubles.server import Answer, Request
from doubles.telegram import TelegramDouble, refuse, too_many

ERRORS, TOO_MANY = 0.15, 0.10  # of all tries


class Moody(TelegramDouble):
    """15 % of the tries are answered 500, 10 % 429 for a second; one notice at most so often."""

    def __init__(self, refused_most: int, seed: int = 7) -> None:
        super().__init__()
        self.refusals = Counter[int]()
        self._refused_most = refused_most
        self._moods = random.Random(seed)
        self._refused = Counter[str]()
        self._mood_lock = threading.Lock()

    def _take(self, request: Request) -> Answer:
        refusal = self._refusal(str(request.json.get("text")))
        if refusal is None:
            return super()._take(request)
        self.refusals[refusal.status] += 1
        return refusal

    def _refusal(self, text: str) -> Answer | None:
        with self._mood_lock:
            mood = self._moods.random()
            if mood > ERRORS + TOO_MANY or self._refused[text] >= self._refused_most:
                return None
            self._refused[text] += 1
        return refuse(500, "Internal Server Error") if mood < ERRORS else too_many(1)
