"""A crew: rows of one kind whose time has come, and the threads that carry them out.

Each carrier has a crew of its own, so one that hangs delays nobody else. The rows in the database are the truth: a crew
looks for those that are due, holds each of them once and no more than MOST_IN_HAND, and what dies with it is found by
the next look.
"""

from __future__ import annotations

import heapq
import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping

from leadbot.database.outage import OnceAMinute

LOOK_SECONDS = 5.0  # how often to look where nobody says that there is something
LEAST_SECONDS = 0.2  # between two looks
MOST_IN_HAND = 50

# due(targets to leave out, how many at most): the rows, by id the target each goes to
Due = Callable[[Collection[str], int], Mapping[int, str]]
# carry(row id): seconds after which something may be due again, None where that is not known
Carry = Callable[[int], float | None]

log = logging.getLogger(__name__)
_spoken = OnceAMinute()


class Crew:
    """Looks for rows in one thread and carries them out in several, one row a target at a time."""

    def __init__(self, name: str, due: Due, carry: Carry, threads: int) -> None:
        self.name = name
        self._due, self._carry = due, carry
        self._line: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self._in_hand: set[str] = set()  # targets
        self._changed = threading.Condition()
        self._look_at = 0.0  # the next look that nobody asks for
        self._asked_for: list[float] = []  # further moments, a heap
        self._is_over = False
        self._hands = [self._thread(self._carry_for_ever, number) for number in range(1, threads + 1)]
        self._scout = self._thread(self._look_for_ever, 0)

    @property
    def in_hand(self) -> int:
        """How many rows wait in memory or are being carried out."""
        with self._changed:
            return len(self._in_hand)

    def start(self) -> None:
        """Begin to look and to carry."""
        for thread in (self._scout, *self._hands):
            thread.start()

    def wake(self, in_seconds: float = 0.0) -> None:
        """Look at that moment too."""
        with self._changed:
            heapq.heappush(self._asked_for, time.monotonic() + in_seconds)
            self._changed.notify_all()

    def stop(self) -> None:
        """Take nothing more up. What is under way goes on; see `join`."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        for _ in self._hands:
            self._line.put(None)

    def join(self, until: float) -> None:
        """Wait for what is under way, until so late on the monotonic clock. What takes longer dies with the process."""
        for thread in (self._scout, *self._hands):
            thread.join(max(0.0, until - time.monotonic()))

    def look(self) -> None:
        """Take up what is due, without the targets that are in hand already."""
        with self._changed:
            busy = set(self._in_hand)
        if len(busy) >= MOST_IN_HAND:
            return
        for row_id, target in self._due(busy, MOST_IN_HAND - len(busy)).items():
            with self._changed:
                self._in_hand.add(target)
            self._line.put((row_id, target))

    def _look_for_ever(self) -> None:
        while self._waited():
            try:
                self.look()
            except Exception:
                if _spoken.may_say(self.name):
                    log.exception("%s: could not look for what is due", self.name)
            time.sleep(LEAST_SECONDS)

    def _waited(self) -> bool:
        """Wait for the next look; False once it is over."""
        with self._changed:
            while not self._is_over and (left := min([self._look_at, *self._asked_for[:1]]) - time.monotonic()) > 0:
                self._changed.wait(left)
            now = time.monotonic()
            while self._asked_for and self._asked_for[0] <= now:
                heapq.heappop(self._asked_for)
            self._look_at = now + LOOK_SECONDS
            return not self._is_over

    def _carry_for_ever(self) -> None:
        while (row := self._line.get()) is not None and not self._is_over:
            row_id, target = row
            again: float | None = None
            try:
                again = self._carry(row_id)
            except Exception:  # the row keeps its lease and comes again once that has run out
                if _spoken.may_say((self.name, "row")):
                    log.exception("%s: row %s could not be carried out", self.name, row_id)
            finally:
                with self._changed:
                    self._in_hand.discard(target)
            if again is not None:
                self.wake(again)

    def _thread(self, work: Callable[[], None], number: int) -> threading.Thread:
        return threading.Thread(target=work, name=f"{self.name} {number}", daemon=True)
