"""Not too fast: Telegram takes about one message a second in a chat and thirty a second from a bot, and answers more
with 429 (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

GAP_SECONDS = 1.0
MOST_A_SECOND = 25
WORTH_WAITING_SECONDS = 0.5  # a longer wait is spent in the outbox, not in a thread
MOST_TARGETS = 10_000


class Pace:
    """Hands out moments to send at: a gap apart for each target, and so many a second for each carrier.

    One object serves all threads of a process. The sum of several processes is limited by `leadbot.accounts.limits`; what is
    too much all the same comes back as 429 with the seconds to wait, and `hold` keeps to those.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._target_free_at: dict[tuple[str, str], float] = {}
        self._carrier_free_at: dict[str, float] = {}

    def take(self, carrier: str, target: str) -> float:
        """Seconds to wait before sending. The moment is taken if they are WORTH_WAITING_SECONDS at most; else ask
        again then."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._target_free_at.get((carrier, target), now), self._carrier_free_at.get(carrier, now))
            if moment - now <= WORTH_WAITING_SECONDS:
                self._target_free_at[carrier, target] = moment + GAP_SECONDS
                self._carrier_free_at[carrier] = moment + 1 / MOST_A_SECOND
            self._forget_the_past(now)
            return moment - now

    def hold(self, carrier: str, target: str, seconds: float) -> None:
        """The other side asks for so long a pause for this target."""
        with self._lock:
            free_at = self._clock() + seconds
            self._target_free_at[carrier, target] = max(free_at, self._target_free_at.get((carrier, target), free_at))

    def busy(self, carrier: str) -> set[str]:
        """Targets that nothing may be sent to right now."""
        with self._lock:
            now = self._clock()
            return {target for (of, target), at in self._target_free_at.items() if of == carrier and at > now}

    def _forget_the_past(self, now: float) -> None:
        if len(self._target_free_at) > MOST_TARGETS:
            self._target_free_at = {key: at for key, at in self._target_free_at.items() if at > now}
