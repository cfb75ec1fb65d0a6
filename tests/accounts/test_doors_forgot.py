"""Whoever asks for a new password learns nothing from how long the answer takes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Api, log_in_web
from flask import Flask
from flask.testing import FlaskClient

from leadbot.accounts import equal_time, passwords, users
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Delivery
from leadbot.web.accounts import join

KNOWN, UNKNOWN = "manager@almaty.kz", "nobody@almaty.kz"
LASTS = 0.3


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(smtp_url="smtp://127.0.0.1:9", mail_from="robot@leadbot.kz")


def asks(client: FlaskClient, email: str) -> float:
    """How many seconds the answer takes."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/forgot").text)
    assert found
    began = time.monotonic()
    answer = client.post("/forgot", data={"email": email, "csrf_token": found[1]})
    assert answer.status_code == 303 and answer.location == "/login"
    return time.monotonic() - began


def slowed(call: Callable[..., Any]) -> Callable[..., Any]:
    def slow(*args: Any, **more: Any) -> Any:
        time.sleep(LASTS / 2)
        return call(*args, **more)

    return slow


def test_a_known_address_takes_as_long_as_an_unknown_one(
    app: Flask, api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(join, "FORGOT_SECONDS", LASTS, raising=False)
    monkeypatch.setattr(passwords, "publish", slowed(passwords.publish))
    client = app.test_client()
    asks(client, UNKNOWN)  # templates are read
    known, unknown = asks(client, KNOWN), asks(client, UNKNOWN)
    assert min(known, unknown) >= LASTS
    assert abs(known - unknown) < LASTS / 2
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert db.session.query(Delivery).count() == 1


def test_a_member_who_asks_stays_logged_in(app: Flask, api_almaty: Api) -> None:
    web = log_in_web(app, KNOWN)
    asks(web.client, UNKNOWN)
    assert web.get("/settings/profile").status_code == 200


def test_no_transaction_waits_and_a_refusal_lasts_too(app: Flask, api_almaty: Api) -> None:
    began = time.monotonic()
    with app.app_context():
        with pytest.raises(ValueError, match="no"), equal_time.lasting(0.1):
            users.by_email(UNKNOWN)
            raise ValueError("no")
        assert not db.session().in_transaction()
        passwords.ask_for_reset(UNKNOWN)
    assert time.monotonic() - began >= 0.1
