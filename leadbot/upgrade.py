"""The database's shape, brought up to date at the start of every process: once, whoever comes first."""

from __future__ import annotations

import fcntl
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from leadbot.config import Config
from leadbot.db import MIGRATIONS, db

POSTGRESQL_LOCK = 7_120_021  # any number of our own


def upgrade() -> None:
    """Run the migrations that are missing. Several processes may call this at once: one works, the others wait.

    Leaves no open connection, so that the caller may fork.
    """
    if shape() != newest():
        with _alone():
            load_alembic(current_app._get_current_object())  # type: ignore[attr-defined]
            import flask_migrate

            flask_migrate.upgrade()
    db.engine.dispose()


def upgrade_apart() -> None:
    """The same in a process of its own, which takes with it what that loads. Exits where it fails."""
    if shape() != newest():
        db.engine.dispose()
        apart = multiprocessing.get_context("fork").Process(target=upgrade)
        apart.start()
        apart.join()
        if apart.exitcode:
            sys.exit("leadbot: the database could not be brought up to date")
    db.engine.dispose()


def shape() -> str | None:
    """The revision of the database; None where it has no table yet."""
    try:
        found: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except DatabaseError:
        return None
    finally:
        db.session.rollback()
    return found


def newest() -> str:
    """The revision that this copy is made for."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def load_alembic(app: Flask) -> None:
    """Let `flask db` and upgrades find what they need: ten megabytes that nobody else has a use for."""
    if "migrate" not in app.extensions:
        from flask_migrate import Migrate

        Migrate(app, db, render_as_batch=True, directory=str(MIGRATIONS))


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
