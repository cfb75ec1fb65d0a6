"""SQLite for many threads: one writer of a process at a time, and a commit that has returned is on the disk.

SQLite's own deferred BEGIN fails as "database is locked" when two readers turn writers together, so whatever may write
begins IMMEDIATE. Its busy handler sleeps, longer each time, and whoever sleeps is passed by: threads of one process
therefore wait for each other at a lock, and where processes meet each begins to wait anew after BUSY_SECONDS.
"""

from __future__ import annotations

import sqlite3
import threading
import time

# For the lock and then for SQLite's own: together below the 12 seconds of a turn.
LOCK_SECONDS = 5
BUSY_SECONDS = 0.05  # SQLite looks after 1, 3, 8, 18 and 33 ms, and then ever more rarely
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit returns when the disk has the log
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten, not only let go of
    f"busy_timeout={BUSY_SECONDS * 1000:.0f}",
)


class Connection(sqlite3.Connection):
    """A connection that begins its transactions itself; to write it takes the lock of its process first.

    The lock is released whatever becomes of the transaction: a commit that fails is undone at once.
    """

    _write_lock: threading.Lock
    _is_writing = False

    def set_up(self, write_lock: threading.Lock) -> None:
        """Make it ready. `write_lock` is shared by all connections of this process to this database."""
        self._write_lock = write_lock
        self.isolation_level = None  # BEGIN is ours
        self.execute(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")  # for another that turns the log on just now
        for pragma in PRAGMAS:
            self.execute(f"PRAGMA {pragma}")

    def begin_to_read(self) -> None:
        """See the database as it is now; keeps nobody waiting."""
        self.execute("BEGIN")

    def begin_to_write(self) -> None:
        """Keep all other writers out. Raises sqlite3.OperationalError after LOCK_SECONDS for each of the two locks."""
        if not self._write_lock.acquire(timeout=LOCK_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        self._is_writing = True
        try:
            self._begin_immediately(time.monotonic() + LOCK_SECONDS)
        except BaseException:
            self._release()
            raise

    def _begin_immediately(self, until: float) -> None:
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise

    def commit(self) -> None:
        """Commit to the disk. Raises sqlite3.OperationalError where it can't take it; nothing is stored then."""
        try:
            super().commit()
        except BaseException:
            super().rollback()  # a full disk may leave the transaction open
            raise
        finally:
            self._release()

    def rollback(self) -> None:
        """Undo."""
        try:
            super().rollback()
        finally:
            self._release()

    def close(self) -> None:
        """Close; what was not committed is undone."""
        try:
            super().close()
        finally:
            self._release()

    def _release(self) -> None:
        if self._is_writing:
            self._is_writing = False
            self._write_lock.release()
