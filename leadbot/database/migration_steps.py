"""What migrations run in and are made of: a lock, and steps that keep nobody waiting who uses the database meanwhile.

See docs/database-migrations.md.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

POSTGRESQL_LOCK = 7_120_021  # any number of our own
POLL_SECONDS = 0.2
# A change of a table waits so long for those who use it. All that come meanwhile wait behind it, so it gives way and
# tries again: a request waits three seconds at most, of the five that issue 13 allows.
LOCK_TIMEOUT = "3s"
TRIES, PAUSE_SECONDS = 20, 2.0
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's SQLSTATE
BATCH = 1000


@contextmanager
def alone(connection: Connection, folder: Path) -> Iterator[None]:
    """One process at a time migrates a database; the others wait here for as long as it takes.

    PostgreSQL's lock belongs to the session: it ends with it, however it ends. It is asked for again and again, since
    who waits for it in a statement would have a snapshot, which CREATE INDEX CONCURRENTLY waits for in turn.
    """
    if connection.dialect.name == "sqlite":
        with (folder / "upgrade.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    while not connection.scalar(select(func.pg_try_advisory_lock(POSTGRESQL_LOCK))):
        connection.rollback()
        time.sleep(POLL_SECONDS)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.scalar(select(func.pg_advisory_unlock(POSTGRESQL_LOCK)))
        connection.commit()


@contextmanager
def patient(connection: Connection) -> Iterator[None]:
    """On PostgreSQL a lock is waited for shortly and work on rows for ever, whatever the server's own settings."""
    if connection.dialect.name == "sqlite":
        yield
        return
    settings = {"lock_timeout": LOCK_TIMEOUT, "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    for name, value in settings.items():
        connection.execute(text(f"SET {name} = '{value}'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        for name in settings:
            connection.execute(text(f"RESET {name}"))
        connection.commit()


def retried(connection: Connection, run: Callable[[], None]) -> None:
    """Run migrations; where one did not get its lock in time, those that are left once more, after a pause.

    Raises what the last try raised.
    """
    for left in reversed(range(TRIES)):
        try:
            run()
        except OperationalError as error:
            connection.rollback()
            if not left or getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def create_index(name: str, table: str, columns: Sequence[Any], **more: Any) -> None:
    """Make an index while others write. On PostgreSQL it commits what the migration has done before.

    It can be run again: what an interrupted try has left is made anew.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(name, table, columns, if_not_exists=True, **more)
        return
    with op.get_context().autocommit_block():
        # It waits for transactions that are under way, and nobody waits for it.
        op.execute("SET lock_timeout = 0")
        if not _is_valid(name):
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True, **more)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def drop_index(name: str, table: str) -> None:
    """Drop an index while others read and write. On PostgreSQL it commits what the migration has done before."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(name, table, if_exists=True)
        return
    with op.get_context().autocommit_block():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def in_batches(table: str, change: Callable[[Connection, int, int], object], *, batch: int = BATCH) -> None:
    """Call `change(connection, first, last)` for all rows of a table, so many ids at a time.

    On PostgreSQL each of its statements commits by itself and holds its locks for a moment. So `change` must be one
    that can be run again, in a migration that does nothing else. SQLite has one writer: there it is all or nothing.
    """
    bind = op.get_bind()
    last = bind.scalar(text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608
    for first in range(1, last + 1, batch):
        if bind.dialect.name == "sqlite":
            change(bind, first, first + batch - 1)
            continue
        with op.get_context().autocommit_block():
            change(op.get_bind(), first, first + batch - 1)


def _is_valid(index: str) -> bool:
    """An index that was interrupted while it was made concurrently stays, and is of no use."""
    found = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return op.get_bind().scalar(found, {"name": index}) is not False
