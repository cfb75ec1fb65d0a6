"""One engine that never leaves a client without an answer: the first one, else the next, in the same turn."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from leadbot.engines.base import Decision, Engine, EngineDeclined, EngineError, EngineLate, Spent, Turn

FAILURES = 5
OPEN_SECONDS = 30.0

log = logging.getLogger(__name__)


class Breaker:
    """Spares the client the wait for an engine that keeps failing; safe for all threads of a process.

    `failures` in a row open it; for `open_seconds` nobody is let through; then one call tries, and closes it or opens
    it again.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._open_until: float | None = None  # None: closed

    @property
    def is_open(self) -> bool:
        return self._open_until is not None

    def lets_through(self) -> bool:
        """True if the engine may be asked now. Of all that ask when the time is over, only the first one may."""
        with self._lock:
            if self._open_until is None:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            # The probe takes the next period for itself: should it never report, another one follows after it.
            self._open_until = now + self._open_seconds
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._in_a_row = 0
            self._open_until = None

    def failed(self) -> None:
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._limit:
                self._open_until = self._clock() + self._open_seconds


class Instead:
    """Answers in another engine's place, and says why in the decision's note."""

    def __init__(self, engine: Engine, note: str) -> None:
        self._engine = engine
        self._note = note
        self.name = engine.name
        self.needs_network = engine.needs_network

    def decide(self, turn: Turn) -> Decision:
        """Answer as the engine does."""
        return replace(self._engine.decide(turn), note=self._note)


class Fallback:
    """Asks `first`; if it fails in any way, asks `then` the very same turn, and says why in the decision's note."""

    name = "fallback"

    def __init__(self, first: Engine, then: Engine, breaker: Breaker | None = None) -> None:
        self._first = first
        self._then = then
        self.breaker = breaker or Breaker()
        self.needs_network = first.needs_network or then.needs_network

    def decide(self, turn: Turn) -> Decision:
        """Answer. Raises only what `then` raises."""
        if not self.breaker.lets_through():
            return self._instead(turn, "resting after failures")
        try:
            decision = self._first.decide(turn)
        except EngineDeclined as error:
            self.breaker.succeeded()
            return self._instead(turn, str(error), error.spent)
        except EngineLate as error:
            return self._instead(turn, str(error))
        except EngineError as error:
            self.breaker.failed()
            return self._instead(turn, str(error), error.spent)
        except Exception as error:  # whatever a library raises: a client waits for an answer
            self.breaker.failed()
            # The text of a stranger's exception may hold what the client wrote: its type must do.
            return self._instead(turn, type(error).__name__)
        self.breaker.succeeded()
        return decision

    def _instead(self, turn: Turn, reason: str, spent: Spent | None = None) -> Decision:
        note = f"{self._first.name}: {reason}"
        log.warning("engine failed over: %s", note)
        return replace(self._then.decide(turn), note=note, spent=spent)
