"""Databases for tests: made once for a process, and empty again for each test."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.util import LRUCache

from leadbot import models  # noqa: F401  (all tables must be known)
from leadbot.database.session import Base, db

POSTGRESQL = os.environ.get("TEST_DATABASE_URL")
_first: dict[str, Engine] = {}
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def ready(kind: str, folder: Path) -> str:
    """The address of a database with all tables and no row."""
    if kind == "sqlite":
        shutil.copy(_template(), folder / "leadbot.db")
        return f"sqlite:///{folder / 'leadbot.db'}"
    url, engine = _shared()
    with engine.begin() as connection:
        connection.exec_driver_sql(_emptying())
    return url


def share_compiled(app: Flask) -> None:
    """Compile each statement once for all the applications that tests make: that was half the time of many a test."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name not in _first:
        _first[engine.dialect.name] = engine
        engine.connect().close()  # the dialect learns whom it speaks with
        engine._compiled_cache = LRUCache(5000)
        gc.freeze()  # modules and tables of words stay to the end: the collector needn't walk them again and again
    first = _first[engine.dialect.name]
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


@contextmanager
def bare(kind: str, folder: Path, template: str | None = None) -> Iterator[str]:
    """A database without a table, or the copy of another one that nobody uses; gone afterwards."""
    if kind == "sqlite":
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), folder / "leadbot.db")
        yield f"sqlite:///{folder / 'leadbot.db'}"
        return
    name = _create("bare", template)
    try:
        yield _address(name)
    finally:
        _drop(name)


@cache
def _emptying() -> str:
    """Rows deleted one table after the other: TRUNCATE makes new files for each table and index, which takes longer."""
    tables = Base.metadata.sorted_tables
    numbered = [table.name for table in tables if "id" in table.columns and table.columns["id"].primary_key]
    return ";".join([
        "SET LOCAL session_replication_role = replica",  # no foreign keys, no triggers
        *(f'DELETE FROM "{table.name}"' for table in tables),
        "SELECT " + ", ".join(f"setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in numbered),
    ])  # fmt: skip


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp()) / "template.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@cache
def _shared() -> tuple[str, Engine]:
    """This process's own database."""
    name = _create("shared")
    engine = create_engine(_address(name))
    Base.metadata.create_all(engine)
    atexit.register(_drop, name)
    return _address(name), engine


def named(kind: str, folder: Path, name: str) -> str:
    """A database without a table, by that name; gone at the end of the tests."""
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    made = _create(name)
    atexit.register(_drop, made)
    return _address(made)


def _create(kind: str, template: str | None = None) -> str:
    name = f"leadbot_test_{os.getpid()}_{kind}"
    _drop(name)
    like = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
    _order(f'CREATE DATABASE "{name}"{like}')
    _order(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')  # no test pulls the plug
    return name


def _drop(name: str) -> None:
    _order(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _order(sql: str) -> None:
    server = create_engine(_address(None), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(sql))
    server.dispose()


def _address(name: str | None) -> str:
    if not POSTGRESQL:
        pytest.skip("needs PostgreSQL: TEST_DATABASE_URL is not set")
    return f"{POSTGRESQL.rpartition('/')[0]}/{name}" if name else POSTGRESQL
