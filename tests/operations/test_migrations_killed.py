"""Whenever an upgrade dies, what is counted is right, nothing is lost, and the next upgrade goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import databases
import history
import pytest
from sqlalchemy import Connection, create_engine, event, text

from leadbot import create_app
from leadbot.database import counters
from leadbot.database.migrate import newest, upgrade
from leadbot.database.session import db

pytestmark = pytest.mark.faults
OLDER = "0009"  # before leads were counted


@pytest.fixture(params=databases.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def upgrade_and_die(url: str, folder: Path, statement: int) -> None:
    """Killed before it comes to its n-th statement, if it has so many."""
    app = create_app(history.settings(url, folder))
    said = iter(range(1, 100_000))
    with app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def die(*heard: object) -> None:
            if next(said) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        upgrade()


def deaths(url: str, folder: Path) -> Iterator[int]:
    """Die later and later, until an upgrade comes through."""
    statement = 2
    while True:
        process = multiprocessing.get_context("fork").Process(target=upgrade_and_die, args=(url, folder, statement))
        process.start()
        process.join(120)
        if process.exitcode == 0:
            return
        assert process.exitcode == -signal.SIGKILL
        yield statement
        statement += max(1, statement // 2)


def check(url: str) -> None:
    """Counters, where there are some, equal what is there."""
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM leads")) == 6
        if counters.can_count(connection):
            assert is_counted(connection)
            connection.execute(text("UPDATE leads SET status = 'won' WHERE id = 2"))
            assert is_counted(connection), "nobody counts any more"
            connection.rollback()
    engine.dispose()


def is_counted(connection: Connection) -> bool:
    wrong = " OR ".join(
        f"{column} <> (SELECT count(*) FROM leads WHERE company_id = companies.id AND status = '{stage}')"
        for stage, column in counters.COLUMNS.items()
    )
    return connection.scalar(text(f"SELECT count(*) FROM companies WHERE {wrong}")) == 0


@pytest.mark.parametrize("revision", [OLDER, history.starts()[-1]])
def test_an_upgrade_may_die_at_any_statement(kind: str, revision: str, tmp_path: Path) -> None:
    with history.at(kind, revision, tmp_path) as url:
        died = 0
        for _ in deaths(url, tmp_path):
            died += 1
            check(url)
        assert died > 3
        check(url)
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()
        engine.dispose()


@pytest.mark.postgresql
def test_an_index_that_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    """CREATE INDEX CONCURRENTLY leaves one that is of no use, and IF NOT EXISTS would keep it."""
    with history.at("postgresql", "0022", tmp_path) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE INDEX ix_leads_company_id_previous_id ON leads (id)"))
            broken = "indexrelid = 'ix_leads_company_id_previous_id'::regclass"
            connection.execute(text(f"UPDATE pg_index SET indisvalid = false WHERE {broken}"))
        app = create_app(history.settings(url, tmp_path))
        with app.app_context():
            upgrade()
        with engine.connect() as connection:
            assert connection.scalar(text(f"SELECT indisvalid FROM pg_index WHERE {broken}"))
            asked = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_leads_company_id_previous_id'")
            assert "(company_id, previous_id)" in str(connection.scalar(asked))
        engine.dispose()
