"""Two hosts of two processes on one PostgreSQL: a crowd, at full size three hundred, is served, nothing is lost, and
PostgreSQL is never asked for more connections than the sum says."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import databases
import pytest
import requests
from faults.served import Served
from sqlalchemy import create_engine, text

pytestmark = [pytest.mark.faults, pytest.mark.postgresql]
LOG_INS = 30
POOL, HOSTS, WEB_WORKERS = 5, 2, 2
MOST_CONNECTIONS = POOL * HOSTS * (WEB_WORKERS + 1)  # the worker has a pool too
PATIENCE_SECONDS = 90
ACCOUNT = {"email": "crowd@stroykz.kz", "password": "test123", "company_name": "СтройДом"}
LOG_IN = {"username": ACCOUNT["email"], "password": ACCOUNT["password"]}


@dataclass
class Crowd:
    """What the hosts answered, and how many connections they had at most."""

    url: str
    statuses: Counter[int] = field(default_factory=Counter)
    most: int = 0

    def ask(self, method: str, url: str, **more: object) -> requests.Response:
        """As the contract wants it: 503 is waited out, for as long as it says."""
        give_up_at, pause_seconds = time.monotonic() + PATIENCE_SECONDS, 0.0
        while True:
            answer = requests.request(method, url, timeout=60, **more)
            self.statuses[answer.status_code] += 1
            if answer.status_code not in {409, 503} or time.monotonic() > give_up_at:
                return answer
            pause_seconds = max(int(answer.headers["Retry-After"]), min(2 * pause_seconds, 16))
            time.sleep(pause_seconds + random.random())

    def count(self, done: threading.Event) -> None:
        """Look at the server's list until the crowd is served."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        ours = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with engine.connect() as connection:
            while not done.wait(0.2):
                self.most = max(self.most, connection.scalar(ours) or 0)
        engine.dispose()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with databases.bare("postgresql", tmp_path) as url:
        yield url


@pytest.mark.parametrize("people", [90, pytest.param(270, marks=pytest.mark.long)])
def test_a_crowd_at_two_hosts_is_served_and_nothing_is_lost(url: str, tmp_path: Path, people: int) -> None:
    settings = {"DATABASE_URL": url, "DATABASE_POOL": str(POOL), "WEB_WORKERS": str(WEB_WORKERS), "WEB_THREADS": "250"}
    with ExitStack() as stack:
        settings["SECRET_KEY"] = "k" * 48
        hosts = [stack.enter_context(Served(folder(tmp_path, name), **settings)).url for name in ("first", "second")]
        crowd, done = Crowd(url), threading.Event()
        headers = enter(crowd, hosts[0])
        watch = stack.enter_context(ThreadPoolExecutor(1)).submit(crowd.count, done)
        with ThreadPoolExecutor(people + LOG_INS) as crowded:
            talks = [crowded.submit(talk, crowd, hosts[n % 2], headers, n) for n in range(people)]
            entries = [
                crowded.submit(crowd.ask, "POST", f"{hosts[n % 2]}/api/auth/login", data=LOG_IN) for n in range(LOG_INS)
            ]
        done.set()
        watch.result()
        assert {one.result().status_code for one in entries} == {200}
        assert {one.result() for one in talks} == {"register_lead"}
        leads = crowd.ask("GET", f"{hosts[1]}/api/leads", headers=headers).json()
        lines = {len(said(crowd, hosts, headers, lead["id"])) for lead in leads["leads"][::30]}
    phones = Counter(lead["phone"] for lead in leads["leads"])
    assert phones == {phone(number): 1 for number in range(people)}
    assert lines == {2}
    assert set(crowd.statuses) <= {200, 201, 409, 503}, crowd.statuses
    assert crowd.most <= MOST_CONNECTIONS


def folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


def enter(crowd: Crowd, host: str) -> dict[str, str]:
    """Sign up; the headers of the API."""
    assert crowd.ask("POST", f"{host}/api/auth/register", json=ACCOUNT).status_code == 201
    token = crowd.ask("POST", f"{host}/api/auth/login", data=LOG_IN).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def talk(crowd: Crowd, host: str, headers: dict[str, str], number: int) -> str | None:
    """A client says all in one message; what it called."""
    words = f"Хочу построить дом в Алматы, 150 квадратов, участок есть. Канат, {phone(number)}"
    message = {"user_id": f"c{number}", "text": words}
    answer = crowd.ask("POST", f"{host}/api/chat", data=message, headers={**headers, "Idempotency-Key": f"{number}"})
    assert answer.status_code == 200, answer.text
    called: str | None = answer.json()["function_called"]
    return called


def said(crowd: Crowd, hosts: list[str], headers: dict[str, str], lead_id: int) -> list[object]:
    answer = crowd.ask("GET", f"{hosts[0]}/api/leads/{lead_id}/messages", headers=headers)
    lines: list[object] = answer.json()["messages"]
    return lines


def phone(number: int) -> str:
    return f"8701{number:07d}"
