"""Whether the house can work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, TimeoutError

from leadbot.database.session import db

# What a door catches to say "try again in a moment": the database is locked, full, gone, or out of connections.
DATABASE_TROUBLE = (OperationalError, TimeoutError)
PROBE_BYTES = 64 * 1024  # more than a message and its answer take of a log
# What PostgreSQL keeps for its administrators goes off; `reserved_connections` is there from version 16 on.
_FOR_ALL_OF_US = text(
    "SELECT CAST(current_setting('max_connections') AS integer)"
    " - CAST(current_setting('superuser_reserved_connections') AS integer)"
    " - CAST(COALESCE(current_setting('reserved_connections', true), '0') AS integer)"
)


def is_database_up() -> bool:
    """Whether the database answers."""
    try:
        db.session.execute(text("SELECT 1"))
    except DATABASE_TROUBLE:
        return False
    finally:
        db.session.rollback()
    return True


def takes_writing(folder: Path) -> bool:
    """Whether the disk of this folder takes what is written: it may be full, failing or read-only."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError:
        return False
    return True


def connections_for_all() -> int | None:
    """How many connections PostgreSQL takes from all processes of all machines together; None on SQLite."""
    if db.engine.dialect.name != "postgresql":
        return None
    try:
        return int(db.session.scalars(_FOR_ALL_OF_US).one())
    finally:
        db.session.rollback()
