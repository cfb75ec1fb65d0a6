"""A worker's bad days: a backlog that two work off at once, a stop in the middle of it, and Redis gone for a while."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import config_from
from doubles.redis import OwnRedis
from doubles.telegram import TOKEN, TelegramDouble
from faults.served import ROOT

from leadbot import create_app, state
from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.database.migrate import upgrade
from leadbot.database.session import db
from leadbot.models import Delivery, DeliveryState
from leadbot.notifications.carriers import CARRIERS

pytestmark = pytest.mark.faults
ROWS = 600  # five thousand in test_due_rows.py, at full size
CHATS = 1000
STOP_SECONDS = 10


class Office:
    """An installation whose web side is this test and whose workers are processes of their own."""

    def __init__(self, folder: Path, telegram: TelegramDouble, **env: str) -> None:
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "TEST_"))},
            "LEADBOT_DATA_DIR": str(folder), "SECRET_KEY": "k" * 48, "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url, **env,
        }  # fmt: skip
        self.log = folder / "worker.log"
        self.app = create_app(config_from(self._env))
        with self.app.app_context():
            upgrade()
            users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
            self._company = tenancy.acting_for()

    def put(self, first: int, how_many: int) -> None:
        with self.app.app_context():
            tenancy.act_for(self._company)
            for number in range(first, first + how_many):
                chat, key = f"-{number % CHATS + 1}", f"backlog {number}"
                row = Delivery(event="test", channel="telegram", target=chat, text=f"№ {number}", dedup_key=key)
                db.session.add(row)
            db.session.commit()

    def waiting(self) -> int:
        with self.app.app_context():
            tenancy.act_for(self._company)
            return db.session.query(Delivery).filter_by(state=DeliveryState.PENDING).count()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "worker"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=log, stderr=log)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(20)


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if is_so():
            return True
        time.sleep(0.25)
    return False


def test_two_workers_that_start_upon_a_backlog_send_each_row_once(tmp_path: Path, telegram: TelegramDouble) -> None:
    office = Office(tmp_path, telegram)
    office.put(0, ROWS)
    with office.worker(), office.worker():
        assert until(lambda: len(telegram.sent) > 0, 60)
        began = time.monotonic()
        assert until(lambda: len(telegram.sent) >= ROWS, 60 + 2 * ROWS / CARRIERS[0].most_a_second), (
            office.log.read_text()
        )
        took = time.monotonic() - began
        assert until(lambda: not office.waiting(), 20)
    assert set(Counter(telegram.texts).values()) == {1} and len(telegram.sent) == ROWS
    assert ROWS / took < 2 * CARRIERS[0].most_a_second * 1.05  # each keeps its own pace


def test_a_worker_that_is_stopped_ends_what_it_sends_and_nothing_goes_twice(
    tmp_path: Path, telegram: TelegramDouble
) -> None:
    office = Office(tmp_path, telegram)
    office.put(0, 120)
    for _ in range(2):
        before = len(telegram.sent)
        with office.worker() as process:
            assert until(lambda so_far=before: len(telegram.sent) > so_far + 10, 60)
            process.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            assert process.wait(30) == 0
            assert time.monotonic() - begun < STOP_SECONDS
    with office.worker():
        assert until(lambda: not office.waiting(), 60)
    assert set(Counter(telegram.texts).values()) == {1} and len(telegram.sent) == 120


def test_a_worker_goes_on_while_redis_is_away_and_hears_the_bell_once_it_is_back(
    tmp_path: Path, telegram: TelegramDouble
) -> None:
    with OwnRedis(tmp_path) as redis:
        office = Office(tmp_path, telegram, REDIS_URL=redis.url)
        with office.worker():
            office.put(0, 1)
            assert until(lambda: len(telegram.sent) == 1, 60)
            redis.stop()
            office.put(1, 5)
            assert until(lambda: len(telegram.sent) == 6, 30)
            time.sleep(15)
            redis.start()
            time.sleep(12)  # it is left alone for ten seconds at a time
            state.state_of(office.app).wake("telegram")
            assert until(lambda: not state.state_of(office.app).bell.pending_count(), 10)  # the worker took it
    log = office.log.read_text()
    assert log.count("Redis is away") == 1 and "Traceback" not in log, log
