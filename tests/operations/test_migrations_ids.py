"""SQLite is taught to give no id out again, with all that is there: from the copy before, and from there on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import history
import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, text

from leadbot.database.migrate import upgrade
from leadbot.database.session import Base, db

BEFORE, AFTER = "0038", "0039"


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Flask]:
    with history.at("sqlite", BEFORE, tmp_path) as url:
        yield from history.application(history.settings(url, tmp_path))


def made(connection: Connection, kind: str) -> dict[str, str]:
    found = text("SELECT name, sql FROM sqlite_master WHERE type = :kind AND sql IS NOT NULL")
    rows = connection.execute(found, {"kind": kind})
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}


def foreign_keys(connection: Connection) -> dict[str, list[str]]:
    seen = inspect(connection)
    return {table: sorted(map(repr, seen.get_foreign_keys(table))) for table in seen.get_table_names()}


def owned() -> list[str]:
    return sorted(table.name for table in Base.metadata.tables.values() if "company_id" in table.columns)


def ids_once(connection: Connection) -> set[str]:
    return {name for name, sql in made(connection, "table").items() if "AUTOINCREMENT" in sql}


def test_every_row_index_and_trigger_is_kept(earlier: Flask) -> None:
    with history.connect() as connection:
        columns = history.columns(connection)
        rows = history.rows(connection, columns)
        indexes, triggers = made(connection, "index"), made(connection, "trigger")
        keys = foreign_keys(connection)
    flask_migrate.upgrade(revision=AFTER)
    with history.connect() as connection:
        assert history.rows(connection, columns) == rows
        assert (made(connection, "index"), made(connection, "trigger")) == (indexes, triggers)
        assert foreign_keys(connection) == keys
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        assert sorted(ids_once(connection)) == [each for each in owned() if each in columns]


def test_an_id_that_was_in_use_or_erased_before_is_not_given_out_again(earlier: Flask) -> None:
    with history.connect() as connection:
        connection.execute(text("UPDATE erased_leads SET lead_id = 77 WHERE id = 1"))
        connection.commit()
    upgrade()
    with history.connect() as connection:
        assert after_all_are_gone(connection, "talk_notes") == 7
        assert after_all_are_gone(connection, "leads") == 78


def after_all_are_gone(connection: Connection, table: str) -> int:
    """The id of the next row."""
    names = ", ".join(column["name"] for column in inspect(connection).get_columns(table) if column["name"] != "id")
    connection.execute(text(f"CREATE TEMPORARY TABLE kept AS SELECT {names} FROM {table} WHERE id = 1"))
    connection.execute(text(f"DELETE FROM {table}"))
    connection.execute(text(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept"))
    connection.execute(text("DROP TABLE kept"))
    return connection.execute(text(f"SELECT id FROM {table}")).scalar_one()


def test_the_way_back_keeps_them_too(earlier: Flask) -> None:
    with history.connect() as connection:
        columns = history.columns(connection)
        rows, tables = history.rows(connection, columns), made(connection, "table")
    upgrade()
    db.session.remove()
    flask_migrate.downgrade(revision=BEFORE)
    with history.connect() as connection:
        assert history.rows(connection, columns) == rows
        assert set(made(connection, "table")) == set(tables) and ids_once(connection) == {"erased_leads"}
