"""SQLite: a commit is on the disk, one that fails holds nobody up, and reading keeps nobody waiting."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from conftest import Api

from leadbot.database import sqlite
from leadbot.database.sqlite import Connection

CHAT = "/api/chat"
PAGES = 40  # of a database that may not grow


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Connection, Connection]:
    """Two connections of one process to one database."""
    lock = threading.Lock()
    made = []
    for _ in range(2):
        connection = sqlite3.connect(tmp_path / "some.db", factory=Connection, check_same_thread=False)
        connection.set_up(lock)
        made.append(connection)
    made[0].execute("CREATE TABLE lines (text)")
    return made[0], made[1]


def write(connection: Connection, text: str) -> None:
    connection.begin_to_write()
    connection.execute("INSERT INTO lines VALUES (?)", (text,))
    connection.commit()


def texts(connection: Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT text FROM lines")]


def test_a_commit_waits_for_the_disk(pair: tuple[Connection, Connection]) -> None:
    for connection in pair:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_next_writer_goes_on_when_the_one_before_has_committed(pair: tuple[Connection, Connection]) -> None:
    one, other = pair
    one.begin_to_write()
    one.execute("INSERT INTO lines VALUES ('first')")
    second = threading.Thread(target=write, args=(other, "second"))
    second.start()
    second.join(0.2)
    assert second.is_alive()
    one.commit()
    second.join(10)
    assert texts(one) == ["first", "second"]


def test_reading_waits_for_no_writer(pair: tuple[Connection, Connection]) -> None:
    one, other = pair
    one.begin_to_write()
    other.begin_to_read()
    assert texts(other) == []
    other.rollback()


def fill(connection: Connection) -> None:
    """Write more than there is room for."""
    write(connection, "x" * 4096 * PAGES)


def test_a_full_disk_holds_nobody_up_once_there_is_room(pair: tuple[Connection, Connection]) -> None:
    one, other = pair
    for connection in pair:
        connection.execute(f"PRAGMA max_page_count={PAGES}")
    for connection in (one, other, one):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            fill(connection)
        connection.rollback()  # as SQLAlchemy does
    for connection in pair:
        connection.execute(f"PRAGMA max_page_count={10 * PAGES}")
    write(other, "room")
    write(one, "again")
    assert texts(one) == ["room", "again"]


def test_a_commit_that_fails_is_undone_and_lets_the_next_one_write(pair: tuple[Connection, Connection]) -> None:
    one, other = pair
    one.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
    one.execute("CREATE TABLE children (id REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)")
    one.begin_to_write()
    one.execute("INSERT INTO children VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        one.commit()  # SQLite itself leaves this transaction open
    assert not one.in_transaction
    write(other, "next")
    write(one, "after")
    assert texts(other) == ["next", "after"]


def test_who_waits_too_long_is_told(pair: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = pair
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.1)
    one.begin_to_write()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.begin_to_write()
    other.rollback()  # whoever did not get the lock must not let it go
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.begin_to_write()
    one.commit()
    write(other, "now")


def test_a_connection_that_is_closed_lets_the_next_one_write(pair: tuple[Connection, Connection]) -> None:
    one, other = pair
    one.begin_to_write()
    one.close()
    write(other, "now")
    assert texts(other) == ["now"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_asks_is_found_out_while_another_writes(api_almaty: Api, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "leadbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = api_almaty.client.post(CHAT, json={"user_id": "c1"}, headers={"Authorization": "Bearer nonsense"})
    assert refused.status_code == 401
    assert api_almaty.post(CHAT, json={"user_id": ""}).status_code == 422  # before anything is written
    other.execute("ROLLBACK")
    assert api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"}).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_locked_answers_503_and_stores_nothing(
    api_almaty: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "leadbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"})
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    other.execute("ROLLBACK")
    assert api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"}).status_code == 200
    assert other.execute("SELECT count(*) FROM messages").fetchone() == (2,)
