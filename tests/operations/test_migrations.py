"""The migrations lead to the very tables that the models describe, on both databases, whoever runs them at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import databases
import flask_migrate
import history
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, inspect, text

from leadbot.accounts import users
from leadbot.config import ROOT, Config
from leadbot.conversations import chat
from leadbot.database import counters, searching
from leadbot.database.migrate import newest, shape, upgrade
from leadbot.database.session import Base, db
from leadbot.models import Source

pytestmark = pytest.mark.slow
# From there the most is done on the way.
OLDEST = pytest.mark.parametrize("earlier", history.starts()[:1], indirect=True)


@pytest.fixture(params=databases.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(kind: str, tmp_path: Path) -> Iterator[str]:
    with databases.bare(kind, tmp_path) as url:
        yield url


@pytest.fixture
def bare(config: Config) -> Iterator[Flask]:
    """The application over a database without a table."""
    yield from history.application(config)


@pytest.fixture(params=history.starts())
def earlier(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database that an earlier copy has left."""
    with history.at(kind, request.param, tmp_path) as url:
        yield from history.application(history.settings(url, tmp_path))


def differences(connection: Connection) -> list[object]:
    """Between the models and the database."""
    options = {"compare_type": True, "include_object": lambda thing, name, *more: not searching.is_ours(name)}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


def counted(connection: Connection) -> list[tuple[int, ...]]:
    """The counters of all companies."""
    names = ", ".join(counters.COLUMNS.values())
    return [tuple(row) for row in connection.execute(text(f"SELECT {names} FROM companies ORDER BY id"))]


def flask_db(url: str, folder: Path, *command: str, root: Path = ROOT) -> subprocess.Popen[str]:
    """`flask db …` as it is typed."""
    env = {**os.environ, "DATABASE_URL": url, "LEADBOT_DATA_DIR": str(folder)}
    words = [sys.executable, "-m", "flask", "db", *command]
    return subprocess.Popen(words, cwd=root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_migrations_and_models_agree(bare: Flask) -> None:
    upgrade()
    with history.connect() as connection:
        assert differences(connection) == []


def test_what_is_searched_is_indexed_alike_by_migrations_and_models(bare: Flask) -> None:
    upgrade()
    with history.connect() as connection:
        migrated = searched(connection)
        assert set(migrated) == {"ix_messages_searched", "ix_leads_searched"}
        for index in migrated:
            connection.exec_driver_sql(f"DROP INDEX {index}")
        for statement in searching.statements(connection.dialect.name).values():
            connection.exec_driver_sql(statement)
        assert searched(connection) == migrated


def searched(connection: Connection) -> dict[str, str]:
    """The indexes that the models don't know of, by name."""
    asked = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes",
    }[connection.dialect.name]
    rows = connection.execute(text(asked))
    return {name: sql.replace("IF NOT EXISTS ", "") for name, sql in rows if searching.is_ours(name)}


def test_an_earlier_copys_rows_survive_the_upgrade(earlier: Flask) -> None:
    with history.connect() as connection:
        columns = history.columns(connection)
        before = history.rows(connection, columns)
    assert all(before.values())
    upgrade()
    with history.connect() as connection:
        assert shape() == newest()
        there = history.columns(connection)
        kept = {table: [name for name in names if name in there[table]] for table, names in columns.items()}
        assert kept == columns, "drop in a later release: the copy before this one may still be serving"
        assert history.rows(connection, columns) == before
        assert differences(connection) == []


@OLDEST
def test_leads_are_counted_after_an_upgrade_as_before(earlier: Flask) -> None:
    upgrade()
    with history.connect() as connection:
        assert counted(connection) == [(3, 0, 0, 0, 0, 0)] * 2
        connection.execute(text("UPDATE leads SET status = 'won' WHERE id = 1"))
        connection.execute(text("DELETE FROM leads WHERE id IN (2, 6)"))
        assert counted(connection) == [(1, 0, 0, 0, 1, 0), (2, 0, 0, 0, 0, 0)]


@OLDEST
def test_triggers_that_are_gone_are_put_back_with_true_counts(earlier: Flask) -> None:
    with history.connect() as connection:  # as an upgrade that died had left them, until it was one transaction
        for name in ("leads_counted_in", "leads_counted_over", "leads_counted_out"):
            on = " ON leads" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
        connection.execute(text("UPDATE leads SET status = 'lost' WHERE id = 1"))
        connection.commit()
    upgrade()
    with history.connect() as connection:
        assert counted(connection) == [(2, 0, 0, 0, 0, 1), (3, 0, 0, 0, 0, 0)]


def test_any_number_may_upgrade_at_once(database_url: str, tmp_path: Path, bare: Flask) -> None:
    running = [flask_db(database_url, tmp_path, "upgrade") for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 2, said
    assert shape() == newest()
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def rows() -> dict[str, int]:
    """How many rows there are by table; the same tables before and after a change."""
    names = ("companies", "users", "conversations", "messages", "leads", "lead_events", "evidence", "canned_answers")
    with history.connect() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def test_rows_survive_the_way_back_and_forth(bare: Flask) -> None:
    upgrade()
    users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
    for words in ("Үй САЛҒЫМ келеді", "Гүлнұр, 8 705 111 22 33"):
        chat.receive(chat.Incoming(Source.API, "client", words))
    before = rows()
    assert before["messages"] == 4
    db.session.remove()
    flask_migrate.downgrade(revision="0001")
    upgrade()
    assert rows() == before
    with history.connect() as connection:
        found = connection.execute(text("SELECT folded FROM messages WHERE author = 'client' ORDER BY seq")).scalars()
        assert list(found) == ["уй салгым келеди", "гулнур, 8 705 111 22 33"]
        talk = connection.execute(text("SELECT client_seq, folded_who FROM conversations")).one()
        assert tuple(talk) == (3, "гулнур 77051112233 87051112233")
        lead = connection.execute(text("SELECT search, rank FROM leads")).one()
        assert lead.search.startswith("77051112233 87051112233 гулнур")
        assert lead.rank > 10**18
        assert counted(connection) == [(1, 0, 0, 0, 0, 0)]
        connection.execute(text("UPDATE leads SET status = 'won'"))
        assert counted(connection) == [(0, 0, 0, 0, 1, 0)]
