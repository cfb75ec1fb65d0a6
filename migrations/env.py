"""How alembic runs here: on the application's own engine, for all companies at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from leadbot import models  # noqa: F401  (all tables must be known)
from leadbot.db import Base, db
from leadbot.models import tally
from leadbot.tenancy import all_companies


def drop_empty(migration_context, revision, directives):
    """No file for a revision without a change."""
    if (
        context.config.cmd_opts
        and getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is dropped and made anew, which would delete all that hangs on its rows.

    The pragma counts only outside of a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    bare = connection.connection.dbapi_connection
    bare.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        connection.rollback()
        orphans = bare.execute("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise RuntimeError(f"rows without what they belong to: {orphans[:5]}")
    finally:
        connection.rollback()
        bare.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Migrate in one transaction; the counting of leads is put back in whatever was done to its tables."""
    with all_companies(), db.engine.connect() as connection, without_foreign_keys(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            process_revision_directives=drop_empty,
            **current_app.extensions["migrate"].configure_args,
        )
        with connection.begin():
            tally.take_away(connection)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        with connection.begin():
            if tally.can_count(connection):
                tally.put(connection)


run()
