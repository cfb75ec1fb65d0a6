"""A house with a model: the application of a test on a scripted server, and talks through the whole chat service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import databases
from doubles import OpenAIDouble
from flask import Flask
from sqlalchemy import select

from leadbot import create_app, state
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.conversations import chat
from leadbot.conversations.chat import ChatReply, Incoming
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Lead, Source


@contextmanager
def house(config: Config, double: OpenAIDouble, **settings: Any) -> Iterator[Flask]:
    """The application with this model, a company signed up and acted for."""
    settings = {"openai_api_key": "key", "openai_timeout_seconds": 9, **settings}
    app = create_app(config.replace(openai_base_url=double.base_url, **settings))
    databases.share_compiled(app)
    with app.app_context():
        users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def say(*texts: str, ref: str = "client", **more: Any) -> ChatReply:
    """Send a client's messages one after the other; the last answer."""
    for text in texts:
        reply = chat.receive(Incoming(Source.API, ref, text, **more))
    return reply


def leads() -> list[Lead]:
    """The company's leads, first come first."""
    return list(db.session.scalars(select(Lead).order_by(Lead.id)))


def own() -> Company:
    """The company that is acted for."""
    return db.session.scalars(select(Company).where(Company.id == tenancy.acting_for())).one()


def set_bot(**values: Any) -> None:
    """What the company tells its bot, as it is stored."""
    company = own()
    company.bot = {**company.bot, **values}
    db.session.commit()


def allow(app: Flask, server: OpenAIDouble) -> None:
    """Whoever runs this copy lets companies name this server."""
    config = state.state_of(app).config
    state.state_of(app).config = config.replace(openai_allowed_hosts=(server.url.removeprefix("http://"),))
