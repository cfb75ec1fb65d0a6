"""Not too fast: a gap between two messages to one target, and so many a second in all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from leadbot.outbox.deliveries import WORTH_WAITING_SECONDS

MOST_TARGETS = 10_000


class Pace:
    """Hands out moments to send at.

    One object serves all threads of a process. Several processes keep their pace each by itself: what is too much then
    comes back as a refusal with the seconds to wait, and `hold` keeps to those.
    """

    def __init__(self, gap_seconds: float, most_a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap_seconds, self._step_seconds = gap_seconds, 1 / most_a_second
        self._clock = clock
        self._lock = threading.Lock()
        self._target_free_at: dict[str, float] = {}
        self._free_at = float("-inf")

    def take(self, target: str) -> float:
        """Seconds to wait before sending. The moment is taken if they are WORTH_WAITING_SECONDS at most; else ask
        again then."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._target_free_at.get(target, now), self._free_at)
            if moment - now <= WORTH_WAITING_SECONDS:
                if self._gap_seconds:
                    self._target_free_at[target] = moment + self._gap_seconds
                self._free_at = moment + self._step_seconds
            self._forget_the_past(now)
            return moment - now

    def hold(self, target: str, seconds: float) -> None:
        """The other side asks for so long a pause for this target."""
        with self._lock:
            free_at = self._clock() + seconds
            self._target_free_at[target] = max(free_at, self._target_free_at.get(target, free_at))

    def busy(self) -> set[str]:
        """Targets that nothing may be sent to right now."""
        with self._lock:
            now = self._clock()
            return {target for target, at in self._target_free_at.items() if at > now}

    def _forget_the_past(self, now: float) -> None:
        if len(self._target_free_at) > MOST_TARGETS:
            self._target_free_at = {target: at for target, at in self._target_free_at.items() if at > now}
