"""A new SECRET_KEY: what the one before has signed and sealed holds until it is dropped, and can be sealed anew."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest
from conftest import Api, Web, log_in_web
from flask import Flask
from making import csrf
from test_doctor import findings
from visiting import Visitor

from leadbot import create_app
from leadbot.accounts import encryption, users
from leadbot.bot import budget, publishing
from leadbot.config import Config, ConfigError
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Delivery

NEW = "n" * 48


def under(config: Config, *before: str) -> Flask:
    """The same copy after its key was changed."""
    return create_app(config.replace(secret_key=NEW, secret_key_fallbacks=before))


def test_sessions_tokens_visitors_and_forms_outlive_a_new_key(
    app: Flask, config: Config, almaty: Web, api_almaty: Api, key: str
) -> None:
    cookie = next(iter(almaty.client._cookies.values()))
    token = csrf(almaty.get("/settings/company").text)
    visitor = Visitor(app, key)
    for before, holds in (((config.secret_key,), True), (("o" * 48, config.secret_key), True), (("o" * 48,), False)):
        changed = under(config, *before)
        client = changed.test_client()
        client.set_cookie(cookie.key, cookie.value)
        assert (client.get("/settings/company").status_code == 200) is holds
        form = {"csrf_token": token, "morning_digest": "y"}
        assert (client.post("/settings/telegram", data=form).location == "/settings/telegram") is holds
        assert (changed.test_client().get("/api/leads", headers=api_almaty.headers).status_code == 200) is holds
        known = Visitor(changed, key, token=visitor.token)
        assert (known.say("Хочу дом").status_code == 200) is holds
    log_in_web(under(config), "manager@almaty.kz")


def test_doctor_seals_anew_and_the_old_key_can_go(app: Flask, config: Config, almaty: Web, api_astana: Api) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        owner = users.by_email("manager@almaty.kz")
        assert owner is not None
        publishing.set_key("sk-companys-own", by=owner)
        sealed = encryption.seal("Subject: x")
        for number, text in enumerate((sealed, "gAAAA from a client", "plain")):
            db.session.add(Delivery(event="reset", channel="email", target="a@b.kz", text=text, dedup_key=f"d{number}"))
        db.session.commit()
    changed = under(config, config.secret_key)
    assert findings(changed)["secret key"][0] == "warning"
    with changed.app_context():
        told = changed.test_cli_runner().invoke(args=["doctor", "--reseal"]).output
    assert "Sealed with the secret key of today: 2; opened by no key at hand: 1" in told
    alone = under(config)
    with alone.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert budget.own_key(db.session.get_one(Company, almaty.company_id)) == "sk-companys-own"
        texts = [row.text for row in db.session.query(Delivery).order_by(Delivery.id)]
        assert [encryption.opened(text) for text in texts] == ["Subject: x", None, None]
        assert texts[1:] == ["gAAAA from a client", "plain"]


def test_a_short_old_key_stops_the_start(config: Config) -> None:
    env = {"LEADBOT_DATA_DIR": str(config.data_dir), "SECRET_KEY_FALLBACKS": f"{NEW},short"}
    with (
        patch.dict(os.environ, env),
        pytest.raises(ConfigError, match="SECRET_KEY_FALLBACKS: must be keys of at least 32"),
    ):
        Config.from_env()
