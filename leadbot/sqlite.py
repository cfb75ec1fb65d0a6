"""SQLite as the threads of several processes use it: writers wait for each other, and a commit is on the disk.

SQLite's own deferred BEGIN fails as "database is locked" when two readers turn writers together, so whatever may write
begins IMMEDIATE, and queues for it first.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from pathlib import Path
from typing import IO

BUSY_TIMEOUT_SECONDS = 10
PRAGMAS = (
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten, not only let go of
    f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
)


class Writers:
    """Who writes into one database, one after the other: threads wait at a lock, the first of each process at a file.

    SQLite's busy handler sleeps up to a tenth of a second at a time, and whoever sleeps is passed by. Programs that
    don't queue here, such as a backup, still find SQLite's own lock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None  # closed when nobody has it any more
        self._process = 0

    def enter(self, database: str) -> None:
        """Wait for one's turn. Raises sqlite3.OperationalError where that takes too long."""
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        try:
            if database:
                fcntl.flock(self._queue(database), fcntl.LOCK_EX)
        except BaseException:
            self._lock.release()
            raise

    def _queue(self, database: str) -> IO[bytes]:
        """The file of this process: one that was open before a fork is locked by both sides at once."""
        if self._file is None or self._process != os.getpid():
            self._file, self._process = Path(f"{database}-queue").open("ab"), os.getpid()  # noqa: SIM115
        return self._file

    def leave(self) -> None:
        """Let the next one go on."""
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._lock.release()


class Connection(sqlite3.Connection):
    """A connection that begins its transactions itself, and whose commit returns when the disk has what was written.

    `synchronous=FULL` would wait for the disk with the database locked, and with it all other writers. Here a commit
    lets the next writer go on and then waits for the log: several commits share one wait. Another may see a row a
    moment before it is safe; that it is stored is said only after it is.
    """

    is_between = False  # what was read before is over, what is written has not begun
    is_light = False  # the next commit need not survive a power failure
    _writers: Writers
    _file = ""
    _log: str | None = None
    _writes = False

    def set_up(self, writers: Writers) -> None:
        """Make it ready; `writers` are those of this process and this database."""
        self.isolation_level = None
        self._writers = writers
        for pragma in PRAGMAS:
            self.execute(f"PRAGMA {pragma}")
        [mode] = self.execute("PRAGMA journal_mode=WAL").fetchone()
        self._file = self.execute("PRAGMA database_list").fetchone()[2]  # empty for one in memory
        self._log = f"{self._file}-wal" if mode == "wal" and self._file else None
        # with a log the disk is waited for in `commit`
        self.execute(f"PRAGMA synchronous={'NORMAL' if self._log else 'FULL'}")

    def begin_to_read(self) -> None:
        """See the database as it is now."""
        self.is_between = False
        self.execute("BEGIN")

    def begin_to_write(self) -> None:
        """Keep all other writers out. Raises sqlite3.OperationalError where that takes too long."""
        self.is_between = False
        self._writers.enter(self._file)
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
        if wrote:
            self._writers.leave()
        return wrote


def _wait_for_disk(path: str) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        getattr(os, "fdatasync", os.fsync)(file)  # not every system has the cheaper one
    finally:
        os.close(file)
