"""flask doctor: what is set up, what can be reached, what waits."""

from __future__ import annotations

import struct
import zoneinfo
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Api, contract_dialogue, sign_up_api
from doubles import OpenAIDouble, TelegramDouble
from doubles.model import FAULTS, refuse, say
from doubles.server import Answer, Request
from doubles.telegram import TOKEN
from flask import Flask
from making import set_company

from leadbot import create_app
from leadbot.config import Config
from leadbot.database.migrate import upgrade
from leadbot.database.session import utcnow
from leadbot.notifications.carriers import CARRIERS
from leadbot.operations import doctor, metrics

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "secret_key").write_text("k" * 48)
    (tmp_path / "secret_key").chmod(0o600)
    url = f"sqlite:///{tmp_path / 'leadbot.db'}"
    return Config(data_dir=tmp_path, secret_key="k" * 48, database_url=url, testing=True)


def made(config: Config) -> Flask:
    app = create_app(config)
    with app.app_context():
        upgrade()
    return app


def findings(app: Flask) -> dict[str, tuple[str, str]]:
    with app.app_context():
        return {
            one.topic: (one.level, one.words) for one in doctor.examine({each.name: each.probe for each in CARRIERS})
        }


def test_a_fresh_copy_is_well(config: Config) -> None:
    found = findings(made(config))
    assert {level for level, _ in found.values()} == {doctor.OK, doctor.WARNING}
    assert found["model"] == (doctor.OK, "no OPENAI_API_KEY: the embedded engine answers")
    assert found["outbox"] == (doctor.OK, "0 notices wait")
    assert found["database"][0] == doctor.OK and found["limits"][0] == doctor.OK


def test_a_database_without_tables_is_told_to_upgrade(config: Config) -> None:
    found = findings(create_app(config))
    assert found["database"][0] == doctor.WARNING and "flask upgrade" in found["database"][1]
    assert "outbox" not in found


def test_a_key_that_others_may_read_is_a_fault(config: Config) -> None:
    app = made(config)  # the start puts right what it may
    (config.data_dir / "secret_key").chmod(0o644)
    assert findings(app)["secret key"][0] == doctor.FAULT


def test_a_model_is_asked_for_one_tiny_answer_as_in_a_turn(config: Config) -> None:
    with OpenAIDouble(picky) as model:
        there = config.replace(openai_api_key="sk-secret", openai_base_url=model.base_url, openai_model="m-1")
        level, words = findings(made(there))["model"]
        assert (level, words) == (doctor.OK, f"m-1 at {model.base_url}/chat/completions answers")
        assert [sorted(request.json.keys() - {"model", "messages"}) for request in model.requests] == [
            ["max_tokens", "tools"], ["max_completion_tokens", "tools"],
        ]  # fmt: skip
        assert len(model.requests[0].body) < 4000


def picky(request: Request) -> Answer:
    return refuse("max_tokens") if "max_tokens" in request.json else say("Где строим?")


def test_a_model_that_fails_is_told_in_its_vendors_own_words(config: Config) -> None:
    said = "Incorrect API key provided: sk-secret. Also sk-sec****cret. " + "You can find your key there. " * 30
    with OpenAIDouble(refuse(None, said, 401, "invalid_api_key")) as model:
        there = config.replace(openai_api_key="sk-secret", openai_base_url=model.url + "/v2")
        level, words = findings(made(there))["model"]
        assert level == doctor.FAULT and "HTTP 404: no such path: /v2/chat/completions" in words
        assert "ends in /v1" in words
        there = there.replace(openai_base_url=model.base_url)
        level, words = findings(made(there))["model"]
    assert level == doctor.FAULT and "HTTP 401 invalid_api_key: Incorrect API key provided: …." in words
    assert "sk-sec" not in words and len(words) < 600
    gone = there.replace(openai_base_url="http://127.0.0.1:1/v1")
    level, words = findings(made(gone))["model"]
    assert level == doctor.FAULT and "no connection" in words and "sk-secret" not in words


def test_a_model_that_hangs_is_given_up(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.5)
    with OpenAIDouble(FAULTS["hang"]) as model:
        there = config.replace(openai_api_key="sk-secret", openai_base_url=model.base_url)
        level, words = findings(made(there))["model"]
    assert level == doctor.FAULT and ": timeout" in words


def test_telegram_says_which_bot_it_is(config: Config) -> None:
    with TelegramDouble() as telegram:
        there = config.replace(telegram_bot_token=TOKEN, telegram_api_url=telegram.url)
        assert findings(made(there))["telegram"] == (doctor.OK, "@leadbot_kz_bot")
        telegram.then(Answer(401, {"ok": False, "description": "Unauthorized"}))
        level, words = findings(made(there))["telegram"]
    assert level == doctor.FAULT and "Unauthorized" in words and TOKEN not in words


def test_notices_that_nobody_carries_are_a_fault(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made(config)
    api: Api = sign_up_api(app, "manager@almaty.kz", "Алматы")
    set_company(app, api.company_id, telegram_chat_id="-100123")
    contract_dialogue(api)
    assert findings(app)["outbox"] == (doctor.OK, "1 notices wait")
    later = utcnow() + timedelta(minutes=5)
    monkeypatch.setattr(metrics, "utcnow", lambda: later)
    level, words = findings(app)["outbox"]
    assert level == doctor.FAULT and "does the worker run" in words
    with app.app_context():
        told = app.test_cli_runner().invoke(args=["doctor"])
    assert told.exit_code == 1 and "FAULT    outbox" in told.output
    assert findings(app)["so far"] == (doctor.OK, "4 messages received, 4 answered, 1 leads")


def test_zone_data_from_before_2024_is_warned_of(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(app)["time zones"][0] == doctor.OK
    head = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    old = tmp_path / "zones" / "Asia" / "Almaty"
    old.parent.mkdir(parents=True)
    old.write_bytes(head + struct.pack(">lbb", 6 * 3600, 0, 0) + b"+06\0")
    zoneinfo.reset_tzpath([tmp_path / "zones"])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        level, words = findings(app)["time zones"]
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
    assert level == doctor.WARNING and "2024a" in words
