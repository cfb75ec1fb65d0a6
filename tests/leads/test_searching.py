"""Parts of words are found however short they are, with PostgreSQL's trigrams and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import databases
import history
import pytest
from collecting import over
from flask import Flask
from sqlalchemy import create_engine, text

from leadbot import create_app
from leadbot.accounts import users
from leadbot.conversations import chat, inbox
from leadbot.database import searching
from leadbot.database.migrate import upgrade
from leadbot.database.session import db
from leadbot.leads import board_table
from leadbot.leads.filters import Filter
from leadbot.models import Source, User
from leadbot.operations import doctor

ROLE = "leadbot_test_plain"
TALKS = {
    "first": ("Үй САЛҒЫМ келеді", "Гүлнұр, 8 705 111 22 33"),
    "second": ("Ремонт 100% под ключ", "Олег, 8 701 222 33 44"),
}


def fill() -> User:
    owner = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
    for client, lines in TALKS.items():
        for words in lines:
            chat.receive(chat.Incoming(Source.API, client, words))
    return owner


@pytest.fixture
def owner(app: Flask) -> Iterator[User]:
    with app.app_context():
        yield fill()


def talks(owner: User, query: str) -> set[str]:
    rows = inbox.listed(inbox.Wanted(query=query), owner).rows
    return {row.talk.bot_user.client_ref for row in rows}


def leads(query: str) -> set[str | None]:
    page = board_table.page(Filter(query), stage=None, sort="created", is_down=True, number=1)
    return {card.name for card in page.rows}


@over(
    [
        ("салғым", {"first"}),
        ("САЛГЫМ", {"first"}),  # no Kazakh letters at hand
        ("ал", {"first"}),  # too short for a trigram
        ("ү", {"first"}),
        ("р", {"first", "second"}),
        ("гүл 705111", {"first"}),
        ("100%", {"second"}),  # no wildcard
        ("0% по", {"second"}),
        ("1_0", set()),
        ("8 (701) 222", {"second"}),
        ("ремонт гүлнұр", set()),
    ],
    "query, found",
)
def test_talks_are_found_by_parts_of_what_was_said(owner: User, query: str, found: set[str]) -> None:
    assert talks(owner, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [("гүл", {"Гүлнұр"}), ("ГУЛ", {"Гүлнұр"}), ("ле", {"Олег"}), ("222 33", {"Олег"}), ("г", {"Гүлнұр", "Олег"})],
)
def test_leads_are_found_by_parts_of_words(owner: User, query: str, found: set[str]) -> None:
    assert leads(query) == found


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[Flask]:
    """An application over an empty PostgreSQL database in which its role may create no extension."""
    with databases.bare("postgresql", tmp_path) as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
            connection.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'plain'"))
            connection.execute(text(f"GRANT ALL ON SCHEMA public TO {ROLE}"))
            as_role = engine.url.set(username=ROLE, password="plain").render_as_string(hide_password=False)
            app = create_app(history.settings(as_role, tmp_path))
            with app.app_context():
                yield app
                db.session.remove()
                db.engine.dispose()
            connection.execute(text(f"DROP OWNED BY {ROLE} CASCADE"))
            connection.execute(text(f"DROP ROLE {ROLE}"))
        engine.dispose()


@pytest.mark.postgresql
def test_without_the_extensions_all_works_and_the_doctor_says_what_is_missing(poor: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        assert searching.missing(connection) == ["messages", "leads"]
    owner = fill()
    assert talks(owner, "салғым") == {"first"} and leads("гүл") == {"Гүлнұр"}
    [finding] = [each for each in doctor.examine() if each.topic == "search"]
    assert finding.level == doctor.WARNING
    for words in (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_leads_searched",
    ):
        assert words in finding.words
