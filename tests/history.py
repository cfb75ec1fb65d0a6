"""Databases as earlier copies have left them: at an old revision, two companies' rows in every table, by plain SQL."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import databases
import flask_migrate
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, Float, MetaData, String, Table, inspect, text

from leadbot import create_app
from leadbot.config import Config
from leadbot.database import counters
from leadbot.database.migrate import load_alembic
from leadbot.database.session import MIGRATIONS, db
from leadbot.database.tenancy import all_companies

FIRST = "0022"  # the oldest head that upgrades are tried from
PASSED = {f"{step:04}" for step in range(24, 37) if step != 33}  # where no copy has stayed
COMPANIES = (1, 2)
EACH = 3  # rows of a company in each table
# Columns whose values stand in a list of the code, by table and name.
WORDS: dict[str, Any] = {
    "role": "owner",
    "source": "api",
    "author": "client",
    "language": "ru",
    "handled_by": "bot",
    "act": "logged_in",
    "status": "new",
    "lost_reason": "expensive",
    "waits_for": "call",
    "theme": "dark",
    "kind": "reset",
    **dict.fromkeys(counters.COLUMNS.values(), 0),
    "deliveries.state": "pending",
    "lead_imports.state": "done",
    "lead_exports.state": "done",
    "lead_events.kind": "moved",
    "deals_to": "",
}


def starts() -> list[str]:
    """Every revision that somebody may upgrade from, the newest left out."""
    walked = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    return sorted(each for each in walked[1:] if each >= FIRST and each not in PASSED) or [FIRST]


@contextmanager
def at(kind: str, revision: str, folder: Path) -> Iterator[str]:
    """The address of a filled database of this revision; gone afterwards."""
    with databases.bare(kind, folder, template(kind, revision)) as url:
        yield url


def settings(url: str, folder: Path) -> Config:
    """Those of an application over it."""
    return Config(data_dir=folder, secret_key="k" * 48, database_url=url, ratelimit_enabled=False, testing=True)


@cache
def template(kind: str, revision: str) -> str:
    """Made once for all tests of a process, and copied."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = databases.named(kind, folder, f"at_{revision}")
    app = create_app(settings(url, folder))
    with app.app_context():
        load_alembic(app)
        flask_migrate.upgrade(revision=revision)
        with all_companies(), db.engine.connect() as connection:
            fill(connection)
            connection.commit()
        db.engine.dispose()
    return url


def fill(connection: Connection) -> None:
    """Rows in every table that there is, whatever its columns."""
    tables = MetaData()
    tables.reflect(connection)
    for table in tables.sorted_tables:
        if table.name not in {"alembic_version", "telegram_bots"}:
            rows = [_row(table, number) for number in range(1, len(_numbers(table)) + 1)]
            names = [column.name for column in table.columns]
            values = ", ".join(f":{name}" for name in names)
            connection.execute(text(f"INSERT INTO {table.name} ({_listed(names)}) VALUES ({values})"), rows)


def rows(connection: Connection, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of these columns, by table."""
    return {
        table: [tuple(row) for row in connection.execute(text(f"SELECT {_listed(names)} FROM {table} ORDER BY id"))]
        for table, names in columns.items()
    }


def columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of all tables that have an id."""
    seen = inspect(connection)
    found = {table: [column["name"] for column in seen.get_columns(table)] for table in seen.get_table_names()}
    return {table: names for table, names in found.items() if "id" in names}


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _numbers(table: Table) -> range:
    return range(len(COMPANIES) * (1 if table.name == "companies" else EACH))


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: Table, column: Column[Any], number: int) -> Any:
    targets = {key.column.table.name for key in column.foreign_keys}
    if column.name == "company_id":
        return COMPANIES[(number - 1) // EACH]
    if table.name in targets - {"companies"}:
        return None  # a row of the same table: none is there yet
    if column.name == "id" or targets:
        return number
    word = WORDS.get(f"{table.name}.{column.name}", WORDS.get(column.name))
    return word if word is not None else _of_type(column, number)


def _of_type(column: Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, JSON):
        return json.dumps({"kept": number})
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Float):
        return number + 0.5
    if isinstance(kind, Date):
        return date(2026, 11, number).isoformat()
    if isinstance(kind, DateTime):
        return f"2026-11-24 09:{number:02}:30.000005"
    return f"{column.name} {number}"[: kind.length] if isinstance(kind, String) else number


def application(config: Config) -> Iterator[Flask]:
    """A copy with these settings, its migrations at hand."""
    app = create_app(config)
    with app.app_context():
        load_alembic(app)
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def connect() -> Iterator[Connection]:
    """A connection that sees the rows of all companies."""
    with all_companies(), db.engine.connect() as connection:
        yield connection
