"""How often: limits that hold over all processes.

Counters lie in Redis where there is one, else in a small SQLite file of their own in the data folder: never in the
memory of a process, where each further worker would multiply the limit. While Redis is away each machine counts in such
a file.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import time
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from leadbot.accounts.limits.counters import SqliteCounters
from leadbot.accounts.limits.shared import SharedCounters
from leadbot.config import Config
from leadbot.database.outage import OnceAMinute, Outage, redis_pool
from leadbot.errors import TooMany
from leadbot.state import state
from leadbot.state import state_of as state_of

log = logging.getLogger(__name__)
_spoken = OnceAMinute()


def init_app(app: Flask, config: Config) -> None:
    """Choose where to count, or not to count at all."""
    outage = state_of(app).redis
    storage = _storage(config, outage)
    state_of(app).counters = storage
    state_of(app).limits = FixedWindowRateLimiter(storage) if config.ratelimit_enabled else None


def _storage(config: Config, outage: Outage) -> Storage:
    here = SqliteCounters(config.data_dir / "limits.db")
    if not config.redis_url:
        return here
    shared = RedisStorage(config.redis_url, connection_pool=redis_pool(config.redis_url), wrap_exceptions=True)
    return SharedCounters(shared, here, outage)


def caller(address: str | None) -> str:
    """Who calls, as far as limits go: an IPv4 address; of IPv6 the /64, which is what one customer gets."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "nowhere"
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, 64), strict=False))


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are allowed, how many are left, and in how many whole seconds the count begins anew."""

    allowed: int
    left: int
    seconds: int


@dataclass(frozen=True)
class Limit:
    """So many events of one kind for each key: `Limit("login", "10 per 15 minutes")`.

    The caller says what counts. The time runs from the first event. Where the counters can't be reached nobody is
    turned away: a limit must not take the service down. A key is counted under its seal: whose it is stands nowhere.
    """

    name: str
    how_often: str

    def check(self, *key: str) -> None:
        """Raises TooMany once the allowed number has been counted for this key; counts nothing."""
        if self.is_used_up(*key):
            raise TooMany(retry_after_seconds=self._seconds_left(key))

    def is_used_up(self, *key: str) -> bool:
        """Has the allowed number been counted for this key? Counts nothing."""
        return not self._ask("test", key)

    def count(self, *key: str, amount: int = 1) -> None:
        """Count one event, or so many. Raises TooMany if that is more than allowed."""
        if not self.takes(*key, amount=amount):
            raise TooMany(retry_after_seconds=self._seconds_left(key))

    def takes(self, *key: str, amount: int = 1) -> bool:
        """Count one event, or so many, and say whether that still was within the limit."""
        return self._ask("hit", key, cost=amount)

    def standing(self, *key: str) -> Standing | None:
        """How it stands for this key; None where nothing is limited, or can't be counted."""
        counter: FixedWindowRateLimiter | None = state().limits
        if counter is None:
            return None
        try:
            ends_at, left = counter.get_window_stats(self._item, self.name, _sealed(key))
        except StorageError:
            return None
        return Standing(self._item.amount, left, self._within(ends_at))

    def give_back(self, *key: str) -> None:
        """Take one event back that turned out to be none."""
        self._ask("hit", key, cost=-1)

    def forget(self, *key: str) -> None:
        """Begin anew for this key."""
        self._ask("clear", key)

    @cached_property
    def _item(self) -> RateLimitItem:
        return parse(self.how_often)

    def _ask(self, what: str, key: tuple[str, ...], **more: int) -> bool:
        counter: FixedWindowRateLimiter | None = state().limits
        if counter is None:
            return True
        try:
            return bool(getattr(counter, what)(self._item, self.name, _sealed(key), **more))
        except StorageError:
            if _spoken.may_say("limits"):
                log.warning("limits can't be counted", exc_info=True)
            return True

    def _seconds_left(self, key: tuple[str, ...]) -> int:
        counter = state().limits
        assert counter, "a limit was reached"  # noqa: S101
        try:
            ends_at = counter.get_window_stats(self._item, self.name, _sealed(key)).reset_time
        except StorageError:
            return self._item.get_expiry()
        return self._within(ends_at)

    def _within(self, ends_at: float) -> int:
        return max(1, min(self._item.get_expiry(), round(ends_at - time.time())))


def _sealed(key: tuple[str, ...]) -> str:
    """The same for all processes, and nobody can tell an address or a person from it."""
    secret = hashlib.sha256(str(current_app.secret_key).encode()).digest()
    return hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), key=secret, digest_size=16).hexdigest()
