"""How alembic runs here: on the application's own engine, for all companies at once, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from alembic import context
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

from leadbot import models  # noqa: F401  (all tables must be known)
from leadbot.database import counters, migration_steps, searching
from leadbot.database.session import Base, db
from leadbot.database.tenancy import all_companies
from leadbot.models import marks
from leadbot.state import state


def numbered(migration_context, revision, directives):
    """Number a new revision after the head; no file for one that was to be generated and has no change."""
    [script] = directives
    asked = context.config.cmd_opts
    if getattr(asked, "autogenerate", False) and script.upgrade_ops.is_empty():
        directives[:] = []
        return
    head = ScriptDirectory.from_config(context.config).get_current_head() or "0"
    script.rev_id = getattr(asked, "rev_id", None) or f"{int(head) + 1:04}"


def is_modelled(thing, name, kind, is_reflected, other):
    """What a generated revision is to look at."""
    return not (kind == "index" and searching.is_ours(name))


def prepare(connection: Connection, **more: object) -> None:
    """Tell alembic about the connection, which decides by the transaction it is in who commits."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        process_revision_directives=numbered,
        include_object=is_modelled,
        **current_app.extensions["migrate"].configure_args,
        **more,
    )


def migrate_sqlite(connection: Connection) -> None:
    """All in one transaction. The triggers would miss tables while they are rebuilt."""
    with without_foreign_keys(connection), connection.begin():
        counters.take_away(connection)
        marks.take_away(connection)
        prepare(connection)
        context.run_migrations()
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise RuntimeError(f"rows without what they belong to: {orphans[:5]}")
        put_triggers(connection)


def migrate_postgresql(connection: Connection) -> None:
    """Each migration in a transaction of its own, so that no lock is held longer than its change takes."""
    prepare(connection, transaction_per_migration=True, on_version_apply=step_taken)
    with context.begin_transaction():
        context.run_migrations()


def step_taken(ctx, **step):
    """As soon as there are columns to write in, in the transaction of the migration that made them."""
    put_triggers(ctx.connection)


def put_triggers(connection: Connection) -> None:
    """What the database counts and notes itself, where it has the columns and does not do so yet."""
    if counters.can_count(connection) and not (
        connection.dialect.name == "postgresql" and counters.is_counting(connection)
    ):
        counters.put(connection)
    if marks.is_lacking(connection):
        marks.put(connection)


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is dropped and made anew, which would delete all that hangs on its rows.

    The pragma counts only outside of a transaction.
    """
    bare = connection.connection.dbapi_connection
    bare.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        bare.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Whatever `flask db` was asked to do."""
    folder = state().config.data_dir
    with all_companies(), db.engine.connect() as connection, migration_steps.alone(connection, folder):
        if connection.dialect.name == "sqlite":
            migrate_sqlite(connection)
        else:
            with migration_steps.patient(connection):
                migration_steps.retried(connection, partial(migrate_postgresql, connection))


run()
