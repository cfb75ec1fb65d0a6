"""P4, P5, P6, P9: a lead is made; the board, the whole list and the live polls of companies of three sizes."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import event

from benchmarks import rounds, servers
from benchmarks.house import SIZES, Firm, House, filled
from benchmarks.load import Payload, Result, drive, request
from benchmarks.rounds import cpu, middle, ratio
from benchmarks.servers import Server
from benchmarks.table import Row, at_most, not_run
from benchmarks.turn import ask, sign_up
from benchmarks.widget import widget_key
from leadbot import create_app
from leadbot.config import Config
from leadbot.database.session import db

FORM = "application/x-www-form-urlencoded"
NUMBERS = itertools.count()  # of clients: each has a phone of his own
RAW_MOST, WIRE_MOST, STATEMENTS_MOST, GROWTH_MOST_MB = 100_000, 20_000, 6, 10.0


def p4() -> Iterator[Row]:
    """A client says all in one message: the talk, the lead, its history and its notices, against one row by the ORM."""
    yield not_run("P4", "POST /api/leads", "later: there is no such route yet")
    with servers.floor() as floor, servers.leadbot() as ours:
        pairs = {"floor": (floor, _bare_lead), "ours": (ours, _lead_of_one_message(sign_up(ours)))}
        requests = rounds.some(640)
        found = rounds.alternate({name: partial(_made, *side, requests) for name, side in pairs.items()})
        with sqlite3.connect(f"{ours.folder}/leadbot.db") as connection:
            stored = connection.execute("SELECT count(*) FROM leads").fetchone()[0]
    base, mine = found["floor"], found["ours"]
    yield Row("P4", "  until then: a lead of one message, CPU", f"{middle(mine, cpu):.2f} ms",
              f"{middle(base, cpu):.2f} ms", f"{ratio(mine, base, cpu):.2f}x")  # fmt: skip
    lost = sum(one.requests for one in mine) - stored
    yield Row("P4", "  leads lost, errors", f"{lost}, {rounds.errors(mine)}", goal="none",
              is_met=not lost and not rounds.errors(mine))  # fmt: skip


def p5() -> Iterator[Row]:
    """The board as it opens."""
    house = filled()
    small, *_, large = SIZES
    requests = rounds.some(128)
    sides = {str(size): partial(_looked, house.server, firm.opens("/board"), requests)
             for size, firm in house.firms.items()}  # fmt: skip
    found = rounds.alternate(sides)
    base, most = found[str(small)], found[str(large)]
    yield at_most("P5", f"board of {large:,} leads beside {small}, CPU", f"{middle(most, cpu):.1f} ms",
                  f"{middle(base, cpu):.1f} ms", ratio(most, base, cpu), 1.3)  # fmt: skip
    raw = max(len(results[-1].last) for results in found.values())
    wire = max(_on_the_wire(house.server, firm, "/board") for firm in house.firms.values())
    yield Row("P5", "  bytes at most, raw / on the wire", f"{raw:,} / {wire:,} B",
              goal=f"<= {RAW_MOST // 1000} / {WIRE_MOST // 1000} KB",
              is_met=raw <= RAW_MOST and wire <= WIRE_MOST)  # fmt: skip
    said = [_statements(house.server, firm, "/board") for firm in house.firms.values()]
    yield Row("P5", "  statements by size", ", ".join(map(str, said)), goal=f"<= {STATEMENTS_MOST}, all the same",
              is_met=len(set(said)) == 1 and max(said) <= STATEMENTS_MOST)  # fmt: skip


def p6() -> Iterator[Row]:
    """All leads at once, beside what SQLite alone takes to write them as JSON; and by pages."""
    house = filled()
    for size, times in ((10_000, 5), (100_000, 1)):
        payload, floors = house.firms[size].asks("/api/leads"), list[float]()
        drive(house.server, payload, clients=1, requests=2)
        mine = []
        for _ in range(3):
            floors.append(_floor_ms(house, size))
            mine.append(drive(house.server, payload, clients=1, requests=times))
        answer = json.loads(mine[-1].last)
        assert answer["total"] == len(answer["leads"]) == size
        by_cpu = median(one.cpu_ms / base for one, base in zip(mine, floors, strict=True))
        yield at_most("P6", f"GET /api/leads, {size:,} rows, CPU", f"{middle(mine, cpu):.0f} ms",
                      f"{median(floors):.0f} ms", by_cpu, 1.5)  # fmt: skip
    with house.server.growth() as grown:
        large = drive(house.server, payload, clients=1, requests=1)
    yield Row("P6", f"  memory while it sends {len(large.last) / 1e6:.0f} MB", f"+{grown[0]:.1f} MB",
              goal=f"<= {GROWTH_MOST_MB:.0f} MB", is_met=grown[0] <= GROWTH_MOST_MB)  # fmt: skip
    page = _looked(house.server, house.firms[SIZES[-1]].asks("/api/leads?limit=50&cursor=150000"), 128)
    yield Row("P6", "  50 of them behind a cursor, CPU", f"{page.cpu_ms:.2f} ms")


def p9() -> Iterator[Row]:
    """What an open page asks every few seconds, with nothing new, beside a Flask that only looks who asks."""
    house = filled()
    firm, requests = house.firms[SIZES[-1]], rounds.some(640)
    version = re.search(rb'data-version="(\d+)', _looked(house.server, firm.opens("/board"), 4).last)
    assert version
    with servers.floor() as floor:
        me = request("GET", "/me", Cookie="key=bench")
        sides = {
            "floor": partial(_looked, floor, lambda client, turn: me, requests),
            "board": partial(_looked, house.server, firm.opens(f"/board/live?v={version[1].decode()}"), requests),
            "test chat": partial(_looked, house.server, firm.opens("/chat/lines?after=0"), requests),
            "widget": partial(_looked, house.server, _visitor(house.server, firm), requests),
        }
        found = rounds.alternate(sides)
    base = found.pop("floor")
    for page, polls in found.items():
        assert not any(poll.last for poll in polls), page
        yield at_most("P9", f"a poll of the {page}, nothing new, CPU", f"{middle(polls, cpu):.2f} ms",
                      f"{middle(base, cpu):.2f} ms", ratio(polls, base, cpu), 3)  # fmt: skip


def _visitor(server: Server, firm: Firm) -> Payload:
    """A client at the widget who has said something, and looks for more."""
    key = widget_key(server, firm.token)
    token = re.search(rb'data-token="([^"]+)"', ask(server, "GET", f"/w/{key}"))
    assert token
    visitor = {"X-Visitor": token[1].decode()}
    body = urlencode({"text": "Здравствуйте", "message_id": "1"}).encode()
    said = ask(server, "POST", f"/w/{key}/messages", body, Content_Type=FORM, **visitor)
    last = re.search(rb'data-last="(\d+)"', said)
    assert last
    poll = request("GET", f"/w/{key}/lines?after={last[1].decode()}", **visitor)
    return lambda client, turn: poll


def _made(server: Server, payload: Payload, requests: int, number: int) -> Result:
    return drive(server, payload, clients=32, requests=requests)


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


def _looked(server: Server, payload: Payload, requests: int, number: int = 0) -> Result:
    if number == 0:
        drive(server, payload, clients=4, requests=max(4, requests // 4))
    seen = drive(server, payload, clients=4, requests=requests)
    assert not seen.errors, seen.last[:200]
    return seen


def _on_the_wire(server: Server, firm: Firm, path: str) -> int:
    """Bytes of a page as a browser gets it: packed by us, or else as a proxy in front would."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"Cookie": firm.cookie, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    return len(body if answer.headers.get("Content-Encoding") else gzip.compress(body, 6))


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


def _floor_ms(house: House, size: int) -> float:
    """CPU of SQLite alone, when it makes the same list into one text."""
    columns = ("id", "company_id", "bot_user_id", "name", "phone", "city", "object_type", "area", "summary", "language",
               "status", "created_at", "phone_e164", "source", "lost_reason", "version", "updated_at")  # fmt: skip
    pairs = ", ".join(f"'{column}', {column}" for column in columns)
    query = f"SELECT json_group_array(json_object({pairs})) FROM leads WHERE company_id = {SIZES.index(size) + 1}"
    with sqlite3.connect(f"{house.server.folder}/leadbot.db") as connection:
        began = time.process_time()
        connection.execute(query).fetchone()
        return 1000 * (time.process_time() - began)
