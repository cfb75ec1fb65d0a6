"""The contract of sending a request again: docs/api-retries.md, line by line."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from conftest import Api, Later, contract_dialogue
from flask import Flask
from sqlalchemy import func, select
from test_api_docs import address, assert_fits, example_of, operations

from leadbot.config import Config
from leadbot.conversations import talks
from leadbot.database import session as ground
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Author, BotVersion, Conversation, Message, Source
from leadbot.transfer import erasure

WANT = {"user_id": "c1", "text": "Хочу дом"}
KEY = {"Idempotency-Key": "message-1"}


@pytest.fixture
def config(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr(ground, "POOL_WAIT_SECONDS", 0.05)
    return config.replace(database_pool=2)


def said(app: Flask, api: Api) -> int:
    """How many lines clients have said."""
    with app.app_context():
        tenancy.act_for(api.company_id)
        return db.session.scalar(select(func.count()).where(Message.author == Author.CLIENT)) or 0


def send(api: Api, key: dict[str, str] = KEY, **changes: Any) -> Any:
    return api.post("/api/chat", data={**WANT, **changes}, headers=key)


def test_a_message_sent_again_under_its_key_gets_the_stored_answer(app: Flask, api_almaty: Api) -> None:
    first = send(api_almaty)
    assert first.json["response"] == "В каком городе?"
    api_almaty.say("c1", "Алматы")
    again = send(api_almaty, text="  Хочу дом ")
    assert (again.status_code, again.json) == (200, first.json)
    assert said(app, api_almaty) == 2


def test_the_message_that_made_a_lead_says_so_again(api_almaty: Api) -> None:
    for text in ("Хочу дом", "Алматы", "150 квадратов"):
        api_almaty.say("c1", text)
    answers = [send(api_almaty, text="Канат, 87768776637").json for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["function_called"] == "register_lead"
    assert api_almaty.get("/api/leads").json["total"] == 1


def test_a_key_is_good_for_years(app: Flask, api_almaty: Api, later: Later) -> None:
    first = send(api_almaty)
    with app.app_context():
        later(days=365)
        token = api_almaty.client.post(
            "/api/auth/login", data={"username": "manager@almaty.kz", "password": "test123"}
        ).json["access_token"]
    assert send(replace(api_almaty, token=token)).json == first.json
    assert said(app, api_almaty) == 1


def test_a_key_is_free_when_the_talk_has_outlived_its_time(app: Flask, api_almaty: Api, later: Later) -> None:
    send(api_almaty)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        erasure.set_retention("30", by=db.session.scalars(select(erasure.User)).one())
    later(days=31)
    with app.app_context():
        assert erasure.expire() == 1
    assert said(app, api_almaty) == 0
    token = api_almaty.client.post(
        "/api/auth/login", data={"username": "manager@almaty.kz", "password": "test123"}
    ).json["access_token"]
    assert send(replace(api_almaty, token=token), text="Хочу баню").status_code == 200


def test_a_key_belongs_to_one_client(app: Flask, api_almaty: Api) -> None:
    assert [send(api_almaty, user_id=name).status_code for name in ("c1", "c2")] == [200, 200]
    assert said(app, api_almaty) == 2


def test_the_same_key_with_another_message_is_refused(app: Flask, api_almaty: Api) -> None:
    send(api_almaty)
    refused = send(api_almaty, text="Хочу баню")
    assert refused.status_code == 422
    [fault] = refused.json["detail"]
    assert fault["loc"] == ["header", "Idempotency-Key"]
    assert said(app, api_almaty) == 1


def test_a_refused_message_leaves_its_key_free(api_almaty: Api) -> None:
    assert send(api_almaty, text="").status_code == 422
    assert send(api_almaty).status_code == 200


def test_without_a_key_a_message_is_said_twice(app: Flask, api_almaty: Api) -> None:
    assert [send(api_almaty, key={}).status_code for _ in range(2)] == [200, 200]
    assert said(app, api_almaty) == 2


def test_a_message_that_is_being_answered_says_when_to_ask_again(app: Flask, api_almaty: Api, later: Later) -> None:
    document = api_almaty.get("/openapi.json").json
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        digest = talks.digest(WANT["text"], None)
        talk = talks.take(Source.API, "c1", KEY["Idempotency-Key"], digest).talk
        talks.hear(talk, WANT["text"], message_id=KEY["Idempotency-Key"], digest=digest)
        talks.hold(talk)
        db.session.commit()
    busy = send(api_almaty)
    assert (busy.status_code, busy.json) == (409, {"detail": "This message is being answered"})
    assert busy.headers["Retry-After"] == "2"
    assert_fits(document, document["paths"]["/api/chat"]["post"], busy)
    later(seconds=talks.LEASE_SECONDS + 1)  # who was answering has died
    assert send(api_almaty).json["response"] == "В каком городе?"
    assert said(app, api_almaty) == 1


def test_what_a_manager_has_not_answered_is_stored_once_and_then_the_bots(app: Flask, api_almaty: Api) -> None:
    api_almaty.say("c1", "Здравствуйте")
    hand_to(app, api_almaty, "manager")
    for _ in range(2):
        silent = send(api_almaty).json
        assert (silent["response"], silent["handled_by"]) == ("", "manager")
    assert said(app, api_almaty) == 2
    hand_to(app, api_almaty, "bot")
    assert send(api_almaty).json["response"] == "В каком городе?"
    assert said(app, api_almaty) == 2


def hand_to(app: Flask, api: Api, who: str) -> None:
    with app.app_context():
        tenancy.act_for(api.company_id)
        db.session.scalars(select(Conversation)).one().handled_by = who
        db.session.commit()


def test_who_was_slower_at_a_lead_is_shown_it_and_not_told_to_wait(api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    move = {"status": "in_progress", "version": 1}
    change = {"name": "Болат", "version": 2}
    for method, path, body in (("POST", "/api/leads/1/move", move), ("PATCH", "/api/leads/1", change)):
        first, again = (
            api_almaty.client.open(path, method=method, json=body, headers=api_almaty.headers) for _ in range(2)
        )
        assert (first.status_code, again.status_code) == (200, 409)
        assert again.json["lead"] == first.json
        assert "Retry-After" not in again.headers


def test_what_is_safe_to_repeat_changes_nothing_the_second_time(app: Flask, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    for path, body in (("/api/leads/1", {"name": "Болат"}), ("/api/settings", {"persona": "Айша"})):
        first, again = (api_almaty.patch(path, json=body) for _ in range(2))
        assert first.status_code == again.status_code == 200
        assert first.json == again.json
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        versions = db.session.scalar(select(func.count()).select_from(BotVersion))
        assert versions == 2, "what stood before, and the one change"
    account = {"email": "manager@almaty.kz", "password": "test123", "company_name": "СтройКомпания Алматы"}
    again = api_almaty.client.post("/api/auth/register", json=account)
    assert (again.status_code, again.json) == (400, {"detail": "Email already registered"})


def test_every_route_that_needs_the_database_says_when_to_come_again(app: Flask, api_almaty: Api) -> None:
    document = api_almaty.get("/openapi.json").json
    with app.app_context():
        engine = db.engine
    with ExitStack() as held:
        for _ in range(engine.pool.size()):  # type: ignore[attr-defined]
            held.enter_context(engine.connect())
        for method, path, told in operations(document):
            answer = asked(api_almaty, document, method, path, told)
            if path == "/health":
                assert answer.status_code == 200
                continue
            assert answer.status_code == 503, path
            assert int(answer.headers["Retry-After"]) >= 1
            assert told["responses"]["503"]["headers"]["Retry-After"] == {"$ref": "#/components/headers/Retry-After"}
            assert_fits(document, told, answer)


def asked(api: Api, document: dict[str, Any], method: str, path: str, told: dict[str, Any]) -> Any:
    """The answer to the document's own example."""
    kinds = told.get("requestBody", {"content": {}})["content"]
    more: dict[str, Any] = {}
    for kind in reversed(kinds):
        body = example_of(document, kinds[kind]["schema"])
        more = {"json": body} if kind == "application/json" else {"data": body, "content_type": kind}
    return api.client.open(address(path, told), method=method, headers=api.headers, **more)


def test_the_document_tells_of_keys_and_of_waiting(api_almaty: Api) -> None:
    document = api_almaty.get("/openapi.json").json
    chat = document["paths"]["/api/chat"]["post"]
    [key] = [one for one in chat["parameters"] if one["name"] == "Idempotency-Key"]
    assert "stored answer" in key["description"] and "as long as the message is kept" in key["description"]
    assert "Retry-After" in chat["responses"]["409"]["headers"]
    moved = document["paths"]["/api/leads/{lead_id}/move"]["post"]["responses"]["409"]
    assert "Retry-After" not in moved["headers"]
    assert "Trying again" in document["info"]["description"]
