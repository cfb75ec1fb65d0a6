"""Nothing of a person's e-mail reaches a client, whatever door he writes through and whoever answers him."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Api, Web
from flask import Flask
from visiting import Visitor

from leadbot.conversations import canned, hand_off, talks
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Source, User

PARTS = ("tajnyj", "adresat", "pochta")  # of the address, and of nothing else


@pytest.fixture(params=["", "tajnyj@pochta.kz", "Tajnyj Adresat <tajnyj.adresat@pochta.kz>"])
def nameless(app: Flask, api_almaty: Api, request: pytest.FixtureRequest) -> str:
    """The owner has no name, or an address in its place as one could once set it."""
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        owner = db.session.query(User).one()
        owner.email, owner.name = "tajnyj.adresat@pochta.kz", request.param
        db.session.commit()
    return str(request.param)


def walk(visitor: Visitor, almaty: Web, api: Api, slug: str) -> Iterator[tuple[str, str]]:
    """All that clients are given, by door: before, while and after a person answers."""
    shop = visitor.app.test_client()
    yield "widget", visitor.say("Хочу дом в Алматы, 150 м²").text
    yield "call", visitor.ask("POST", f"/w/{visitor.key}/call", {"message_id": "c1"}).text
    yield "api", api.post("/api/chat", data={"user_id": "c", "text": "Хочу дом"}).text
    yield "page", shop.get(f"/c/{slug}").text
    token = shop.get(f"/c/{slug}").text.partition('name="visitor" value="')[2].partition('"')[0]
    yield "page said", shop.post(f"/c/{slug}", data={"text": "Хочу баню", "visitor": token, "message_id": "p1"}).text
    for talk_id in (1, 2, 3):
        almaty.post(f"/conversations/{talk_id}/take")
        almaty.post(f"/conversations/{talk_id}/messages", {"text": "Добрый день", "message_id": f"m{talk_id}"})
    yield "widget lines", visitor.lines().text
    yield "widget opened anew", visitor.open().text
    yield "site", visitor.client.get(f"/w/{visitor.key}/site.js").text
    yield "api silent", api.post("/api/chat", data={"user_id": "c", "text": "Вы тут?"}).text
    yield "page again", shop.post(f"/c/{slug}", data={"text": "Вы тут?", "visitor": token, "message_id": "p2"}).text
    for talk_id in (1, 2, 3):
        almaty.post(f"/conversations/{talk_id}/return")
    yield "widget after", visitor.lines().text
    yield "lead's talk", visitor.say("Меня зовут Канат, 87011234567").text
    yield "transcript", api.get("/api/leads/1/messages").text
    yield "consent", shop.get(f"/c/{slug}/consent").text


def test_no_door_gives_away_a_persons_address(
    app: Flask, nameless: str, almaty: Web, api_almaty: Api, key: str, slug: str
) -> None:
    said = dict(walk(Visitor(app, key), almaty, api_almaty, slug))
    wrong = {door: part for door, text in said.items() for part in PARTS if part in text.casefold()}
    assert not wrong
    assert 'data-manager="менеджер компании СтройКомпания Алматы"' in said["widget lines"]
    assert "Теперь вам отвечает менеджер компании СтройКомпания Алматы." in said["transcript"]


def test_a_ready_answer_names_no_address(app: Flask, nameless: str, api_almaty: Api) -> None:
    api_almaty.say("c", "Хочу дом")
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        owner, talk = db.session.query(User).one(), db.session.query(Conversation).one()
        assert talks.find(Source.API, "c") is not None
        canned.add("Кто вы", {"ru": "Меня зовут {manager}, чем помочь?"}, by=owner)
        (_answer, filled), *_ = canned.filled(talk, owner)
        assert filled == "Меня зовут менеджер, чем помочь?"
        for language, shown in (("ru", "менеджер компании"), ("kk", "компаниясының менеджері"), ("en", "a manager of")):
            assert shown in hand_off.shown_to_clients(owner, language)


def test_a_person_says_his_name_at_sign_up_and_later(app: Flask, almaty: Web, api_almaty: Api) -> None:
    made = api_almaty.client.post(
        "/api/auth/register",
        json={"email": "a@b.kz", "password": "test123", "company_name": "Дом", "name": " Айгуль Серікқызы "},
    )
    assert made.status_code == 201
    with app.app_context():
        tenancy.act_for(made.json["id"])
        assert db.session.query(User).one().name == "Айгуль Серікқызы"
    refused = almaty.post("/settings/profile", {"name": "manager@almaty.kz", "language": "ru", "theme": ""})
    assert (refused.status_code, "Напишите имя, каким его увидят клиенты" in refused.text) == (422, True)
    api_almaty.say("c", "Хочу дом")
    assert "Клиент видит: «менеджер компании СтройКомпания Алматы»" in almaty.get("/conversations/1").text
    almaty.post("/settings/profile", {"name": "Марат", "language": "ru", "theme": ""})
    page = almaty.get("/conversations/1").text
    assert "Клиент увидит: Марат." in page and "Указать имя" not in page
