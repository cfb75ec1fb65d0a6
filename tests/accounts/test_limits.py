"""Limits hold over threads, processes and restarts, and never take the service down."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from collecting import over
from flask import Flask
from limits.strategies import FixedWindowRateLimiter

from leadbot import state
from leadbot.accounts import limits
from leadbot.accounts.limits import Limit, counters
from leadbot.config import Config
from leadbot.database.outage import Outage
from leadbot.errors import TooMany

TEN = Limit("test", "10 per 15 minutes")


def app_with(config: Config) -> Flask:
    app = Flask("limits")
    state.hold(app, config).redis = Outage()
    limits.init_app(app, config)
    return app


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    url = None
    if request.param == "redis":
        url = os.environ.get("TEST_REDIS_URL")
        if not url:
            pytest.skip("needs Redis: TEST_REDIS_URL is not set")
    app = app_with(Config(data_dir=tmp_path, secret_key="k" * 48, database_url="", redis_url=url))
    yield app
    with app.app_context():
        for key in ("a", "b"):
            TEN.forget(key)


def how_many_pass(limit: Limit, tries: int, key: str = "a") -> int:
    return sum(limit.takes(key) for _ in range(tries))


def test_so_many_and_no_more_for_each_key(app: Flask) -> None:
    with app.app_context():
        assert how_many_pass(TEN, 15) == 10
        assert how_many_pass(TEN, 15, "b") == 10
        with pytest.raises(TooMany) as refused:
            TEN.check("a")
        assert 890 <= refused.value.retry_after_seconds <= 900
        with pytest.raises(TooMany):
            TEN.count("a")
        TEN.forget("a")
        TEN.check("a")


def test_looking_counts_nothing(app: Flask) -> None:
    with app.app_context():
        for _ in range(50):
            TEN.check("a")
        assert how_many_pass(TEN, 15) == 10


def test_whom_it_counts_stands_nowhere(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        TEN.takes("198.51.100.7")
        counted = state.state_of(app).limits.storage
        storage = getattr(counted, "shared", counted)
        kept = [*storage.storage.keys("*")] if hasattr(storage, "storage") else []
        TEN.forget("198.51.100.7")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"198.51.100.7" not in files + b"".join(kept) and (kept or files)


def test_two_kinds_are_counted_apart(app: Flask) -> None:
    other = Limit("other", "10 per 15 minutes")
    with app.app_context():
        assert how_many_pass(TEN, 10) == 10
        assert other.takes("a")
        other.forget("a")


def test_the_time_runs_out(app: Flask) -> None:
    short = Limit("short", "2 per 2 seconds")
    with app.app_context():
        assert how_many_pass(short, 2) == 2
        ends_at = time.monotonic() + 30
        while not how_many_pass(short, 1):
            assert time.monotonic() < ends_at
            time.sleep(0.1)


def test_threads_share_one_count(app: Flask) -> None:
    passed: list[bool] = []

    def try_ten() -> None:
        with app.app_context():
            passed.extend(TEN.takes("a") for _ in range(10))

    threads = [threading.Thread(target=try_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 10


def try_in_a_process(folder: str, results: multiprocessing.Queue[int]) -> None:
    app = app_with(Config(data_dir=Path(folder), secret_key="k" * 48, database_url=""))
    with app.app_context():
        results.put(how_many_pass(TEN, 50))


def test_processes_share_one_count(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=try_in_a_process, args=(str(tmp_path), results)) for _ in range(4)]
    for process in processes:
        process.start()
    assert sum(results.get(timeout=60) for _ in processes) == 10
    for process in processes:
        process.join()


def test_a_fork_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    storage = counters.SqliteCounters(tmp_path / "limits.db")
    assert storage.incr("k", 60) == 1
    mine = storage._connection
    storage._pid -= 1  # as it is in a child
    assert storage.incr("k", 60) == 2
    assert storage._connection is not mine


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    path.write_bytes(b"not a database, not at all" * 100)
    storage = counters.SqliteCounters(path)
    assert [storage.incr("k", 60), storage.incr("k", 60), storage.get("k")] == [1, 2, 2]
    assert storage.check()


def test_what_has_run_out_is_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "SWEEP_EVERY", 10)
    path = tmp_path / "limits.db"
    storage = counters.SqliteCounters(path)
    for number in range(9):
        storage.incr(f"old{number}", -1)
    storage.incr("new", 60)
    assert sqlite3.connect(path).execute("SELECT key FROM counts").fetchall() == [("new",)]
    assert storage.reset() == 1


def test_a_path_with_blanks_and_other_letters(tmp_path: Path) -> None:
    folder = tmp_path / "мои данные %41"
    folder.mkdir()
    app = app_with(Config(data_dir=folder, secret_key="k" * 48, database_url=""))
    with app.app_context():
        assert TEN.takes("a")
    assert (folder / "limits.db").is_file()


def test_counters_out_of_reach_turn_nobody_away(tmp_path: Path) -> None:
    app = app_with(Config(data_dir=tmp_path / "gone", secret_key="k" * 48, database_url=""))
    shutil.rmtree(tmp_path / "gone")
    with app.app_context():
        assert how_many_pass(TEN, 15) == 15
        TEN.check("a")


def test_switched_off_nothing_is_counted(tmp_path: Path) -> None:
    app = app_with(Config(data_dir=tmp_path, secret_key="k" * 48, database_url="", ratelimit_enabled=False))
    with app.app_context():
        assert how_many_pass(TEN, 15) == 15
    assert not (tmp_path / "limits.db").exists()


ADDRESSES = [
    ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ("::ffff:203.0.113.7", "203.0.113.7"), ("", "nowhere"), ("unix", "nowhere"),
]  # fmt: skip


@over(ADDRESSES)
def test_who_counts_as_one(address: str, key: str) -> None:
    assert limits.caller(address) == key


def test_the_library_takes_our_storage(tmp_path: Path) -> None:
    storage = counters.SqliteCounters(tmp_path / "limits.db")
    stats = FixedWindowRateLimiter(storage).get_window_stats(TEN._item, "never seen")
    assert stats.remaining == 10
    assert stats.reset_time <= time.time()
