"""Counters in a SQLite file, for the `limits` library: shared by all processes of one machine.

They are worth less than a client's message, so nothing is flushed to the disk: a file damaged by a power cut is thrown
away and begun anew.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from limits.storage import Storage

BUSY_SECONDS = 2.0
SWEEP_EVERY = 1000  # so many counts pass between two sweeps of what has run out

TABLE = """
CREATE TABLE IF NOT EXISTS counts (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends_at REAL NOT NULL) WITHOUT ROWID
"""
# One statement, so that two processes never count one event for two.
COUNT = """
INSERT INTO counts (key, count, ends_at) VALUES (:key, :amount, :now + :seconds)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN ends_at <= :now THEN :amount ELSE count + :amount END,
    ends_at = CASE WHEN ends_at <= :now THEN :now + :seconds ELSE ends_at END
RETURNING count
"""


class SqliteCounters(Storage):
    """One connection a process, used by one thread at a time. Raises limits.errors.StorageError."""

    STORAGE_SCHEME = None  # built by us, never from an address

    def __init__(self, path: Path) -> None:
        super().__init__(wrap_exceptions=True)
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._counts = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many there are now."""
        now = time.time()
        values = {"key": key, "amount": amount, "now": now, "seconds": expiry}
        count: int = self._run(COUNT, values)[0][0]
        self._counts += 1
        if self._counts % SWEEP_EVERY == 0:
            self._run("DELETE FROM counts WHERE ends_at <= :now", {"now": now})
        return count

    def get(self, key: str) -> int:
        """How many there are now."""
        rows = self._run(
            "SELECT count FROM counts WHERE key = :key AND ends_at > :now", {"key": key, "now": time.time()}
        )
        return rows[0][0] if rows else 0

    def get_expiry(self, key: str) -> float:
        """When the time of this key runs out, in seconds since the epoch; now if it has."""
        rows = self._run("SELECT ends_at FROM counts WHERE key = :key", {"key": key})
        return max(rows[0][0], time.time()) if rows else time.time()

    def check(self) -> bool:
        """Whether counting works."""
        try:
            self._run("SELECT 1", {})
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget everything; how many keys that were."""
        return len(self._run("DELETE FROM counts RETURNING key", {}))

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._run("DELETE FROM counts WHERE key = :key", {"key": key})

    def _run(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._open().execute(sql, values).fetchall()
            except sqlite3.OperationalError:
                raise  # locked, disk full: the file itself is sound
            except sqlite3.DatabaseError:
                self._begin_anew()
                return self._open().execute(sql, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():  # a connection must not cross a fork
            connection = sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            _turn_wal_on(connection)
            for statement in ("PRAGMA synchronous=OFF", TABLE):
                connection.execute(statement)
            self._connection, self._pid = connection, os.getpid()
        return self._connection

    def _begin_anew(self) -> None:
        self._connection = None
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)


def _turn_wal_on(connection: sqlite3.Connection) -> None:
    """SQLite's own waiting doesn't cover this change: of several processes that make it at once all but one fail."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.01)
