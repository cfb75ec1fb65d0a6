"""Counters that all machines share, and this machine's own for as long as those are away."""

from __future__ import annotations

from typing import Any

from limits.errors import StorageError
from limits.storage import Storage

from leadbot.database.outage import Outage


class SharedCounters(Storage):
    """Counts in `shared` (Redis); while that is away in `here`, where counting begins at nought."""

    STORAGE_SCHEME = None  # built by us, never from an address

    def __init__(self, shared: Storage, here: Storage, outage: Outage) -> None:
        super().__init__(wrap_exceptions=True)
        self.shared, self._here, self._outage = shared, here, outage

    @property
    def base_exceptions(self) -> type[Exception]:
        return StorageError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many there are now."""
        count: int = self._ask("incr", key, expiry, amount)
        return count

    def get(self, key: str) -> int:
        """How many there are now."""
        count: int = self._ask("get", key)
        return count

    def get_expiry(self, key: str) -> float:
        """When the time of this key runs out, in seconds since the epoch."""
        ends_at: float = self._ask("get_expiry", key)
        return ends_at

    def check(self) -> bool:
        """Whether the shared counters answer."""
        return self.shared.check()

    def reset(self) -> int | None:
        """Forget everything."""
        forgotten: int | None = self._ask("reset")
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._ask("clear", key)

    def _ask(self, what: str, *args: Any) -> Any:
        if not self._outage.is_on:
            try:
                return getattr(self.shared, what)(*args)
            except StorageError as error:
                self._outage.begins(error)
        return getattr(self._here, what)(*args)
