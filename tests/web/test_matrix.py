"""Every route, every id, everybody: who is let in says `test_roles.TABLE`, and no id but one's own is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from conftest import Api, contract_dialogue
from flask import Flask
from sqlalchemy import func, select
from test_roles import ENDS_THE_SESSION, MAY, WHO, Caller, ids, is_turned_away, routes
from test_sweep import without_id
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from leadbot.database import tenancy
from leadbot.database.session import Base, db
from leadbot.models import Conversation, Lead, Message, User

__all__ = ["ids"]  # a fixture

CANARY = "канарейка-7120"
# No rule of an id takes these, whoever asks: two ask.
ABSURD: dict[str, Any] = {"nought": 0, "negative": "-1", "words": "1;x", "nul": "%00", "text": "x"}
ODD: dict[str, Any] = {"absent": 999_999, "huge": 2**63, **ABSURD}
WORDS = {"key", "name", "field"}  # arguments that are no numbers
LEAST = 2000
# Every look at these leaves a trace of its own.
GROWS = {"web_sessions", "audit_entries", "running_counts", "one_time_links"}


class Asked(NamedTuple):
    """One request: `values` of the rule's arguments, what the odd one among them is, and which."""

    route: str
    rule: Rule
    method: str
    values: dict[str, Any]
    what: str
    odd: str = ""


@pytest.fixture
def theirs(app: Flask, api_astana: Api) -> dict[str, int]:
    """Ids of the other company, as far as it has something; what it lacks its owner asks of us."""
    contract_dialogue(api_astana, CANARY, "87071234567")
    with app.app_context():
        tenancy.act_for(api_astana.company_id)
        kinds = {"lead_id": Lead, "talk_id": Conversation, "message_id": Message, "user_id": User}
        return {name: db.session.scalars(select(kind.id)).first() for name, kind in kinds.items()}  # type: ignore[attr-defined]


def test_everybody_at_every_door_with_every_id(app: Flask, ids: dict[str, int], theirs: dict[str, int]) -> None:
    people = {
        "guest": Caller(app),
        "viewer": Caller(app, "the-viewer@almaty.kz"),
        "manager": Caller(app, "the-manager@almaty.kz"),
        "owner": Caller(app, "manager@almaty.kz"),
        "foreigner": Caller(app, "manager@astana.kz"),
    }
    before, wrong, tried, said = stored(app), [], Counter[str](), defaultdict(set)
    for asked in everything(app, ids, theirs):
        for who, caller in people.items():
            if is_done(who, asked) or (asked.what in ABSURD and who not in ("guest", "owner")):
                continue
            answer = caller.open(asked.rule, asked.method, asked.values)
            tried[who] += 1
            text = answer.data.decode("utf-8", "replace")
            if not is_right(who, asked, answer) or (who != "foreigner" and CANARY in text):
                wrong.append((who, asked.what, asked.route, asked.values, answer.status_code, text[:100]))
            if asked.what in ("absent", "own" if who == "foreigner" else "foreign"):
                words = [value for name, value in asked.values.items() if name in WORDS]
                said[who, asked.route, asked.odd if who != "foreigner" else "", *words].add(
                    without_id(text, 999_999, *range(30, 0, -1))
                )
    assert wrong == [], "\n".join(map(str, wrong))
    assert {key: len(texts) for key, texts in said.items() if len(texts) > 1} == {}  # foreign reads as absent
    assert stored(app) == before
    assert sum(tried.values()) >= LEAST and len(tried) == len(people), tried


def everything(app: Flask, ids: dict[str, int], theirs: dict[str, int]) -> Iterator[Asked]:
    """Each route with our own ids, and with each odd value in each place while the others are our own."""
    for route, rule, method in routes(app):
        own = {name: ids.get(name, 1) for name in rule.arguments}
        if route in ENDS_THE_SESSION or "filename" in own:
            continue
        yield Asked(route, rule, method, own, "own")
        for name in own:
            for what, value in (ODD | ({"foreign": theirs[name]} if name in theirs else {})).items():
                yield Asked(route, rule, method, {**own, name: value}, what, name)


def is_done(who: str, asked: Asked) -> bool:
    """Would it be carried out? That is the business of other tests: here ask those who are refused, or who look."""
    may = "everybody" if who == "guest" else WHO[asked.route]
    is_let_in = WHO[asked.route] == "everybody" or (who in MAY and may in MAY[who])
    names_something = any(isinstance(value, int) for value in asked.values.values())
    has_a_key = bool(WORDS & asked.values.keys())
    if who == "foreigner" and (asked.what == "foreign" or not names_something):
        return True  # his own
    return is_let_in and asked.method != "GET" and (asked.what == "own" or has_a_key)


def is_right(who: str, asked: Asked, answer: TestResponse) -> bool:
    """The rule that stands for a table of thousands of lines."""
    status, needed = answer.status_code, WHO[asked.route]
    if status >= 500:
        return False
    if needed == "everybody":
        return True
    if who == "guest":
        return is_turned_away(answer) or status in (400, 404, 405)
    if who == "foreigner":
        return status in (404, 405) or {"key", "name"} >= asked.values.keys()
    if needed not in MAY[who]:
        return status == 403 if asked.what == "own" else status in (403, 404, 405)
    if asked.what == "own":
        return status < 400 or (status == 404 and bool({"key", "name", "message_id"} & asked.values.keys()))
    return status in (404, 405)


def stored(app: Flask) -> dict[str, int]:
    """How many rows there are of everything."""
    with app.app_context(), tenancy.all_companies():
        return {
            table.name: db.session.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name not in GROWS
        }
