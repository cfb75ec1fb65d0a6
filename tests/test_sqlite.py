"""SQLite: a commit is on the disk, the disk is waited for with the database free, and reading keeps nobody waiting."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from conftest import Api

from leadbot.sqlite import Connection, Writers

CHAT = "/api/chat"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Connection, Connection]:
    """Two connections of one process to one database."""
    writers = Writers()
    made = []
    for _ in range(2):
        connection = sqlite3.connect(tmp_path / "some.db", factory=Connection, check_same_thread=False)
        connection.set_up(writers)
        made.append(connection)
    made[0].execute("CREATE TABLE lines (text)")
    return made[0], made[1]


def write(connection: Connection, text: str) -> None:
    connection.begin_to_write()
    connection.execute("INSERT INTO lines VALUES (?)", (text,))
    connection.commit()


def test_the_next_writer_commits_while_the_disk_is_waited_for(
    pair: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = pair
    waits, others_are_done = threading.Event(), threading.Event()

    def slow_disk(file: int) -> None:
        if not waits.is_set():
            waits.set()
            others_are_done.wait(10)

    monkeypatch.setattr(os, "fdatasync", slow_disk)
    first = threading.Thread(target=write, args=(slow, "first"))
    first.start()
    assert waits.wait(10)
    write(quick, "second")
    assert first.is_alive()  # it says nothing before the disk has it
    others_are_done.set()
    first.join(10)
    assert [text for (text,) in quick.execute("SELECT text FROM lines")] == ["first", "second"]


def test_a_disk_that_fails_is_told_and_locks_nobody_out(
    pair: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair

    def broken(file: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk, pytest.raises(OSError, match="Input/output"):
        disk.setattr(os, "fdatasync", broken)
        write(one, "first")
    write(other, "second")
    write(one, "third")


def test_only_what_was_written_waits_for_the_disk(
    pair: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, _ = pair
    waits: list[int] = []
    monkeypatch.setattr(os, "fdatasync", waits.append)
    connection.begin_to_read()
    connection.execute("SELECT * FROM lines")
    connection.commit()
    connection.is_light = True
    write(connection, "light")
    assert waits == []
    write(connection, "heavy")
    assert len(waits) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_answer_waits_for_the_disk_and_a_disk_that_fails_answers_503(
    api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(file: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fdatasync", broken)
        assert api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"}).status_code == 503
    assert api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"}).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_asks_is_found_out_while_another_writes(api_almaty: Api, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "leadbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = api_almaty.client.post(CHAT, json={"user_id": "c1"}, headers={"Authorization": "Bearer nonsense"})
    assert refused.status_code == 401
    assert api_almaty.post(CHAT, json={"user_id": ""}).status_code == 422  # before anything is written
    other.execute("ROLLBACK")
    assert api_almaty.post(CHAT, json={"user_id": "c1", "text": "Хочу дом"}).status_code == 200


def test_processes_queue_though_one_is_a_fork_of_the_other(tmp_path: Path) -> None:
    writers, database = Writers(), str(tmp_path / "some.db")
    writers.enter(database)  # the file is open before the fork
    writers.leave()
    fork = multiprocessing.get_context("fork")
    is_in, may_leave, is_next = fork.Event(), fork.Event(), threading.Event()

    def write_there() -> None:
        writers.enter(database)
        is_in.set()
        may_leave.wait(10)
        writers.leave()

    def write_here() -> None:
        writers.enter(database)
        is_next.set()
        writers.leave()

    child = fork.Process(target=write_there)
    child.start()
    assert is_in.wait(10)
    threading.Thread(target=write_here).start()
    assert not is_next.wait(0.3)
    may_leave.set()
    assert is_next.wait(10)
    child.join(10)
