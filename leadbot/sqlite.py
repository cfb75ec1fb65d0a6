"""SQLite as the threads of several processes use it: writers wait for each other, and a commit is on the disk.

SQLite's own deferred BEGIN fails as "database is locked" when two readers turn writers together, so whatever may write
begins IMMEDIATE. Within a process writers queue at a lock first: SQLite's busy handler sleeps and is not fair.
"""

from __future__ import annotations

import os
import sqlite3
import threading

BUSY_TIMEOUT_SECONDS = 10
PRAGMAS = (
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten, not only let go of
    f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
)


class Connection(sqlite3.Connection):
    """A connection that begins its transactions itself, and whose commit returns when the disk has what was written.

    `synchronous=FULL` would wait for the disk with the database locked, and with it all other writers. Here a commit
    lets the next writer go on and then waits for the log: several commits share one wait. Another may see a row a
    moment before it is safe; that it is stored is said only after it is.
    """

    is_between = False  # what was read before is over, what is written has not begun
    is_light = False  # the next commit need not survive a power failure
    _writers: threading.Lock | None = None
    _log: str | None = None
    _writes = False

    def set_up(self, writers: threading.Lock) -> None:
        """Make it ready; `writers` is the lock of this process for this database."""
        self.isolation_level = None
        self._writers = writers
        for pragma in PRAGMAS:
            self.execute(f"PRAGMA {pragma}")
        [mode] = self.execute("PRAGMA journal_mode=WAL").fetchone()
        file = self.execute("PRAGMA database_list").fetchone()[2]
        self._log = f"{file}-wal" if mode == "wal" and file else None
        # with a log the disk is waited for in `commit`
        self.execute(f"PRAGMA synchronous={'NORMAL' if self._log else 'FULL'}")

    def begin_to_read(self) -> None:
        """See the database as it is now."""
        self.is_between = False
        self.execute("BEGIN")

    def begin_to_write(self) -> None:
        """Keep all other writers out. Raises sqlite3.OperationalError where that takes too long."""
        self.is_between = False
        if self._writers and not self._writers.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        self._writes = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._let_go()
            raise

    def commit(self) -> None:
        """Commit, let the next writer go on, and wait for the disk. Raises OSError where that fails."""
        is_light, self.is_light = self.is_light, False
        super().commit()
        if self._let_go() and self._log and not is_light:
            _wait_for_disk(self._log)

    def rollback(self) -> None:
        """Undo, and let the next writer go on."""
        self.is_light = self.is_between = False
        super().rollback()
        self._let_go()

    def close(self) -> None:
        """Close; what was not committed is undone."""
        super().close()
        self._let_go()

    def _let_go(self) -> bool:
        """True where this connection was the one that writes."""
        wrote, self._writes = self._writes, False
        if wrote and self._writers:
            self._writers.release()
        return wrote


def _wait_for_disk(path: str) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        getattr(os, "fdatasync", os.fsync)(file)  # not every system has the cheaper one
    finally:
        os.close(file)
