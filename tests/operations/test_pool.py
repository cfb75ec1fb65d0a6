"""A few connections serve many threads: nobody keeps one while he waits for something else, and a crowd is told to come
again in the manner of its door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import bcrypt
import pytest
from conftest import PASSWORD, Api, Web
from counting import statements
from doubles import OpenAIDouble
from doubles.model import say as says
from doubles.server import Answer, Request
from flask import Flask
from flask.testing import FlaskClient
from modelled import house, leads, say
from visiting import Visitor

from leadbot import state
from leadbot.config import Config
from leadbot.database import session as ground
from leadbot.database import tenancy
from leadbot.database.session import db, engine_options
from leadbot.models import BotUser, Source
from leadbot.operations import doctor, health

RUSSIAN = {"Accept-Language": "ru"}


@pytest.fixture
def config(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A small pool, and little patience."""
    monkeypatch.setattr(ground, "POOL_WAIT_SECONDS", 0.1)
    return config.replace(database_pool=2)


@contextmanager
def crowd(app: Flask) -> Iterator[None]:
    """Every connection of the pool is in use."""
    with app.app_context():
        engine = db.engine
    with ExitStack() as held:
        for _ in range(engine.pool.size()):  # type: ignore[attr-defined]
            held.enter_context(engine.connect())
        yield


def in_use(app: Flask) -> int:
    with app.app_context():
        return db.engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]


def log_in(browser: FlaskClient, email: str, password: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
    assert token
    answer = browser.post("/login", data={"email": email, "password": password, "csrf_token": token[1]})
    assert answer.status_code in {303, 422}, answer.status


def test_the_pool_never_grows_beyond_its_size() -> None:
    options = engine_options("postgresql+psycopg://x/y", 7)
    assert (options["pool_size"], options["max_overflow"], options["pool_pre_ping"]) == (7, 0, True)
    assert 1 <= options["pool_timeout"] < 12


def test_many_rows_are_written_by_short_statements(app: Flask, api_almaty: Api) -> None:
    """Each text is read by the net: one of a thousand rows takes it seconds."""
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        db.session.add_all(BotUser(source=Source.API, client_ref=f"c{number}") for number in range(250))
        with statements(app) as said:
            db.session.flush()
        db.session.rollback()
    assert max(map(len, said)) < 20_000


def test_the_api_says_in_json_when_to_come_again(app: Flask, api_almaty: Api) -> None:
    message, key = {"user_id": "c1", "text": "Хочу дом"}, {"Idempotency-Key": "1"}
    with crowd(app):
        refused = api_almaty.post("/api/chat", data=message, headers=key)
    assert (refused.status_code, refused.json) == (503, {"detail": "Service temporarily unavailable"})
    assert re.fullmatch(r"[1-9]\d*", refused.headers["Retry-After"])
    assert api_almaty.post("/api/chat", data=message, headers=key).json["response"] == "В каком городе?"


def test_a_log_in_in_the_crowd_succeeds_when_repeated(app: Flask, api_almaty: Api) -> None:
    login = {"username": "manager@almaty.kz", "password": PASSWORD}
    with crowd(app):
        refused = api_almaty.client.post("/api/auth/login", data=login)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert api_almaty.client.post("/api/auth/login", data=login).status_code == 200


def test_a_page_says_it_to_people(app: Flask, almaty: Web) -> None:
    with crowd(app):
        whole = almaty.get("/board", headers=RUSSIAN)
        part = almaty.get("/board", headers={**RUSSIAN, "HX-Request": "true"})
    for answer in (whole, part):
        assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/html", "2")
    assert "<html" in whole.text and "<html" not in part.text
    assert almaty.get("/board").status_code == 200


def test_the_widget_says_it_in_one_sentence(app: Flask, api_almaty: Api) -> None:
    visitor = Visitor(app, api_almaty.get("/api/settings").json["widget_key"])
    with crowd(app):
        refused = visitor.say("Хочу дом", message_id="1")
    assert (refused.status_code, refused.mimetype, refused.headers["Retry-After"]) == (503, "text/plain", "2")
    assert refused.text == "Сервис временно недоступен. Повторите через несколько секунд"
    assert visitor.say("Хочу дом", message_id="1").status_code == 200


def test_no_connection_is_kept_while_a_password_is_hashed(
    app: Flask, almaty: Web, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    hashing, checking = bcrypt.hashpw, bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "hashpw", lambda *given: seen.append(in_use(app)) or hashing(*given))
    monkeypatch.setattr(bcrypt, "checkpw", lambda *given: seen.append(in_use(app)) or checking(*given))
    for email, password in (
        ("manager@almaty.kz", PASSWORD),
        ("manager@almaty.kz", "wrong12"),
        ("nobody@x.kz", "x12345"),
    ):
        stranger.post("/api/auth/login", data={"username": email, "password": password})
        log_in(app.test_client(), email, password)
    account = {"email": "new@almaty.kz", "password": PASSWORD, "company_name": "Новая"}
    assert stranger.post("/api/auth/register", json=account).status_code == 201
    change = {"current": PASSWORD, "password": "another123"}
    assert almaty.post("/settings/password", change).status_code == 303
    assert len(seen) >= 7
    assert set(seen) == {0}


def test_no_connection_is_kept_while_a_model_thinks(config: Config) -> None:
    seen: list[int] = []

    def thinks(request: Request) -> Answer:
        seen.append(pool.checkedout())  # type: ignore[attr-defined]
        return says("Расскажите подробнее?")

    with OpenAIDouble(thinks) as double, house(config, double):
        pool = db.engine.pool
        assert say("Хочу дом", "в Алматы", "Канат, 87768776637").text
        assert len(leads()) == 1
    assert len(seen) >= 3
    assert set(seen) == {0}


def test_doctor_does_the_sum_of_connections(app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        found = {one.topic: one for one in doctor.examine()}
        if db.engine.dialect.name == "sqlite":
            assert "connections" not in found
            return
        allowed = health.connections_for_all()
        assert allowed and allowed > 6
        level, words = found["connections"].level, found["connections"].words
        assert level == doctor.OK
        assert "6 at most from this machine" in words and f"{(allowed - 5) // 6} such machines fit" in words
        monkeypatch.setattr(state.state_of(app), "config", config.replace(database_pool=allowed))
        [full] = [one for one in doctor.examine() if one.topic == "connections"]
        assert full.level == doctor.FAULT and f"set DATABASE_POOL to {(allowed - 5) // 3}" in full.words
