"""A widget over its ceiling: nobody is turned away, the talk goes on without the model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles import OpenAIDouble
from doubles.model import eager
from flask import Flask
from modelled import house, leads, own
from sqlalchemy import select
from visiting import Visitor

from leadbot.accounts.limits import Limit, visitors
from leadbot.config import Config
from leadbot.database.session import db
from leadbot.models import Message

DIALOGUE = ("Хочу дом", "Алматы", "150 квадратов")


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(eager) as server:
        yield server


@pytest.fixture
def app(config: Config, double: OpenAIDouble) -> Iterator[Flask]:
    with house(config.replace(ratelimit_enabled=True), double) as app:
        yield app


@pytest.fixture(params=["ADDRESS", "BOT"])
def ceiling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages are let through to the model."""
    limit: Limit = getattr(visitors, request.param)
    monkeypatch.setattr(visitors, request.param, Limit(limit.name, "2 per hour"))


def lines() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.engine.is_not(None)).order_by(Message.id)))


def test_over_its_ceiling_the_talk_goes_on_without_the_model(app: Flask, double: OpenAIDouble, ceiling: None) -> None:
    visitor = Visitor(app, own().widget_key)
    assert visitor.talk(*DIALOGUE)
    thanks = visitor.talk("Канат, 87768776637")
    assert thanks == "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."
    assert [line.engine for line in lines()] == ["model", "model", "rules", "rules"]
    assert [line.engine_note for line in lines()] == [None, None, "model: spared", "model: spared"]
    assert len(double.requests) == 2
    assert [lead.phone for lead in leads()] == ["87768776637"]


def test_what_was_not_paid_for_is_not_counted(app: Flask, double: OpenAIDouble, ceiling: None) -> None:
    assert Visitor(app, own().widget_key).talk(*DIALOGUE)
    assert [line.tokens_in for line in lines()] == [500, 500, None]
    assert len(double.requests) == 2


def test_another_bot_is_still_led_by_the_model(
    app: Flask, double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadbot.accounts import users

    monkeypatch.setattr(visitors, "BOT", Limit("widget bot", "1 per hour"))
    first = own().widget_key
    db.session.remove()
    users.sign_up("owner@astana.kz", "test123", "Астана Ремонт")
    second = own().widget_key
    for key in (first, first, second):
        assert Visitor(app, key).say("Хочу дом").status_code == 200
    assert len(double.requests) == 2
