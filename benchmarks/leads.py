"""P4, P5, P6, P9 and the page of figures: leads made through the API, and looked at by companies of three sizes."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from sqlalchemy import event

from benchmarks import servers
from benchmarks.house import SIZES, Firm, filled
from benchmarks.load import Payload, Result, drive, request
from benchmarks.servers import Server
from benchmarks.table import Row
from benchmarks.turn import joined, sign_up
from leadbot import create_app
from leadbot.config import Config
from leadbot.db import db

FORM = "application/x-www-form-urlencoded"
NUMBERS = itertools.count()  # of clients: each has a phone of his own


def p4(count: int = 1_600) -> Iterator[Row]:
    """A client says all in one message: the talk, the lead, its history and its notices, against one row by the ORM."""
    with servers.floor() as floor, servers.leadbot() as ours:
        pairs = ((floor, _bare_lead), (ours, _lead_of_one_message(sign_up(ours))))
        halves = [drive(server, make, clients=32, requests=count // 2) for _ in range(3) for server, make in pairs]
        base, mine = (joined(iter(halves[first::2][1:])) for first in (0, 1))  # the first of three warms up
        made = sqlite3.connect(f"{ours.folder}/leadbot.db").execute("SELECT count(*) FROM leads").fetchone()[0]
    ratio, asked = mine.cpu_ms / base.cpu_ms, count // 2 * 3
    yield Row("P4", "a lead in one message, durable, CPU", f"{mine.cpu_ms:.2f} ms", f"{base.cpu_ms:.2f} ms",
              f"<= 2x one row by the ORM: {ratio:.2f}x", ratio <= 2)  # fmt: skip
    yield Row("P4", "leads a second, leads lost", f"{mine.rate:.0f}, {asked - made}", f"{base.rate:.0f}",
              "none lost", made == asked and not mine.errors)  # fmt: skip


def p5() -> Iterator[Row]:
    """The board as it opens."""
    house = filled()
    seen = {size: _looked(house.server, firm, "/board") for size, firm in house.firms.items()}
    said = {size: _statements(house.server, firm, "/board") for size, firm in house.firms.items()}
    small, large = seen[SIZES[0]].cpu_ms, seen[SIZES[-1]].cpu_ms
    for size, one in seen.items():
        goal, is_met = {
            SIZES[0]: ("<= 15 ms", one.cpu_ms <= 15),
            SIZES[-1]: (f"<= 1.3x that of 100: {large / small:.2f}x", large <= 1.3 * small),
        }.get(size, ("", None))
        yield Row("P5", f"board of {size:,} leads, CPU", f"{one.cpu_ms:.1f} ms", goal=goal, is_met=is_met)
    most = max(len(one.last) for one in seen.values())
    yield Row("P5", "board, bytes at most", f"{most:,} B", goal="<= 100 KB", is_met=most <= 100_000)
    counts = ", ".join(str(each) for each in said.values())
    is_met = len(set(said.values())) == 1 and max(said.values()) <= 6
    yield Row("P5", "board, statements", counts, goal="<= 6, the same at every size", is_met=is_met)


def p6() -> Iterator[Row]:
    """All leads at once, beside what SQLite alone takes to write them as JSON; and by pages."""
    house = filled()
    for size, times, most in ((10_000, 10, 100), (100_000, 3, 500)):
        drive(house.server, house.firms[size].asks("/api/leads"), clients=1, requests=2)
        with house.server.growth() as grown:
            one = drive(house.server, house.firms[size].asks("/api/leads"), clients=1, requests=times)
        assert json.loads(one.last)["total"] == len(json.loads(one.last)["leads"]) == size
        yield Row("P6", f"GET /api/leads, {size:,} rows, CPU", f"{one.cpu_ms:.0f} ms", f"{_floor_ms(size):.0f} ms",
                  f"<= {most} ms", one.cpu_ms <= most)  # fmt: skip
    yield Row("P6", f"  memory while it sends {len(one.last) / 1e6:.0f} MB", f"+{grown[0]:.1f} MB",
              goal="<= 10 MB", is_met=grown[0] <= 10)  # fmt: skip
    page = _looked(house.server, house.firms[SIZES[-1]], "/api/leads?limit=50&cursor=150000", is_api=True)
    yield Row("P6", "  50 of them behind a cursor, CPU", f"{page.cpu_ms:.2f} ms")


def p9() -> Iterator[Row]:
    """What an open page asks every few seconds, with nothing new, beside a Flask that only says that it is well."""
    house = filled()
    firm = house.firms[SIZES[-1]]
    with servers.floor() as floor:
        base = _looked(floor, firm, "/health", requests=1_600)
    board = _looked(house.server, firm, "/board", requests=4).last.decode()
    version = re.search(r'data-version="(\d+)', board)
    assert version
    for page, path in (("board", f"/board/live?v={version[1]}"), ("test chat", "/chat/lines?after=0")):
        poll = _looked(house.server, firm, path, requests=800)
        assert not poll.last, page
        yield Row("P9", f"a poll of the {page}, nothing new, CPU", f"{poll.cpu_ms:.2f} ms", f"{base.cpu_ms:.2f} ms",
                  "<= 1 ms", poll.cpu_ms <= 1)  # fmt: skip


def figures() -> Iterator[Row]:
    """The page of figures of 100,000 leads: of a month, in which 800 came, and of a year with 10,000."""
    house = filled()
    for days, times, most in ((30, 120, 50), (365, 12, None)):
        one = _looked(house.server, house.firms[SIZES[-1]], f"/figures?days={days}", requests=times)
        yield Row("F", f"figures of 100,000 leads, {days} days, CPU", f"{one.cpu_ms:.0f} ms",
                  goal=f"<= {most} ms" if most else "", is_met=one.cpu_ms <= most if most else None)  # fmt: skip


def _lead_of_one_message(token: str) -> Payload:
    def make(client: int, turn: int) -> bytes:
        number = next(NUMBERS)
        text = f"Хочу построить дом в Алматы, 150 квадратов, участок есть. Канат, 8701{number:07}"
        body = urlencode({"user_id": f"client-{number}", "text": text}).encode()
        return request("POST", "/api/chat", body, Content_Type=FORM, Authorization=f"Bearer {token}")

    return make


def _bare_lead(client: int, turn: int) -> bytes:
    body = {"name": "Канат", "phone": f"8701{next(NUMBERS):07}", "city": "Алматы", "object_type": "дом",
            "area": "150 м²", "summary": "Строительство дома с нуля, есть участок"}  # fmt: skip
    return request("POST", "/api/lead", urlencode(body).encode(), Content_Type=FORM)


def _looked(server: Server, firm: Firm, path: str, *, requests: int = 120, is_api: bool = False) -> Result:
    payload = firm.asks(path) if is_api else firm.opens(path)
    drive(server, payload, clients=4, requests=max(4, requests // 4))
    seen = drive(server, payload, clients=4, requests=requests)
    assert not seen.errors, path
    return seen


def _statements(server: Server, firm: Firm, path: str) -> int:
    """How many statements a page runs, told by the same copy in this process."""
    app = create_app(Config.from_env({"LEADBOT_DATA_DIR": str(server.folder), "PORT": str(server.port)}))
    said: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *heard: said.append(heard[2]))
        answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": firm.cookie})
        db.engine.dispose()
    assert answer.status_code == 200, answer.status
    return sum(not each.startswith("BEGIN") for each in said)


def _floor_ms(size: int) -> float:
    """CPU of SQLite alone, when it makes the same list into one text."""
    columns = ("id", "company_id", "bot_user_id", "name", "phone", "city", "object_type", "area", "summary", "language",
               "status", "created_at", "phone_e164", "source", "lost_reason", "version", "updated_at")  # fmt: skip
    pairs = ", ".join(f"'{column}', {column}" for column in columns)
    query = f"SELECT json_group_array(json_object({pairs})) FROM leads WHERE company_id = {SIZES.index(size) + 1}"
    with sqlite3.connect(f"{filled().server.folder}/leadbot.db") as connection:
        began = time.process_time()
        connection.execute(query).fetchone()
        return 1000 * (time.process_time() - began)
