"""The installation's key has a ceiling: of each company, of all of them a day, and of new companies an hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import PASSWORD
from doubles import OpenAIDouble
from doubles.model import eager
from flask import Flask
from flask.testing import FlaskClient
from making import csrf
from modelled import allow, house, own, say, set_bot

from leadbot import create_app
from leadbot.accounts import companies, encryption, users
from leadbot.accounts.limits import money
from leadbot.bot import budget
from leadbot.config import Config
from leadbot.conversations.chat import ChatReply
from leadbot.database import tenancy
from leadbot.database.session import db

TURN = 520  # what the scripted model says a call has cost
DAY = budget.TURN_TOKENS + 2 * TURN  # room for three turns: a turn is let through while a whole one is left


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(eager) as server:
        yield server


@pytest.fixture
def app(config: Config, double: OpenAIDouble) -> Iterator[Flask]:
    with house(config, double, model_tokens_per_day=DAY) as app:
        yield app


def another_company(number: int) -> int:
    """Another company, acted for from now on."""
    return users.sign_up(f"owner-{number}@b.kz", PASSWORD, "Ещё одна").company_id


def talk(number: int) -> ChatReply:
    return say("Хочу дом", ref=f"client-{number}")


def test_all_companies_together_spend_no_more_than_the_installations_day(app: Flask, double: OpenAIDouble) -> None:
    for number in range(6):
        another_company(number)
        assert talk(number).text
    assert len(double.requests) == 3


def test_a_company_with_a_key_of_its_own_goes_on(app: Flask, double: OpenAIDouble) -> None:
    for number in range(5):
        talk(number)
    assert len(double.requests) == 3
    allow(app, double)
    set_bot(model={"key": encryption.seal("sk-own"), "base_url": double.base_url})
    talk(6)
    assert len(double.requests) == 4


def test_a_key_given_afterwards_takes_nothing_back(app: Flask, double: OpenAIDouble) -> None:
    for number in range(3):
        talk(number)
    set_bot(model={"key": encryption.seal("sk-own")})
    another_company(1)
    talk(4)
    assert len(double.requests) == 3


def test_a_new_day_begins_anew(app: Flask, double: OpenAIDouble, later: Any) -> None:
    for number in range(5):
        talk(number)
    later(days=1)
    talk(6)
    assert len(double.requests) == 4


def test_what_was_refused_or_never_asked_holds_nothing(app: Flask, double: OpenAIDouble) -> None:
    set_bot(budget={"company": 0})
    for number in range(5):
        talk(number)
    set_bot(budget={})
    ticket = budget.reserve(own(), None)
    assert ticket is not None
    budget.settle(ticket, None)
    assert money.reserve(DAY) is not None


def test_a_day_of_nothing_leaves_the_key_alone(config: Config, double: OpenAIDouble) -> None:
    with house(config, double, model_tokens_per_day=0):
        assert talk(1).text
    assert double.requests == []


def test_no_company_sets_its_budget_above_what_the_installation_gives(app: Flask) -> None:
    set_bot(budget={"company": 10**9})
    assert budget.budget(own())[0] == budget.COMPANY_TOKENS
    set_bot(budget={"company": 1000})
    assert budget.budget(own())[0] == 1000
    set_bot(budget={"company": 10**9}, model={"key": "sealed with another secret key"})
    assert budget.budget(own())[0] == budget.COMPANY_TOKENS
    set_bot(model={"key": encryption.seal("sk-own")})
    assert budget.budget(own())[0] == 10**9


def test_the_operator_allows_a_company_more_or_less(app: Flask) -> None:
    company_id = tenancy.acting_for() or 0
    for allowed in (5000, 3_000_000):
        companies.set_limits(company_id, {"day_tokens": allowed})
        set_bot(budget={})
        assert budget.budget(own())[0] == allowed
        set_bot(budget={"company": 10**9})
        assert budget.budget(own())[0] == allowed


class TestSignUps:
    """New companies from one address."""

    @pytest.fixture
    def app(self, config: Config) -> Iterator[Flask]:
        app = create_app(config.replace(ratelimit_enabled=True))
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    @staticmethod
    def register(client: FlaskClient, number: int, address: str = "127.0.0.1") -> Any:
        account = {"email": f"new-{number}@b.kz", "password": PASSWORD, "company_name": "Новая"}
        return client.post("/api/auth/register", json=account, environ_base={"REMOTE_ADDR": address})

    def test_the_twenty_first_in_an_hour_waits_at_both_doors(self, app: Flask) -> None:
        client = app.test_client()
        assert {self.register(client, number).status_code for number in range(20)} == {201}
        refused = self.register(client, 20)
        assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 3600
        form = {"email": "new-20@b.kz", "password": PASSWORD, "company_name": "Новая"}
        page = client.post("/signup", data={**form, "csrf_token": csrf(client.get("/signup").text)})
        assert page.status_code == 429 and 0 < int(page.headers["Retry-After"]) <= 3600
        assert "Слишком много попыток" in page.text
        assert self.register(client, 21, "203.0.113.7").status_code == 201

    def test_a_sign_up_that_came_to_nothing_is_not_counted(self, app: Flask) -> None:
        client = app.test_client()
        assert self.register(client, 0).status_code == 201
        assert {self.register(client, 0).status_code for _ in range(4)} == {400}
        assert {self.register(client, number).status_code for number in range(1, 20)} == {201}
