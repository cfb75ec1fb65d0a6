"""Large bodies come in from those who may send them, and while the disk has room."""

from __future__ import annotations

import io
import shutil
from collections import namedtuple
from typing import Any

import pytest
from conftest import Api, Web, contract_dialogue, log_in_web
from flask import Flask
from visiting import Visitor

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Role, User
from leadbot.transfer import imports

OGG = b"OggS" + b"\0" * 200
LEADS = "Телефон;Имя\n87015554433;Дана\n".encode()
LARGE = 40 * 1024 * 1024
Usage = namedtuple("Usage", "total used free")


class Counted(io.RawIOBase):
    """A body of zeros that knows how much of it was asked for."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left, self.taken = self.left - count, self.taken + count
        return count


def send(client: Any, path: str, body: Counted, kind: str = "application/x-www-form-urlencoded", **headers: str) -> int:
    raw = {"wsgi.input": body, "CONTENT_LENGTH": str(body.left), "CONTENT_TYPE": kind}
    answer = client.post(path, headers=headers, environ_overrides=raw)
    return int(answer.status_code)


@pytest.fixture
def web(app: Flask, api_almaty: Api) -> Web:
    return log_in_web(app, "manager@almaty.kz")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**10, 10**10, 99 * 1024 * 1024))


@pytest.mark.parametrize("path", ["/leads/import", "/chat", "/leads/1/fields/name", "/api/chat", "/api/leads/1/move"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_strangers_body_is_not_taken_in(app: Flask, path: str, kind: str) -> None:
    body = Counted(LARGE)
    assert send(app.test_client(), path, body, kind) in {303, 401, 413}
    assert body.taken == 0


def test_a_viewer_sends_no_large_file(app: Flask, web: Web, api_almaty: Api) -> None:
    token = web.token()
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        db.session.query(User).one().role = Role.VIEWER
        db.session.commit()
    body = Counted(LARGE)
    assert send(web.client, "/leads/import", body, **{"X-CSRFToken": token}) in {403, 413}
    assert body.taken == 0


def test_who_may_write_sends_a_large_file(web: Web) -> None:
    sheet = LEADS + b"87015554434;" + b"x" * 1024 * 1024
    answer = web.post("/leads/import", {"file": (io.BytesIO(sheet), "leads.csv")})
    assert answer.status_code == 303 and "/leads/import/" in answer.location


def test_a_full_disk_takes_no_files(app: Flask, web: Web, api_almaty: Api, key: str, full_disk: None) -> None:
    assert web.post("/leads/import", {"file": (io.BytesIO(LEADS), "leads.csv")}).status_code == 503
    said = {"user_id": "c", "audio_file": (io.BytesIO(OGG), "v.ogg")}
    answer = api_almaty.post("/api/chat", data=said)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 60
    photo = (io.BytesIO(b"\xff\xd8\xff\xe0" + b"\0" * 200), "plan.jpg")
    assert Visitor(app, key).say("Вот план", file=photo).status_code == 503
    assert Visitor(app, key).say("Хочу дом").status_code == 200, "the same chat goes on in words"


def test_a_full_disk_takes_words_sign_ups_and_leads(app: Flask, api_almaty: Api, full_disk: None) -> None:
    contract_dialogue(api_almaty)
    assert api_almaty.get("/api/leads").json["total"] == 1
    assert api_almaty.patch("/api/leads/1", json={"name": "Айгуль"}).status_code == 200
    account = {"email": "new@almaty.kz", "password": "test123", "company_name": "Тест"}
    assert app.test_client().post("/api/auth/register", json=account).status_code == 201


def test_the_limit_of_an_import_is_what_its_room_is(web: Web) -> None:
    body = Counted(imports.MOST_BYTES + 1)
    assert send(web.client, "/leads/import", body, "multipart/form-data; boundary=b") == 413
    assert body.taken == 0
