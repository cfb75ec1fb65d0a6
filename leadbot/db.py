"""The database: one session a request or job, SQLite set up to lose nothing, times in UTC."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from pydantic_core import from_json, to_json
from sqlalchemy import DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BUSY_TIMEOUT_SECONDS = 10

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
    options: dict[str, Any] = {"pool_timeout": BUSY_TIMEOUT_SECONDS}
    # every row of a turn has JSON in it: this reads and writes in a tenth of the time
    options |= {"json_serializer": lambda value: to_json(value).decode(), "json_deserializer": from_json}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        return options | {"pool_size": 8, "max_overflow": 0}
    return options | {"pool_size": 20, "max_overflow": 10, "pool_pre_ping": True}


def prepare_engine(engine: Engine) -> None:
    """Set SQLite up: WAL, durable commits, foreign keys, and writers that wait for each other instead of failing.

    SQLite's own deferred BEGIN fails as "database is locked" when two readers turn writers together, so whatever may
    write begins IMMEDIATE. Within a process writers queue at a lock first: SQLite's busy handler sleeps and is not
    fair. The lock is taken after the connection; the other order starves the pool.
    """
    if engine.dialect.name != "sqlite":
        return
    writers = threading.Lock()

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we begin ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten, not only let go of
            f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}:
            connection.exec_driver_sql("BEGIN")
            return
        # A connection that begins a second time before it goes back (one migration after another) has the lock already.
        info = connection.connection.record_info
        if not info.get("writes") and not writers.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", {}, TimeoutError("database is locked"))
        info["writes"] = True
        try:
            connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            _let_go(info, writers)
            raise OperationalError("BEGIN IMMEDIATE", {}, error) from error
        except BaseException:
            _let_go(info, writers)
            raise

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        _let_go(record.record_info, writers)


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


def _let_go(info: dict[str, Any], writers: threading.Lock) -> None:
    if info.pop("writes", False):
        writers.release()
