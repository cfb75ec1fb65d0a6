"""The database's revision: which one it has, which one this copy needs, and the step from one to the other.

`flask db upgrade`, `flask upgrade` and `make run` take the same step. Any number of processes may take it at once: a
lock in migrations/env.py lets one work, and the others find nothing left to do. Web and worker only look.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from leadbot.config import WRONG_REVISION
from leadbot.database.session import MIGRATIONS, db

if TYPE_CHECKING:
    from alembic.config import Config

COMMAND = "flask --app wsgi:app db upgrade"


class CannotUpgrade(Exception):
    """The database does not answer, or has a revision that this copy doesn't know; says which."""


def upgrade() -> None:
    """Run the migrations that are missing. Leaves no open connection. Raises CannotUpgrade."""
    from alembic import command
    from alembic.util import CommandError

    try:
        if shape() != newest():
            command.upgrade(_config(), "head")
    except CommandError as error:
        raise CannotUpgrade(str(error)) from error
    except OperationalError as error:
        raise CannotUpgrade(_first_line(error)) from error
    finally:
        db.engine.dispose()


def shape() -> str | None:
    """The revision of the database; None where it has no table yet."""
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this copy is made for: the only head of migrations/versions."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def stop_unless_newest() -> None:
    """End the process, with one line that says what to run, where the database has another revision or none.

    Leaves no open connection, so that the caller may fork.
    """
    trouble = _trouble()
    db.engine.dispose()
    if trouble:
        sys.stderr.write(f"leadbot: {trouble}\n")
        sys.exit(WRONG_REVISION)


def load_alembic(app: Flask) -> None:
    """Give the application `flask db`."""
    if "migrate" not in app.extensions:
        from flask_migrate import Migrate

        Migrate(app, db, render_as_batch=True, directory=str(MIGRATIONS))


def _trouble() -> str | None:
    """What keeps this copy from working with the database, in one line."""
    try:
        has = shape()
    except OperationalError as error:
        return _first_line(error)
    needs = newest()
    if has == needs:
        return None
    return f"the database has {f'revision {has}' if has else 'no tables'}, this copy needs {needs}: run `{COMMAND}`"


def _first_line(error: OperationalError) -> str:
    return f"the database can't be used: {str(error.orig).splitlines()[0]}"


def _config() -> Config:
    load_alembic(current_app._get_current_object())  # type: ignore[attr-defined]
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config
