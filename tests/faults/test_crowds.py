"""Many at once: no database is locked, and one talk keeps its order whoever answers it."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import requests
from faults.clients import PASSWORD, TURNS, Company, sign_up
from faults.served import Served
from faults.stores import KINDS, store

pytestmark = pytest.mark.long
CLIENTS, SECONDS, PROCESSES = 16, 20, 4
TALKS, AT_ONCE, TALKS_AT_ONCE = 50, 20, 5
Note = Callable[[str, object], None]
BROKEN_ORDER = """
    SELECT count(*) FROM messages AS later JOIN messages AS sooner
    ON sooner.conversation_id = later.conversation_id AND sooner.seq < later.seq
    WHERE sooner.created_at > later.created_at"""
SHAPES = """
    SELECT count(CASE WHEN author = 'client' THEN 1 END), count(CASE WHEN author = 'bot' THEN 1 END),
           min(seq), max(seq), count(DISTINCT seq)
    FROM messages GROUP BY conversation_id"""


class Load:
    """Clients that talk without a pause until time is up, and a manager who looks at the board."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._stop_at = time.monotonic() + SECONDS
        self._numbers = count()
        self.statuses: Counter[int] = Counter()
        self.took: list[float] = []

    def run(self) -> None:
        people = [threading.Thread(target=self._talk) for _ in range(CLIENTS)]
        people.append(threading.Thread(target=self._look))
        [person.start() for person in people]
        [person.join() for person in people]

    def p99(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)]

    def _talk(self) -> None:
        while time.monotonic() < self._stop_at:
            number = next(self._numbers)
            for text in TURNS:
                begun = time.monotonic()
                answer = self._company.say(f"client {number}", text.format(phone=f"8701{number:07}"))
                self.took.append(time.monotonic() - begun)
                self.statuses[answer.status_code] += 1

    def _look(self) -> None:
        board = log_in(self._company)
        while time.monotonic() < self._stop_at:
            self.statuses[board.get(f"{self._company.url}/board", timeout=30).status_code] += 1
            time.sleep(0.5)


def log_in(company: Company) -> requests.Session:
    """The company's owner at a browser."""
    session = requests.Session()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', session.get(f"{company.url}/login", timeout=30).text)
    assert found
    form = {"email": f"owner{company.number}@example.com", "password": PASSWORD, "csrf_token": found[1]}
    assert session.post(f"{company.url}/login", data=form, timeout=30).status_code == 200
    return session


@pytest.mark.parametrize("kind", KINDS)
def test_sixteen_clients_on_four_processes(tmp_path: Path, kind: str, record_property: Note) -> None:
    with store(kind, tmp_path) as kept, Served(tmp_path, **kept.env, WEB_WORKERS=str(PROCESSES)) as copy:
        company = sign_up(copy.url, kept)
        [company.say(f"warm up {number}", TURNS[0]) for number in range(20)]
        load = Load(company)
        load.run()
        locked = copy.log().count("database is locked")
    errors = {status: times for status, times in load.statuses.items() if status >= 500}
    turns = f"{len(load.took)} turns in {SECONDS} s, p99 {load.p99():.2f} s, slowest {max(load.took):.2f} s"
    record_property("measured", f"{turns}; 5xx: {errors or 'none'}; {locked} × database is locked")
    assert set(load.statuses) == {200}, load.statuses
    assert locked == 0
    assert load.p99() < 1


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_messages_at_once_of_one_client(tmp_path: Path, kind: str, record_property: Note) -> None:
    with store(kind, tmp_path) as kept, Served(tmp_path, **kept.env, WEB_WORKERS=str(PROCESSES)) as copy:
        company = sign_up(copy.url, kept)

        def write(number: int) -> None:
            talk, line = divmod(number, AT_ONCE)
            text = f"Хочу дом в Алматы, Канат, 8701{talk:07}. Это строка {line}"
            company.insist(f"client {talk}", text, f"{talk}-{line}")

        with ThreadPoolExecutor(AT_ONCE * TALKS_AT_ONCE) as clients:
            list(clients.map(write, range(TALKS * AT_ONCE)))
        leads = kept.rows("SELECT count(*), count(DISTINCT phone) FROM leads")
        shapes = Counter(tuple(row) for row in kept.rows(SHAPES))
        [[broken]] = kept.rows(BROKEN_ORDER)
    record_property(
        "measured", f"{TALKS} talks × {AT_ONCE} messages at once: {leads[0][0]} leads, {broken} lines out of order"
    )
    assert leads == [(TALKS, TALKS)]
    assert shapes == {(AT_ONCE, AT_ONCE, 1, 2 * AT_ONCE, 2 * AT_ONCE): TALKS}
    assert broken == 0
