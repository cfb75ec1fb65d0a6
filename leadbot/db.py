"""The database: one session a request or job, SQLite set up to lose nothing, times in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any, cast

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.exc import OperationalError as DatabaseLocked
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from leadbot import sqlite

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
POOL_TIMEOUT_SECONDS = 30  # a crowd waits rather than be turned away

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


db = SQLAlchemy(model_class=Base)

_clock: Callable[[], datetime] = partial(datetime.now, UTC)


def utcnow() -> datetime:
    """The moment, aware, in UTC."""
    return _clock()


def set_clock(clock: Callable[[], datetime] | None = None) -> None:
    """From now on it is as late as `clock` says, for the whole process; without one as late as it is. For tests."""
    global _clock
    _clock = clock or partial(datetime.now, UTC)


def engine_options(url: str) -> dict[str, Any]:
    """How to connect: many threads share a few connections, since none keeps one while a model thinks.

    On SQLite one of them writes at a time, and each costs half a megabyte of pages and prepared statements.
    """
    options: dict[str, Any] = {"pool_timeout": POOL_TIMEOUT_SECONDS}
    options["hide_parameters"] = True  # names and phones: no log is to have them
    # every row of a turn has JSON in it: this reads and writes in a tenth of the time
    options |= {"json_serializer": lambda value: to_json(value).decode(), "json_deserializer": from_json}
    if url.startswith("sqlite"):
        options["connect_args"] = {"factory": sqlite.Connection, "check_same_thread": False}
        return options | {"pool_size": 4, "max_overflow": 0}
    return options | {"pool_size": 20, "max_overflow": 10, "pool_pre_ping": True}


_begun: ContextVar[list[Connection] | None] = ContextVar("begun", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """What is read in here, at the beginning of something that will write, waits for no writer, and no writer for it.

    The session keeps it, by then a moment old: good for who is asking, not for what is then changed. The writing begins
    with the first statement after the block. On PostgreSQL there is nothing to this.
    """
    begun: list[Connection] = []
    token = _begun.set(begun)
    try:
        yield
    finally:
        _begun.reset(token)
        for connection in begun:
            if not connection.closed:
                _sqlite(connection).rollback()
                _sqlite(connection).is_between = True


def commit_lightly() -> None:
    """Commit so that it survives any crash of ours, but perhaps not a power failure: for what nobody relies on yet."""
    if db.engine.dialect.name == "sqlite":
        _sqlite(db.session.connection()).is_light = True
    else:
        db.session.execute(text("SET LOCAL synchronous_commit TO off"))
    db.session.commit()


def commit_last() -> None:
    """Commit at the end of a request's work. What the session holds stays as it was written, for the little that is
    still shown of it; to forget it row by row, as after any other commit, takes as long as two statements."""
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


def prepare_engine(engine: Engine) -> None:
    """Let SQLite's transactions begin as the request means them: one that only reads keeps nobody waiting."""
    if engine.dialect.name != "sqlite":
        return
    writers = sqlite.Writers()

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite.Connection, record: Any) -> None:
        connection.set_up(writers)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        begun = _begun.get()
        if has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}:
            _sqlite(connection).begin_to_read()
        elif begun is not None:
            _sqlite(connection).begin_to_read()
            begun.append(connection)
        else:
            try:
                _sqlite(connection).begin_to_write()
            except OperationalError as error:
                raise DatabaseLocked("BEGIN IMMEDIATE", {}, error) from error

    @event.listens_for(engine, "before_cursor_execute")
    def begin_again(connection: Connection, *statement: object) -> None:
        if _sqlite(connection).is_between:
            begin(connection)


def _sqlite(connection: Connection) -> sqlite.Connection:
    return cast(sqlite.Connection, connection.connection.dbapi_connection)


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
