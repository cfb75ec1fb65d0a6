"""The examples of the API's document are what was sent and answered here, by the story of a first day.

`UPDATE_EXAMPLES=1 pytest tests/api/test_api_examples.py` writes them anew.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databases
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leadbot.api import spec
from leadbot.conversations import hand_off, talks
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.leads import records, tasks
from leadbot.models import User
from leadbot.transfer import erasure

FORM, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.+][\d.+:]+)?")
CLIENT = {"user_id": "client_telegram_12345"}
BRIDGED = {
    "user_id": "77768776637", "text": "Хочу построить дом в Алматы", "phone": "+7 776 877 66 37", "name": "Канат",
    "channel": "whatsapp", "first_touch": {"utm_source": "google", "utm_campaign": "spring"},
}  # fmt: skip
OWNER = {"email": "manager@construction.kz", "password": "securepass123"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough: both write the same JSON, spaces aside."""
    return databases.ready("sqlite", tmp_path)


class Story:
    """Sends requests and keeps what they were and what came of them, by the name the document has for the route."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""
        self.kept: dict[str, dict[str, dict[str, Any]]] = {}
        self._name_of: Callable[[str, str], str] = lambda method, path: str(
            app.url_map.bind("localhost").match(path.partition("?")[0], method)[0]
        ).replace(".", "_")

    def __call__(self, method: str, path: str, status: int, kind: str = "", body: Any = None, **headers: str) -> Any:
        said = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent: dict[str, Any] = {"json": body} if kind == JSON else {"data": body, "content_type": kind or None}
        answer = self.client.open(path, method=method, headers={**said, **headers}, **sent)
        assert answer.status_code == status, (method, path, answer.text)
        kept = self.kept.setdefault(self._name_of(method, path), {"takes": {}, "gives": {}})
        if kind and status < 300:
            kept["takes"].setdefault(kind, {key: value for key, value in body.items() if isinstance(value, str | dict)})
        if answer.is_json:
            kept["gives"].setdefault(str(status), _settled(answer.json))
        return answer.json


def _settled(told: Any) -> Any:
    """Without what is another each time."""
    text = MOMENT.sub("2026-01-28T15:30:00", json.dumps(told, ensure_ascii=False))
    text = re.sub(r'"(eyJ[\w-]+)\.[\w.-]+"', r'"\1.eyJzdWIi.xyz"', text)
    text = re.sub(r'"code": "[\w-]{43}"', '"code": "hJ1uQv2y-AbCdEfGhIjKlMnOpQrStUvWxYz01234567"', text)
    return json.loads(re.sub(r'"wk_[\w-]+"', '"wk_3fCefA5Ib6xcx1wES5VRAg"', text))


def hand_off_to_aigul(app: Flask) -> None:
    """She has a name, takes the talk, writes, sets a call back and notes what was agreed on."""
    with app.app_context():
        tenancy.act_for(1)
        owner, talk = db.session.scalars(select(User)).one(), talks.get(1)
        owner.name = "Айгуль"
        db.session.commit()
        hand_off.take_over(talk, by=owner)
        hand_off.write(talk, "Здравствуйте, это Айгуль. Замер завтра в 11?", by=owner)
        lead = records.get(1)
        records.add_note(lead, "Ждёт смету до пятницы", by=owner)
        tasks.add(lead, utcnow(), "Перезвонить по смете", by=owner, to=owner)
        hand_off.give_back(talk, by=owner)


def erase_the_lead(app: Flask) -> None:
    """Its client wants to be forgotten."""
    with app.app_context():
        tenancy.act_for(1)
        erasure.erase(erasure.of_lead(records.get(1)), by=db.session.scalars(select(User)).one())


def test_the_examples_of_the_document_are_what_was_sent_and_answered(app: Flask) -> None:
    tell = Story(app)
    tell("POST", "/api/auth/register", 201, JSON, {**OWNER, "company_name": "СтройКомпания Алматы"})
    tell("POST", "/api/auth/register", 400, JSON, {**OWNER, "company_name": "СтройКомпания Алматы"})
    tell("POST", "/api/auth/register", 422, JSON, {"email": "manager", "password": "secure"})
    log_in = {"username": OWNER["email"], "password": OWNER["password"]}
    tell("POST", "/api/auth/login", 401, FORM, {**log_in, "password": "other"})
    tell("POST", "/api/auth/login", 422, FORM, {"username": OWNER["email"]})
    tell.token = tell("POST", "/api/auth/login", 200, FORM, log_in)["access_token"]
    tell("GET", "/api/auth/me", 200)
    tell("POST", "/api/chat", 200, MULTIPART, {**CLIENT, "text": "Хочу построить дом в Алматы"})
    tell("POST", "/api/chat", 200, FORM, {**CLIENT, "text": "150 квадратов"})
    tell("POST", "/api/chat", 200, JSON, BRIDGED)
    tell("POST", "/api/chat", 422, JSON, {"user_id": "77768776637", "text": "Да", "phone": "123"})
    tell("POST", "/api/chat", 415, MULTIPART, {**CLIENT, "audio_file": (io.BytesIO(b"<html>"), "voice.ogg")})
    tell("POST", "/api/chat", 200, JSON, {**CLIENT, "text": "Канат, 87768776637"})
    hand_off_to_aigul(app)
    tell("GET", f"/api/messages?user_id={CLIENT['user_id']}&after=4", 200)
    tell("GET", "/api/messages", 422)
    tell("POST", "/api/telegram/code", 200)
    tell("GET", "/api/leads?limit=1", 200)
    tell("GET", "/api/leads?limit=1_0", 422)
    tell("GET", "/api/leads/1", 200)
    tell("GET", "/api/leads/99", 404)
    version = tell("GET", "/api/leads/1", 200)["version"]
    change = {"name": "Қанат", "area": "160 м²", "version": version}
    version = tell("PATCH", "/api/leads/1", 200, JSON, change)["version"]
    tell("PATCH", "/api/leads/1", 422, JSON, {"nmae": "Канат"})
    tell("PATCH", "/api/leads/1", 409, JSON, {"name": "Канат", "version": 1})
    tell("POST", "/api/leads/1/move", 200, JSON, {"status": "in_progress", "version": version})
    tell("POST", "/api/leads/1/move", 409, JSON, {"status": "won", "version": version})
    tell("POST", "/api/leads/1/move", 422, JSON, {"status": "lost"})
    tell("GET", "/api/leads/1/history", 200)
    tell("GET", "/api/leads/1/messages?after=6", 200)
    tell("GET", "/api/leads/1/messages?limit=501", 422)
    erase_the_lead(app)
    tell("GET", "/api/leads/erased?after=0", 200)
    tell("GET", "/api/leads/erased?after=-1", 422)
    tell("GET", "/api/settings", 200)
    tell("PATCH", "/api/settings", 200, JSON, {"hours": "пн–пт 9:00–18:00", "tone": "friendly"})
    tell("PATCH", "/api/settings", 422, JSON, {"facts": [{"topic": "price", "text": {"ru": 5}}]})
    tell("GET", "/health", 200)
    tell("GET", "/ready", 200)
    written = json.dumps(tell.kept, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("UPDATE_EXAMPLES"):
        spec.EXAMPLES.write_text(written, "utf-8")
    assert json.loads(spec.EXAMPLES.read_text("utf-8")) == json.loads(written)
