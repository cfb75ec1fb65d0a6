"""How long the database takes for each page and list of the API.

`python -m benchmarks.statements DATABASE_URL [part of a path] [-v]`; -v shows each statement. The database has been
filled by `benchmarks.seed`; who looks belongs to the company with the most leads. Each is asked twice and the quicker
one counts. GETs only.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import create_engine, event, text

from leadbot import create_app, jobs
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.conversations import inbox
from leadbot.database.session import db
from leadbot.leads import board_table
from leadbot.models import LeadStatus
from leadbot.reports import figures

MOST_MS = 60.0
TIMES = 2
PASSWORD = "bench-123"
WORDS = ("канат", "Гүлнұр", "әсел алматы дом", "7010000777", "8 701 000 07 77", "ан", "нет такого", "ұ")
SAID = (
    "ремонт квартиры",
    "салғым",
    "7010000777",
    "8 (701) 000-07-77",
    "по",
    "нет такого",
    "қашан жазда 4711",
    "окна 33333",
)
FILTERS = ("who=mine", "who=nobody", "city=Алматы", "source=api", "language=ru", "since=2026-09-01", "hot=1",
           "city=Тараз&source=telegram&hot=1")  # fmt: skip


def paths() -> Iterator[str]:
    """Every page and list of one who works with leads and conversations."""
    yield from (
        "/board",
        "/board/live?v=1",
        "/conversations",
        "/figures",
        "/leads/777",
        "/conversations/777",
        "/settings/telegram",
    )
    yield from (f"/board?{each}" for each in FILTERS)
    yield from (f"/board?q={quote(words)}" for words in WORDS)
    for sort in board_table.SORTS:
        for down in "01":
            for page in (1, 200, 400):
                yield f"/board/table?sort={sort}&down={down}&page={page}"
    yield from (f"/board/table?sort={sort}&{each}" for sort in ("created", "name") for each in FILTERS)
    yield from (f"/board/table?sort={sort}&q={quote(words)}" for sort in ("created", "name") for words in WORDS)
    yield from (f"/board/table?stage={stage.value}&sort=name&page=30" for stage in LeadStatus)
    yield from (f"/conversations?show={show}" for show in inbox.Show)
    yield from (f"/conversations?q={quote(words)}" for words in SAID)
    yield from (f"/conversations?show={show}&q={quote('ремонт')}" for show in inbox.Show)
    yield from (f"/figures?days={days}" for days in figures.PERIODS)
    yield from (f"/figures/ledger?days={days}" for days in figures.PERIODS)
    yield from ("/api/leads?limit=50", "/api/leads?limit=50&cursor=15000", "/api/leads?limit=50&offset=15000")
    yield from (f"/api/leads?limit=50&status={stage.value}" for stage in LeadStatus)
    yield from (
        "/api/leads/777",
        "/api/leads/777/messages",
        "/metrics",
        "/tasks",
        "/tasks/due",
        "/conversations/live?v=1",
        "/conversations/unread",
        "/leads/777/merge",
        "/leads/export",
        "/settings",
        "/settings/team",
        "/settings/log",
        "/settings/data",
        "/status",
        "/chat",
        "/leads/777/live?v=0",
    )


class Stopwatch:
    """What the database was asked since it was last looked at, with milliseconds of its CPU.

    Rows are cached, so that is what it takes on a quiet machine. PostgreSQL has to run on this one.
    """

    def __init__(self, engine: Any) -> None:
        self.asked: list[tuple[float, str]] = []
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        if engine.dialect.name == "postgresql":  # another process's time would be missed
            event.listen(
                engine, "connect", lambda bare, record: bare.execute("SET max_parallel_workers_per_gather = 0")
            )

    def _begin(self, connection: Any, cursor: Any, sql: str, *more: Any) -> None:
        self._began = _cpu_ms(connection)

    def _end(self, connection: Any, cursor: Any, sql: str, *more: Any) -> None:
        if connection.dialect.name == "sqlite" and cursor.description:  # it works while it is read
            self._began = _cpu_ms(connection)
            connection.connection.dbapi_connection.execute(sql, more[0]).fetchall()
        self.asked.append((_cpu_ms(connection) - self._began, sql))

    def taken(self) -> list[tuple[float, str]]:
        """All of it, slowest first; forgotten then."""
        asked, self.asked = sorted(self.asked, reverse=True), []
        return asked


def look(app: Flask, wanted: str) -> Iterator[tuple[str, list[tuple[float, str]]]]:
    """Path, and what the database was asked, with milliseconds."""
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert token
    form = {"csrf_token": token[1], "email": "person1@example.com", "password": PASSWORD}
    answer = client.post("/login", data=form)
    assert answer.status_code == 303, (answer.status, re.sub(r"<[^>]+>|\s+", " ", answer.text)[-600:])
    answer = client.post("/api/auth/login", data={"username": form["email"], "password": PASSWORD})
    head = {"Authorization": f"Bearer {answer.json['access_token']}"}
    with app.app_context():
        watch = Stopwatch(db.engine)
    for path in (each for each in paths() if wanted in each):
        best: list[tuple[float, str]] = []
        there = client.get(path).location if "q=" in path else path  # words are veiled in an address
        for _ in range(TIMES):
            watch.taken()
            answer = client.get(there, headers=head if path.startswith("/api") else {})
            if answer.status_code >= 400:
                print(path, answer.status)
            answer.get_data()
            asked = watch.taken()
            best = asked if not best or sum(ms for ms, _ in asked) < sum(ms for ms, _ in best) else best
        yield path, best
    for _ in range(2 if wanted in "sweep" else 0):
        watch.taken()
        jobs.sweep(app)
        asked = watch.taken()
        yield "sweep", asked


def _cpu_ms(connection: Any) -> float:
    if connection.dialect.name == "sqlite":
        return 1000 * time.thread_time()
    pid = connection.connection.dbapi_connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def main() -> None:
    """Print each path with its milliseconds; with -v each statement."""
    url, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    engine = create_engine(url)
    with engine.begin() as connection:
        hashed = users.hash_password(PASSWORD)
        connection.execute(text("UPDATE users SET hashed_password = :hashed WHERE id = 1"), {"hashed": hashed})
    engine.dispose()
    with TemporaryDirectory() as folder:
        app = create_app(
            Config.from_env({"LEADBOT_DATA_DIR": folder, "DATABASE_URL": url, "RATELIMIT_ENABLED": "false"})
        )
        slow = 0
        for path, asked in look(app, wanted):
            took = sum(ms for ms, _ in asked)
            slow += took > MOST_MS
            print(f"{took:8.1f} ms  {path}", flush=True)
            for ms, sql in asked if "-v" in sys.argv else ():
                print(f"             {ms:.1f} ms  {' '.join(sql.split())}")
    print(f"{slow} above {MOST_MS:.0f} ms")


if __name__ == "__main__":
    main()
