"""The part of the bot's page that says whether the model answers: asked by a button, seen in the last turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Web
from doubles import OpenAIDouble
from doubles.model import refuse, say
from flask import Flask
from modelled import allow, set_bot
from sqlalchemy import select
from test_web_bot import HTMX, PAGE, as_role

from leadbot.accounts import encryption
from leadbot.conversations import chat
from leadbot.conversations.chat import Incoming
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Author, Conversation, Message, Role, Source

TRY = f"{PAGE}/model/try"


@pytest.fixture
def model(app: Flask, almaty: Web) -> Iterator[OpenAIDouble]:
    """The company's own model."""
    with OpenAIDouble(say("Где строим?")) as server:
        allow(app, server)
        with app.app_context():
            tenancy.act_for(almaty.company_id or 0)
            set_bot(model={"key": encryption.seal("sk-their-own"), "base_url": server.base_url, "model": "m-1"})
        yield server


def test_a_model_that_answers_is_shown_with_and_without_javascript(model: OpenAIDouble, almaty: Web) -> None:
    page = almaty.post(TRY)
    assert page.status_code == 200 and f"m-1 отвечает: {model.base_url}/chat/completions" in page.text
    assert '<form class="stack" id="bot"' in page.text, "the whole page"
    part = almaty.post(TRY, headers=HTMX)
    assert "m-1 отвечает" in part.text and "<html" not in part.text
    assert len(model.requests) == 2


def test_the_vendors_own_code_and_words_are_shown_and_the_key_is_not(model: OpenAIDouble, almaty: Web) -> None:
    model.usually = refuse(None, "<b>Bad key</b> sk-their-own " + "x" * 500, 401, "invalid_api_key")
    text = almaty.post(TRY, headers=HTMX).text
    assert "HTTP 401 invalid_api_key" in text and "&lt;b&gt;Bad key&lt;/b&gt; …" in text
    assert "sk-their-own" not in text and "x" * 300 not in text


def test_a_server_that_is_gone_is_told_in_the_readers_words(app: Flask, almaty: Web, model: OpenAIDouble) -> None:
    model.usually = say("поздно", drop=True)
    assert "сервер оборвал соединение" in almaty.post(TRY, headers=HTMX).text


def test_a_viewer_may_not_ask_and_sees_no_button(app: Flask, almaty: Web, model: OpenAIDouble) -> None:
    assert "Спросить нейросеть" in almaty.get(PAGE).text
    as_role(app, almaty, Role.VIEWER)
    assert "Спросить нейросеть" not in almaty.get(PAGE).text
    assert almaty.post(TRY).status_code == 403 and model.requests == []


def test_without_a_model_there_is_nothing_to_ask(almaty: Web) -> None:
    page = almaty.get(PAGE).text
    assert "Нейросеть не подключена" in page and "Спросить нейросеть" not in page
    assert "Спрашивать некого" in almaty.post(TRY, headers=HTMX).text


def test_a_lasting_failure_stands_on_the_page_until_the_model_answers(
    app: Flask, almaty: Web, model: OpenAIDouble
) -> None:
    model.usually = refuse("messages")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        for number in range(6):
            chat.receive(Incoming(Source.API, f"client-{number}", "Хочу дом"))
    page = almaty.get(PAGE).text
    assert "Нейросеть ответила на 0 из последних 6 сообщений" in page
    assert "HTTP 400 unsupported_parameter" in page
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        talk = db.session.scalars(select(Conversation)).first()
        assert talk is not None
        db.session.add(Message(conversation_id=talk.id, seq=99, author=Author.BOT, text="Где?", engine="model"))
        db.session.commit()
    assert "из последних" not in almaty.get(PAGE).text


def test_an_address_that_is_off_the_list_is_told_and_kept(app: Flask, almaty: Web) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        set_bot(model={"key": encryption.seal("sk-their-own"), "base_url": "https://model.example.kz/v1"})
    page = almaty.get(PAGE).text
    assert "больше не разрешён: https://model.example.kz/v1" in page
    assert 'value="https://model.example.kz/v1"' in page
