"""A change of a table gives way to those who use it, and tries again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from leadbot.database import migration_steps

pytestmark = pytest.mark.postgresql
CHANGE = text("ALTER TABLE things ADD COLUMN more integer")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(migration_steps, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migration_steps, "PAUSE_SECONDS", 0.1)
    with databases.bare("postgresql", tmp_path) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE things (id integer)"))
        yield engine
        engine.dispose()


def change(connection: Connection) -> int:
    """How many tries it took."""
    tries = []

    def run() -> None:
        tries.append(1)
        with connection.begin():
            connection.execute(CHANGE)

    with migration_steps.patient(connection):
        migration_steps.retried(connection, run)
    return len(tries)


def test_it_waits_until_a_long_reader_is_through(engine: Engine) -> None:
    with engine.connect() as reader, engine.connect() as connection:
        reader.execute(text("SELECT * FROM things"))
        end = threading.Timer(0.7, reader.rollback)
        end.start()
        assert change(connection) > 1
        end.join()
        assert connection.scalar(text("SHOW lock_timeout")) == "0"  # as it was


def test_it_gives_up_in_the_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_steps, "TRIES", 3)
    with engine.connect() as reader, engine.connect() as connection:
        reader.execute(text("SELECT * FROM things"))
        with pytest.raises(OperationalError, match="lock timeout"):
            change(connection)


def test_another_fault_is_not_tried_again(engine: Engine) -> None:
    tries = []

    def run() -> None:
        tries.append(1)
        raise OperationalError("SELECT", {}, Exception("no disk"))

    with engine.connect() as connection, pytest.raises(OperationalError):
        migration_steps.retried(connection, run)
    assert len(tries) == 1


def test_two_never_work_at_once(engine: Engine, tmp_path: Path) -> None:
    said = []
    with engine.connect() as first, engine.connect() as second:
        with migration_steps.alone(first, tmp_path):
            thread = threading.Thread(target=lambda: wait_and_say(second, tmp_path, said))
            thread.start()
            thread.join(0.6)
            said.append("first")
        thread.join()
    assert said == ["first", "second"]


def wait_and_say(connection: Connection, folder: Path, said: list[str]) -> None:
    with migration_steps.alone(connection, folder):
        said.append("second")
