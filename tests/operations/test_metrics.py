"""/metrics: the sums of this copy, for the operator alone, and nothing about anybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue
from flask import Flask
from flask.testing import FlaskClient
from making import set_company
from werkzeug.test import TestResponse

from leadbot import create_app
from leadbot.config import Config
from leadbot.database.session import db, utcnow
from leadbot.models import RunningCount
from leadbot.operations import metrics

TOKEN = "t" * 32
AFAR = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(metrics_token=TOKEN)


def ask(client: FlaskClient, **more: object) -> TestResponse:
    return client.get("/metrics", **more)


def numbers(text: str) -> dict[str, float]:
    found = re.findall(r"^(leadbot_\w+(?:\{[^}]*\})?) ([0-9.]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_an_empty_copy_has_numbers_too(stranger: FlaskClient) -> None:
    found = numbers(ask(stranger).text)
    assert found["leadbot_messages_received_total"] == 0
    assert found["leadbot_outbox_age_seconds"] == 0
    assert found['leadbot_deliveries{state="dead"}'] == 0


def test_talks_of_all_companies_are_summed_up(
    app: Flask, stranger: FlaskClient, api_almaty: Api, api_astana: Api
) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
    contract_dialogue(api_almaty)
    contract_dialogue(api_astana, phone="87010000001")
    found = numbers(ask(stranger).text)
    assert found["leadbot_messages_received_total"] == 8
    assert found['leadbot_messages_answered_total{engine="rules"}'] == 8
    assert found['leadbot_leads_total{source="api"}'] == 2
    assert found['leadbot_deliveries{state="pending"}'] == 1


def test_it_reads_as_prometheus_wants_it_and_tells_of_nobody(stranger: FlaskClient, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    answer = ask(stranger)
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) leadbot_[a-z_]+ .+|leadbot_[a-z_]+(\{[a-z]+="[a-z]+"\})? [0-9.]+', line)
    assert not re.search("Канат|7768|almaty|Алматы", answer.text)


def test_a_notice_that_nobody_carries_grows_old(
    app: Flask, stranger: FlaskClient, api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
    contract_dialogue(api_almaty)
    later = utcnow() + timedelta(minutes=5)
    monkeypatch.setattr(metrics, "utcnow", lambda: later)
    assert 299 < numbers(ask(stranger).text)["leadbot_outbox_age_seconds"] < 310


@over(
    [
        ({}, {"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({}, {"REMOTE_ADDR": "::1"}, 200),
        ({}, AFAR, 404),
        ({"X-Forwarded-For": "127.0.0.1"}, {"REMOTE_ADDR": "127.0.0.1"}, 404),
        ({"Forwarded": "for=1.2.3.4"}, {"REMOTE_ADDR": "127.0.0.1"}, 404),
        ({"Authorization": f"Bearer {TOKEN}"}, AFAR, 200),
        ({"Authorization": f"Bearer {TOKEN}x"}, AFAR, 404),
        ({"Authorization": "Bearer ключ".encode().decode("latin-1")}, AFAR, 404),
        ({"Authorization": TOKEN}, AFAR, 404),
    ],
    "headers, place, status",
)
def test_who_may_read_it(stranger: FlaskClient, headers: dict[str, str], place: dict[str, str], status: int) -> None:
    assert ask(stranger, headers=headers, environ_overrides=place).status_code == status


def test_without_a_token_there_is_none_to_guess(config: Config) -> None:
    client = create_app(config.replace(metrics_token=None)).test_client()
    for given in ("Bearer ", "Bearer None", ""):
        assert ask(client, headers={"Authorization": given}, environ_overrides=AFAR).status_code == 404


def count_on(app: Flask, monkeypatch: pytest.MonkeyPatch, after_minutes: int) -> RunningCount:
    """The worker's running count, so much later; that of messages."""
    later = utcnow() + timedelta(minutes=after_minutes)
    with app.app_context(), monkeypatch.context() as patched:
        patched.setattr(metrics, "utcnow", lambda: later)
        patched.setattr(metrics, "BATCH", 3)
        metrics.count_on()
        counted = db.session.get(RunningCount, "messages")
        assert counted
        return counted


def test_rows_are_counted_once_and_stay_counted(
    app: Flask, stranger: FlaskClient, api_almaty: Api, almaty: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract_dialogue(api_almaty)
    first = numbers(ask(stranger).text)
    assert count_on(app, monkeypatch, 0).upto_id == 0, "a lower number might still be on its way"
    assert count_on(app, monkeypatch, 5).upto_id == 0
    counted = count_on(app, monkeypatch, 11)
    assert (counted.upto_id, counted.counts) == (8, {"received": 4, "rules": 4})
    assert numbers(ask(stranger).text) == first
    contract_dialogue(api_almaty, "b", "87010000001")
    now = numbers(ask(stranger).text)
    assert now["leadbot_messages_received_total"] == 8
    assert now['leadbot_leads_total{source="api"}'] == 2
    assert [count_on(app, monkeypatch, minutes).upto_id for minutes in (22, 33)] == [8, 16]
    assert numbers(ask(stranger).text) == now


def test_a_number_that_is_given_again_is_counted_again(
    app: Flask, stranger: FlaskClient, api_almaty: Api, almaty: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract_dialogue(api_almaty)
    for minutes in (0, 11):
        count_on(app, monkeypatch, minutes)
    assert almaty.post("/leads/1/erase", {"confirm": "1"}).status_code == 303
    assert numbers(ask(stranger).text)["leadbot_messages_received_total"] == 4, "totals never fall"
    contract_dialogue(api_almaty, "b", "87010000001")
    found = numbers(ask(stranger).text)
    assert found["leadbot_messages_received_total"] == 8
    assert found['leadbot_leads_total{source="api"}'] == 2
