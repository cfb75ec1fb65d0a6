"""Whether the house can work."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, TimeoutError

from leadbot.db import db

# What a door catches to say "try again in a moment": the database is locked, full, gone, or out of connections.
DATABASE_TROUBLE = (OperationalError, TimeoutError)


def is_database_up() -> bool:
    """Whether the database answers."""
    try:
        db.session.execute(text("SELECT 1"))
    except DATABASE_TROUBLE:
        return False
    finally:
        db.session.rollback()
    return True
