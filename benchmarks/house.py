"""A copy of Leadbot with three companies of 100, 10,000 and 100,000 leads, as they come in ten years: 200 a week."""

from __future__ import annotations

import atexit
import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from random import Random
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, create_engine, func, insert, select

from benchmarks import servers
from benchmarks.load import Payload, request
from benchmarks.servers import Server
from benchmarks.turn import sign_up
from leadbot.database import counters
from leadbot.models import BotUser, Conversation, Lead, LeadEvent, LeadStatus, LostReason, Source

SIZES = (100, 10_000, 100_000)
BATCH = 5_000
DAYS = 3650
SOURCES = (Source.WIDGET, Source.WIDGET, Source.API, Source.TELEGRAM)
CITIES, OBJECTS = ("Алматы", "Астана", "Караганда", "Шымкент"), ("дом", "квартира", "баня", "офис")
NAMES = ("Канат", "Айгерім Төлегенова", "Марина Ким", "Болат")


@dataclass(frozen=True, slots=True)
class Firm:
    """A company of so many leads: its token of the API and its cookie of the pages."""

    token: str
    cookie: str

    def asks(self, path: str) -> Payload:
        """The same request of the API again and again."""
        wanted = request("GET", path, Authorization=f"Bearer {self.token}")
        return lambda client, turn: wanted

    def opens(self, path: str) -> Payload:
        """The same page again and again."""
        wanted = request("GET", path, Cookie=self.cookie)
        return lambda client, turn: wanted


@dataclass(frozen=True, slots=True)
class House:
    """The copy while it runs, and its companies by their size."""

    server: Server
    firms: dict[int, Firm]


@cache
def filled() -> House:
    """Started and filled once for all parts that look at it, stopped at the end of the run."""
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(servers.leadbot())
    firms = {size: _found(server, f"bench{size}@leadbot.example", size) for size in SIZES}
    return House(server, firms)


def _found(server: Server, email: str, size: int) -> Firm:
    token = sign_up(server, email)
    engine = create_engine(f"sqlite:///{server.folder}/leadbot.db")
    with engine.begin() as connection:
        _fill(connection, SIZES.index(size) + 1, size)
    engine.dispose()
    return Firm(token, _log_in(server, email))


def _fill(connection: Connection, company_id: int, size: int) -> None:
    first = (connection.scalar(select(func.max(Lead.id))) or 0) + 1
    chance, now = Random(size), datetime.now(UTC)
    moments = sorted(now - timedelta(minutes=chance.randrange(DAYS * 24 * 60)) for _ in range(size))
    connection.exec_driver_sql("PRAGMA cache_size = -400000")  # all of it in memory while it grows
    counters.take_away(connection)  # it would count row by row
    for start in range(first, first + size, BATCH):
        numbers = range(start, min(start + BATCH, first + size))
        made = [_lead(chance, company_id, n, moments[n - first]) for n in numbers]
        for model in (BotUser, Conversation, Lead, LeadEvent):
            connection.execute(insert(model.__table__), [row for each in made for row in each[model]])
    counters.put(connection)


def _lead(chance: Random, company_id: int, n: int, came: datetime) -> dict[Any, list[dict[str, Any]]]:
    """The rows of a client, the talk with him, his lead, and what happened to it: most have been moved once."""
    status = chance.choice(list(LeadStatus))
    own = {"company_id": company_id}
    phone = f"701{n:07}"
    client = {**own, "id": n, "source": chance.choice(SOURCES), "client_ref": f"c{n}", "created_at": came}
    talk = {
        **own, "id": n, "bot_user_id": n, "public_id": f"bench-{n}", "source": client["source"], "language": "ru",
        "known": {"asked": "contact", "facts": {"phone": {"value": "8" + phone, "seq": 3}}}, "lead_id": n,
        "message_count": 4, "created_at": came, "last_message_at": came,
    }  # fmt: skip
    lead = {
        **own, "id": n, "conversation_id": n, "bot_user_id": n, "source": client["source"], "status": status,
        "name": chance.choice(NAMES), "phone": "8" + phone, "phone_e164": "+7" + phone, "city": chance.choice(CITIES),
        "object_type": chance.choice(OBJECTS), "area": "150 м²", "area_m2": 150.0, "language": "ru",
        "summary": "Строительство дома с нуля, есть участок", "raised_at": came, "created_at": came, "updated_at": came,
        "rank": int(came.timestamp()) * 10**9 + n,
        "lost_reason": chance.choice(list(LostReason)) if status is LeadStatus.LOST else None,
    }  # fmt: skip
    created = {**own, "lead_id": n, "user_id": None, "kind": "created", "created_at": came}
    moved_at = came + timedelta(minutes=chance.randrange(240))
    moved = {**created, "user_id": company_id, "kind": "moved", "created_at": moved_at}
    happened = [created] if status is LeadStatus.NEW else [created, moved]
    return {BotUser: [client], Conversation: [talk], Lead: [lead], LeadEvent: happened}


def _log_in(server: Server, email: str) -> str:
    """The cookie of a person who has just logged in."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/login")
    shown = connection.getresponse()
    csrf = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', shown.read())
    assert csrf
    cookie = (shown.headers["Set-Cookie"] or "").partition(";")[0]
    form = urlencode({"email": email, "password": "bench-123", "csrf_token": csrf[1].decode()})
    head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", form, head)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    return (answer.headers["Set-Cookie"] or "").partition(";")[0]
