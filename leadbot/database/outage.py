"""What to do with what fails: leave it alone for a while, and say so once a minute. One object serves all threads."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SAY_EVERY_SECONDS = 60.0
LEAVE_ALONE_SECONDS = 10.0
# Redis answers within milliseconds or not at all; no visitor is to wait longer for a counter.
CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 2.0

K = TypeVar("K", bound=Hashable)

log = logging.getLogger(__name__)


class Backoff(Generic[K]):
    """Keys that failed are put off: for `first_seconds`, then twice as long each time, `most_seconds` at most.

    Lives in the memory of a process: a restart tries everything again.
    """

    def __init__(self, first_seconds: float, most_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._first, self._most, self._clock = first_seconds, most_seconds, clock
        self._lock = threading.Lock()
        self._failures: dict[K, int] = {}
        self._until: dict[K, float] = {}

    def failed(self, key: K) -> None:
        """Put the key off, for longer than the last time."""
        with self._lock:
            times = self._failures.get(key, 0)
            self._failures[key] = times + 1
            self._until[key] = self._clock() + min(self._first * 2 ** min(times, 30), self._most)

    def succeeded(self, key: K) -> None:
        """Forget that it ever failed."""
        with self._lock:
            self._failures.pop(key, None)
            self._until.pop(key, None)

    def put_off(self) -> list[K]:
        """The keys to be left alone for now."""
        with self._lock:
            now = self._clock()
            return [key for key, until in self._until.items() if until > now]


class OnceAMinute:
    """Whether the same may be said again: once a minute, however often it happens."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said_at: dict[Hashable, float] = {}

    def may_say(self, what: Hashable) -> bool:
        """True at most once a minute for each `what`."""
        with self._lock:
            now = self._clock()
            if now - self._said_at.get(what, float("-inf")) < SAY_EVERY_SECONDS:
                return False
            self._said_at[what] = now
            return True


class Outage:
    """Whether something is known to be away, Redis above all. It is then left alone for ten seconds, and one log line a
    minute says so."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, what: str = "Redis") -> None:
        self._clock, self._what = clock, what
        self._until = float("-inf")
        self._spoken = OnceAMinute(clock)

    @property
    def is_on(self) -> bool:
        """It failed a moment ago: do without it."""
        return self._clock() < self._until

    def begins(self, error: Exception) -> None:
        """It did not answer. Redis's address holds a password, so only the kind of the error is told."""
        self._until = self._clock() + LEAVE_ALONE_SECONDS
        if self._spoken.may_say("away"):
            log.warning("%s is away (%s): this machine goes on by itself", self._what, _kind(error))

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """Around a call to it: what fails there begins an outage and is not raised."""
        try:
            yield
        except (RedisError, OSError, sqlite3.Error) as error:
            self.begins(error)


def _kind(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


def redis_pool(url: str) -> ConnectionPool:
    """Connections to Redis that give up soon and try nothing twice: whoever calls knows what to do without it."""
    return ConnectionPool.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
