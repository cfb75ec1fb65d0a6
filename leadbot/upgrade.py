"""Bringing the database to the newest shape, once, whoever starts first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
from flask import current_app
from sqlalchemy import text

from leadbot.config import Config
from leadbot.db import db

POSTGRESQL_LOCK = 7_120_021  # any number of our own


def upgrade() -> None:
    """Run the migrations that are missing. Several processes may call this at once: one works, the others wait.

    Leaves no open connection, so that the caller may fork.
    """
    with _alone():
        flask_migrate.upgrade()
    db.engine.dispose()


@contextmanager
def _alone() -> Iterator[None]:
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": POSTGRESQL_LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": POSTGRESQL_LOCK})
        return
    config: Config = current_app.extensions["leadbot_config"]
    with (config.data_dir / "upgrade.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
