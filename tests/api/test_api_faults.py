"""When something of ours breaks the API says so in its own way, tells nothing else, and loses nothing."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from collecting import over
from conftest import Api
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError, TimeoutError

from leadbot.conversations import chat
from leadbot.database import session as ground
from leadbot.database import sqlite
from leadbot.leads import listing

BUSY = {"detail": "Service temporarily unavailable"}


def raising(error: Exception) -> Any:
    def fail(*args: object, **more: object) -> None:
        raise error

    return fail


TROUBLE = [
    OperationalError("UPDATE secret", {}, sqlite3.OperationalError("database is locked")),
    OperationalError("INSERT secret", {}, sqlite3.OperationalError("database or disk is full")),
    TimeoutError("QueuePool limit"),
    OSError(28, "No space left on device"),
    OSError(5, "Input/output error"),
]


@pytest.mark.parametrize("error", TROUBLE, ids=str)
def test_what_can_be_tried_again_is_503(api_almaty: Api, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(chat, "receive", raising(error))  # row 93
    answer = api_almaty.post("/api/chat", json={"user_id": "c1", "text": "Хочу дом"})
    assert (answer.status_code, answer.json) == (503, BUSY)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_ours_is_500_and_tells_nothing(api_almaty: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "count", raising(RuntimeError("secret of the house")))
    answer = api_almaty.get("/api/leads")
    assert (answer.status_code, answer.json) == (500, {"detail": "Internal Server Error"})
    monkeypatch.undo()
    assert api_almaty.get("/api/leads").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_locked_for_long_is_503_and_then_works_again(
    api_almaty: Api, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "leadbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = api_almaty.post("/api/chat", json={"user_id": "c1", "text": "Хочу дом"})
    assert (answer.status_code, answer.json) == (503, BUSY)
    assert api_almaty.get("/api/leads").status_code == 200
    other.execute("ROLLBACK")
    assert api_almaty.say("c1", "Хочу дом")["response"] == "В каком городе?"


def test_health_asks_nobody_and_ready_asks_the_database(stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stranger.get("/ready").json == {"status": "ok"}
    monkeypatch.setattr(ground.db.session, "execute", raising(TROUBLE[0]))
    assert (stranger.get("/health").status_code, stranger.get("/health").json) == (200, {"status": "ok"})
    down = stranger.get("/ready")
    assert (down.status_code, down.json) == (503, BUSY)
    assert down.headers["Retry-After"]


def test_ready_tells_of_a_disk_that_takes_nothing(stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert (stranger.get("/ready").status_code, stranger.get("/health").status_code) == (503, 200)
    assert stranger.get("/ready").status_code == 200


ABSENT = ["/api", "/api/", "/api/nowhere", "/api/leads/", "/api/%00", "/api/../health/x", "/api/auth"]


@over(ABSENT, "path")
def test_absent_addresses_of_the_api(stranger: FlaskClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = stranger.open(path, method=method)
        assert (answer.status_code, answer.json) == (404, {"detail": "Not Found"})


def test_pages_keep_errors_of_their_own(stranger: FlaskClient) -> None:
    for path in ("/apix", "/nowhere"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_wrong_method_names_the_right_ones(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/chat")
    assert (answer.status_code, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_the_api_sets_no_cookie(api_almaty: Api) -> None:
    for answer in (api_almaty.get("/api/auth/me"), api_almaty.post("/api/chat", json={"user_id": "1", "text": "x"})):
        assert "Set-Cookie" not in answer.headers
