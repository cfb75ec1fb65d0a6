"""Not too fast for one target: Telegram takes about one message a second in a chat and answers more with 429."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

GAP_SECONDS = 1.0
WORTH_WAITING_SECONDS = 0.5  # a longer wait is spent in the outbox, not in a thread
MOST_TARGETS = 10_000


class Pace:
    """Hands out moments to send at, a gap apart for each target. One object serves all threads of a process.

    Who came first keeps his moment: asked again for the same ticket it answers with what is left of the wait.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._moments: dict[int, float] = {}

    def wait_seconds(self, target: str, ticket: int) -> float:
        """How long `ticket` has to wait before it may be sent to `target`; 0 when its moment has come."""
        with self._lock:
            now = self._clock()
            if ticket not in self._moments:
                self._moments[ticket] = max(now, self._free_at.get(target, now))
                self._free_at[target] = self._moments[ticket] + GAP_SECONDS
            self._forget_the_past(now)
            return max(0.0, self._moments[ticket] - now)

    def done(self, ticket: int) -> None:
        """The ticket was used; a further try gets a moment of its own."""
        with self._lock:
            self._moments.pop(ticket, None)

    def _forget_the_past(self, now: float) -> None:
        if len(self._free_at) > MOST_TARGETS:
            self._free_at = {target: at for target, at in self._free_at.items() if at > now}
