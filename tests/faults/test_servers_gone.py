"""PostgreSQL and Redis may go at any moment, and come back: nothing is lost, and what needs neither goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from doubles.telegram import TOKEN, TelegramDouble
from faults.clients import PASSWORD, Crowd, sign_up
from faults.crasher import Crasher, Size
from faults.served import Served
from faults.stores import OwnPostgres, OwnRedis, store
from faults.sums import sums, wait_until_told

pytestmark = pytest.mark.long
SIZE = Size(talks=60, kills=3, companies=6)
GONE_SECONDS = 2
Note = Callable[[str, object], None]


class Outage:
    """What Crasher kills, comes back after a while."""

    def __init__(self, server: OwnPostgres | OwnRedis) -> None:
        self._server = server

    def kill(self, _: str) -> None:
        self._server.stop()
        time.sleep(GONE_SECONDS)
        self._server.start()


@pytest.mark.parametrize("which", ["postgres", "redis"])
def test_a_server_that_dies_and_comes_back(tmp_path: Path, which: str, record_property: Note) -> None:
    with TelegramDouble() as telegram, store("postgresql", tmp_path) as kept:
        env = {**kept.env, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(tmp_path, **env) as copy:
            crowd = Crowd([sign_up(copy.url, kept, number) for number in range(SIZE.companies)])
            server = kept.postgres if which == "postgres" else kept.redis
            assert server
            with Crasher(Outage(server), SIZE) as crasher:
                crowd.on_turn = crasher.count_turn
                crowd.talk_all(SIZE.talks, SIZE.clients)
            wait_until_told(kept, 120)
            found = sums(kept, telegram, crowd.acked)
            is_ready = requests.get(f"{copy.url}/ready", timeout=5).ok
    statuses = dict(sorted(crowd.statuses().items()))
    record_property("measured", f"{which} killed {SIZE.kills} times in {SIZE.turns} turns {statuses}: {found}")
    assert (found.leads, len(crowd.acked)) == (SIZE.talks, SIZE.talks)
    assert (found.lost, found.doubled, found.unannounced, found.gaps) == (0, 0, 0, 0), found
    assert set(statuses) <= {200, 409, 503}, statuses
    assert is_ready


def test_without_redis_notices_go_out_and_people_log_in(tmp_path: Path, record_property: Note) -> None:
    with TelegramDouble() as telegram, store("postgresql", tmp_path) as kept:
        env = {**kept.env, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(tmp_path, **env) as copy:
            company = sign_up(copy.url, kept)
            company.insist("first", "Хочу дом в Алматы, Канат, 87015551009", "0")
            wait_for(1, telegram)  # the worker is up
            assert kept.redis
            kept.redis.stop()
            begun, before = time.monotonic(), len(copy.log())
            company.insist("client", "Хочу дом в Алматы, Канат, 87015551010", "1")
            login = {"username": f"owner{company.number}@example.com", "password": PASSWORD}
            answer = requests.post(f"{copy.url}/api/auth/login", data=login, timeout=10)
            wait_for(2, telegram)
            told_after = time.monotonic() - begun
            time.sleep(max(0.0, 30 - told_after))
            bytes_a_minute = (len(copy.log()) - before) / (time.monotonic() - begun) * 60
    log = f"the log grows {bytes_a_minute / 1000:.1f} KB a minute"
    record_property("measured", f"Redis gone: told after {told_after:.0f} s, log-in {answer.status_code}, {log}")
    assert answer.status_code == 200
    assert len(telegram.texts) == 2
    assert told_after < 15
    assert bytes_a_minute < 20_000


def wait_for(notices: int, telegram: TelegramDouble, seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while len(telegram.texts) < notices and time.monotonic() < give_up_at:
        time.sleep(0.2)
