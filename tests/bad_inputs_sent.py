"""Who sends the bad inputs: a company with an owner at the API and at a browser, and a guest."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from conftest import Api, Web, log_in_web, sign_up_api
from flask import Flask
from flask.testing import FlaskClient
from making import put_leads
from visiting import token_in
from werkzeug.test import TestResponse

from leadbot import create_app
from leadbot.config import Config
from leadbot.conversations import voice
from leadbot.database import tenancy
from leadbot.database.session import db

GOOD = {"email": "manager@construction.kz", "password": "securepass123", "company_name": "СтройКомпания Алматы"}
REGISTER, LOGIN, CHAT = "/api/auth/register", "/api/auth/login", "/api/chat"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
OGG = b"OggS" + bytes(range(256)) * 8


def part(name: str, value: bytes) -> bytes:
    """One part of a body in MULTIPART."""
    return b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


@dataclass
class World:
    """`api` is anybody without cookies, `public` somebody at a copy whose PUBLIC_URL is https://leadbot.kz."""

    app: Flask
    api: FlaskClient
    web: Web
    own: Api
    public: FlaskClient
    secret: str

    @classmethod
    def begin(cls, app: Flask, config: Config) -> World:
        anybody = app.test_client(use_cookies=False)
        assert anybody.post(REGISTER, json=GOOD).status_code == 201
        own = sign_up_api(app, "owner@almaty.kz", "Алматы")
        web = log_in_web(app, "owner@almaty.kz")
        put_leads(app, own.company_id, 1, name="=1+1")
        named = create_app(config.replace(public_url="https://leadbot.kz"))
        return cls(app, anybody, web, own, named.test_client(), config.secret_key)

    @property
    def token(self) -> str:
        return self.own.token

    @property
    def bearer(self) -> dict[str, str]:
        return self.own.headers

    def send(self, path: str, body: bytes | None, kind: str | None) -> TestResponse:
        return self.api.post(path, data=body, content_type=kind)

    def say(self, user_id: str, text: str, key: str) -> TestResponse:
        return self.own.post(CHAT, data={"user_id": user_id, "text": text}, headers={"Idempotency-Key": key})

    def sound(self, data: bytes, name: str) -> TestResponse:
        fields = {"user_id": "speaks", "audio_file": (io.BytesIO(data), name)}
        return self.own.post(CHAT, data=fields, content_type="multipart/form-data")

    def with_full_disk(self) -> TestResponse:
        with patch.object(voice, "keep", side_effect=OSError(28, "No space left on device")):
            answer = self.sound(OGG, "a.ogg")
        assert answer.headers["Retry-After"]
        return answer

    def log_in_to(self, there: str) -> TestResponse:
        """Log in with this `next`: whoever is led elsewhere is led to the board."""
        client = self.app.test_client()
        page = client.get("/login", query_string={"next": there})
        token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        form = {"email": "owner@almaty.kz", "password": "test123", "csrf_token": token, "next": there}
        answer = client.post("/login", query_string={"next": there}, data=form)
        assert answer.location == "/board", (there, answer.location)
        return answer

    def visit(self, token: str) -> TestResponse:
        """Say something at the widget with somebody else's token."""
        keys = [self.own.get("/api/settings").json["widget_key"]]
        if token == "other":
            other = sign_up_api(self.app, "other-bot@b.kz", "Другие").get("/api/settings").json["widget_key"]
            token = token_in(self.api.get(f"/w/{other}").text)
        form = {"text": "Хочу дом", "message_id": "m1", "after": "0"}
        return self.api.post(f"/w/{keys[0]}/messages", data=form, headers={"X-Visitor": token})

    def leads(self) -> list[dict[str, Any]]:
        return list(self.own.get("/api/leads").json["leads"])

    def rows(self, kind: Any) -> list[Any]:
        """What is stored of all companies."""
        with self.app.app_context(), tenancy.all_companies():
            found = db.session.query(kind).all()
            db.session.expunge_all()
            return found

    def cells(self) -> list[str]:
        """Whatever stands in the file of the company's leads."""
        text = self.web.get("/leads/export.csv").data.decode("utf-8-sig")
        separator = max(",;\t", key=text.splitlines()[0].count)
        return [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
