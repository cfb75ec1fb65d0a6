"""The migrations lead to the very tables that the models describe, on both databases, whoever runs them at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import databases
import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from leadbot import create_app, tenancy
from leadbot.config import Config
from leadbot.db import Base, db
from leadbot.models import Source
from leadbot.services import accounts, chat
from leadbot.upgrade import upgrade


@pytest.fixture(params=databases.KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with databases.bare(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def bare(config: Config) -> Flask:
    """The application over a database without a table."""
    return create_app(config)


def test_migrations_and_models_agree(bare: Flask) -> None:
    with bare.app_context():
        upgrade()
        with tenancy.all_companies(), db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()


def test_several_processes_may_upgrade_at_once(bare: Flask) -> None:
    errors: list[Exception] = []

    def run() -> None:
        try:
            with bare.app_context():
                upgrade()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with bare.app_context():
        assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())
        db.engine.dispose()


def rows() -> dict[str, int]:
    """How many rows there are by table; the same tables before and after a change."""
    names = ("companies", "users", "conversations", "messages", "leads", "lead_events", "evidence", "canned_answers")
    with tenancy.all_companies(), db.engine.connect() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def test_rows_survive_the_way_back_and_forth(bare: Flask) -> None:
    with bare.app_context():
        upgrade()
        accounts.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        for words in ("Үй САЛҒЫМ келеді", "Гүлнұр, 8 705 111 22 33"):
            chat.receive(chat.Incoming(Source.API, "client", words))
        before = rows()
        assert before["messages"] == 4
        db.session.remove()
        flask_migrate.downgrade(revision="0001")
        upgrade()
        assert rows() == before
        with tenancy.all_companies(), db.engine.connect() as connection:
            found = connection.execute(
                text("SELECT folded FROM messages WHERE author = 'client' ORDER BY seq")
            ).scalars()
            assert list(found) == ["уй салгым келеди", "гулнур, 8 705 111 22 33"]
            talk = connection.execute(text("SELECT client_seq, folded_who FROM conversations")).one()
            assert tuple(talk) == (3, "гулнур 77051112233 87051112233")
            lead = connection.execute(text("SELECT search, rank FROM leads")).one()
            assert lead.search.startswith("77051112233 87051112233 гулнур")
            assert lead.rank > 10**18
            assert connection.execute(text("SELECT leads_new FROM companies")).scalar_one() == 1
            connection.execute(text("UPDATE leads SET status = 'won'"))
            assert connection.execute(text("SELECT leads_won FROM companies")).scalar_one() == 1
        db.session.remove()
        db.engine.dispose()
