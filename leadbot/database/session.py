"""The database: one session a request or job, times in UTC."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any, cast

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.exc import OperationalError as DatabaseLocked
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from leadbot import events
from leadbot.database import sqlite

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_AFTER_COMMIT = "after_commit"
POOL_WAIT_SECONDS = 9  # a crowd waits for a connection, but three seconds less than a turn may take

# Names for every constraint: SQLite's batch migrations can only drop what has a name.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, naive UTC in the database (SQLite forgets the zone of what it stores)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """Base of all models."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})


# What a commit has stored is still known after it: a page that shows it begins no further transaction.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_clock: Callable[[], datetime] = partial(datetime.now, UTC)


def utcnow() -> datetime:
    """The moment, aware, in UTC."""
    return _clock()


def set_clock(clock: Callable[[], datetime] | None = None) -> None:
    """From now on it is as late as `clock` says, for the whole process; without one as late as it is. For tests."""
    global _clock
    _clock = clock or partial(datetime.now, UTC)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """In this block it is as late as that, for the whole process: for a command that is alone in its own."""
    before = _clock
    set_clock(lambda: moment)
    try:
        yield
    finally:
        set_clock(before)


def engine_options(url: str, pool_size: int) -> dict[str, Any]:
    """How to connect: many threads share a few connections, since none keeps one while a model thinks.

    The pool never grows beyond its size, so that the server's limit can be kept; who gets no connection in time is
    told to come again. `pool_size` is PostgreSQL's: on SQLite one connection writes at a time, and each costs half a
    megabyte of pages and prepared statements.
    """
    options: dict[str, Any] = {"pool_timeout": POOL_WAIT_SECONDS, "max_overflow": 0}
    options["insertmanyvalues_page_size"] = (
        100  # each text is read by the net: one of a thousand rows took four seconds
    )
    options["hide_parameters"] = True  # names and phones: no log is to have them
    # every row of a turn has JSON in it: this reads and writes in a tenth of the time
    options |= {"json_serializer": lambda value: to_json(value).decode(), "json_deserializer": from_json}
    if url.startswith("sqlite"):
        options["connect_args"] = {"factory": sqlite.Connection, "check_same_thread": False}
        return options | {"pool_size": 4}
    # Compiling a statement that takes 50 ms takes PostgreSQL longer than running it: the ledger of a year took 1.8 s.
    options["connect_args"] = {"options": "-c jit=off"}
    return options | {"pool_size": pool_size, "pool_pre_ping": True}


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction of its own that only reads; what is read stays with the session when it has ended.

    For the beginning of a request that will write: who asks is found out without waiting for a writer, and no
    transaction is open while the body comes in. Within a transaction that has begun this is part of it.
    """
    session = db.session()
    if session.in_transaction():
        yield
        return
    session.connection(execution_options={"is_read_only": True})
    try:
        yield
    except BaseException:
        session.rollback()
        raise
    session.commit()


def prepare_engine(engine: Engine) -> None:
    """Let SQLite's transactions begin as they are meant: one that only reads keeps nobody waiting.

    GET, HEAD and OPTIONS read; so does `read_only`; all others may write.
    """
    if engine.dialect.name != "sqlite":
        return
    write_lock = threading.Lock()

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite.Connection, record: object) -> None:
        connection.set_up(write_lock)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        bare = cast(sqlite.Connection, connection.connection.dbapi_connection)
        if connection.get_execution_options().get("is_read_only") or _is_safe_request():
            bare.begin_to_read()
            return
        try:
            bare.begin_to_write()
        except OperationalError as error:  # as the library's own statements raise it
            raise DatabaseLocked("BEGIN IMMEDIATE", {}, error) from error


def _is_safe_request() -> bool:
    return has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}


def publish_after_commit(event: Hashable) -> None:
    """Publish an event once the transaction is through, the same one once; never where it is rolled back."""
    db.session.info.setdefault(_AFTER_COMMIT, {})[event] = True


def hear_commits() -> None:
    """Let what waits for a commit be published by it. All applications of a process share the session's class."""
    if not event.contains(db.session, "after_commit", _publish):
        event.listen(db.session, "after_commit", _publish)
        event.listen(db.session, "after_rollback", _forget)


def _publish(session: Any) -> None:
    for waiting in session.info.pop(_AFTER_COMMIT, ()):
        events.publish(waiting)


def _forget(session: Any) -> None:
    session.info.pop(_AFTER_COMMIT, None)


def scrub_log() -> None:
    """Move SQLite's log into the file and cut it: what was overwritten in the file may still stand in the log.

    Call it with no transaction open. While somebody reads, the log is kept; the next call or SQLite itself cuts it.
    """
    if db.engine.dialect.name == "sqlite":
        connection = db.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
