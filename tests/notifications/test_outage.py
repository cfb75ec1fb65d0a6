"""What fails is left alone for a while and spoken of once a minute; without Redis everything goes on."""

from __future__ import annotations

import logging
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.redis import OwnRedis
from flask import Flask
from huey.storage import SqliteStorage

from leadbot import jobs, state
from leadbot.accounts import limits
from leadbot.accounts.limits import Limit
from leadbot.config import Config
from leadbot.database import outage
from leadbot.database.outage import Backoff, OnceAMinute, Outage

THREE = Limit("three", "3 per 15 minutes")


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_fails_again_is_put_off_twice_as_long_up_to_a_bound() -> None:
    clock, waits = Hand(), []
    backoff: Backoff[str] = Backoff(10, 60, clock)
    for _ in range(5):
        backoff.failed("row")
        begun = clock.now
        while backoff.put_off():
            clock.now += 1
        waits.append(clock.now - begun)
    assert waits == [10, 20, 40, 60, 60]


def test_success_begins_anew() -> None:
    clock = Hand()
    backoff: Backoff[str] = Backoff(10, 60, clock)
    for _ in range(3):
        backoff.failed("row")
    backoff.succeeded("row")
    assert backoff.put_off() == []
    backoff.failed("row")
    clock.now += 10
    assert backoff.put_off() == []


def test_the_same_is_said_once_a_minute_and_something_else_at_once() -> None:
    clock = Hand()
    spoken = OnceAMinute(clock)
    assert [spoken.may_say("a"), spoken.may_say("a"), spoken.may_say("b")] == [True, False, True]
    clock.now += 60
    assert spoken.may_say("a")


def test_an_outage_of_an_hour_is_sixty_lines_and_none_tells_the_address(caplog: pytest.LogCaptureFixture) -> None:
    clock = Hand()
    redis = Outage(clock)
    for clock.now in range(3600):
        if not redis.is_on:
            redis.begins(OSError("redis://:password@host"))
    assert len(caplog.records) == 60
    assert "password" not in caplog.text and all(record.exc_info is None for record in caplog.records)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with OwnRedis(tmp_path) as server:
        yield server


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def app(redis: OwnRedis, tmp_path: Path, clock: Hand) -> Flask:
    app = Flask("outage")
    config = Config(data_dir=tmp_path, secret_key="k" * 48, database_url="", redis_url=redis.url)
    state.hold(app, config).redis = Outage(clock)
    limits.init_app(app, config)
    return app


def passed(tries: int) -> int:
    return sum(THREE.takes("somebody") for _ in range(tries))


def test_limits_hold_on_this_machine_while_redis_is_away_and_in_redis_afterwards(
    app: Flask, redis: OwnRedis, clock: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        assert passed(5) == 3
        redis.stop()
        assert passed(5) == 3  # counted anew, but counted
        redis.start()
        assert passed(5) == 0  # still left alone
        clock.now += 11
        assert passed(5) == 3  # Redis came back empty
        assert passed(5) == 0
    assert len(caplog.records) == 1


def test_a_redis_that_takes_connections_and_never_answers_costs_one_wait(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "ANSWER_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        limits.init_app(app, Config(data_dir=tmp_path, secret_key="k" * 48, database_url="", redis_url=url))
        begun = time.monotonic()
        with app.app_context():
            assert passed(20) == 3
        assert time.monotonic() - begun < 5  # each would wait a second


def test_the_bell_is_dumb_while_redis_is_away_and_rings_again_afterwards(
    redis: OwnRedis, tmp_path: Path, clock: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    config = Config(data_dir=tmp_path, secret_key="k" * 48, database_url="", redis_url=redis.url)
    bell = jobs.build_huey(config, Outage(clock))
    heard: list[str] = []
    wake = bell.task(name="wake")(heard.append)
    wake("telegram")
    assert bell.dequeue().args == ("telegram",)
    redis.stop()
    for _ in range(50):
        wake("telegram")
    assert bell.dequeue() is None
    redis.start()
    clock.now += 11
    wake("email")
    assert bell.dequeue().args == ("email",)
    assert [record.levelno for record in caplog.records if record.name.startswith("leadbot")] == [logging.WARNING]


def test_a_web_request_without_redis_is_quick_and_the_lead_is_kept(
    config: Config, tmp_path: Path, redis: OwnRedis, caplog: pytest.LogCaptureFixture
) -> None:
    from conftest import contract_dialogue, sign_up_api

    from leadbot import create_app

    served = create_app(config.replace(redis_url=redis.url, ratelimit_enabled=True))
    redis.stop()
    api = sign_up_api(served, "owner@almaty.kz", "Алматы Құрылыс")
    api.patch("/api/settings", json={"telegram_chat_id": None})
    begun = time.monotonic()
    contract_dialogue(api)
    assert time.monotonic() - begun < 10  # a busy machine; tries and waits of the client alone would take longer
    assert api.get("/api/leads").json["total"] == 1
    assert sum("Redis is away" in record.message for record in caplog.records) == 1


def test_a_queue_file_that_fails_floods_no_log_and_fails_no_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(data_dir=tmp_path, secret_key="k" * 48, database_url="")
    bell = jobs.build_huey(config)
    wake = bell.task(name="wake")(print)

    def full(*args: object, **more: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    for name in ("enqueue", "dequeue"):
        monkeypatch.setattr(SqliteStorage, name, full, raising=False)
    for _ in range(3):
        wake("telegram")
    assert bell.dequeue() is None
    assert [record.message for record in caplog.records] == [
        "jobs.db is away (OperationalError): this machine goes on by itself"
    ]
