"""The log: one JSON object a line, which tells the request and the company, and nobody's phone, e-mail or key."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from flask.testing import FlaskClient

from leadbot import logs

Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(app: Flask) -> Iterator[Told]:
    """What has been logged so far."""
    screen = io.StringIO()
    handler = logging.StreamHandler(screen)
    handler.setFormatter(logs.Lines("json"))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in screen.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_fault_is_one_line_with_its_request_and_company(app: Flask, almaty: Web, told: Told) -> None:
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> None:
        raise ValueError("Канат +7 776 877-66-37, kanat@mail.kz\nWARNING forged line")

    with patch.dict(app.view_functions, {"web.settings.company": fail}):
        answer = almaty.client.get("/settings/company?q=87768776637", headers={"X-Request-ID": "trace-7"})
    assert answer.status_code == 500
    fault, answered = told()
    assert (fault["level"], fault["request"], fault["company"]) == ("error", "trace-7", almaty.company_id)
    assert "ValueError: Канат ***37, k***@mail.kz" in fault["error"]
    assert (
        answered.items() >= {"request": "trace-7", "method": "GET", "route": "/settings/company", "status": 500}.items()
    )


def test_what_changes_something_is_a_line_and_what_only_reads_is_none(api_almaty: Api, told: Told) -> None:
    contract_dialogue(api_almaty)
    lines = told()
    assert [(line["route"], line["status"], line["company"]) for line in lines] == [
        ("/api/chat", 200, api_almaty.company_id)
    ] * 4
    assert len({line["request"] for line in lines}) == 4 and all(line["ms"] >= 0 for line in lines)
    api_almaty.get("/api/leads")
    assert len(told()) == 4


def test_a_strangers_request_has_no_company_and_no_absurd_id(stranger: FlaskClient, told: Told) -> None:
    stranger.post(
        "/api/auth/login", data={"username": "a@b.kz", "password": "secret1"}, headers={"X-Request-ID": "a b"}
    )
    (line,) = told()
    assert "company" not in line and len(line["request"]) == 16 and "secret1" not in json.dumps(line)


def test_private_values_are_made_unreadable_and_others_are_not() -> None:
    hidden = {
        "8 776 877 66 37": "***37", "+7 (776) 877-66-37": "***37", "87768776637": "***37", "7768776637": "***37",
        "+998 90 123 45 67": "***67", "звоните 8(776)8776637!": "звоните ***37!",
        "to kanat.b@mail.kz failed": "to k***@mail.kz failed",
        "/bot123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe": "/bot***/getMe",
        "sk-abcdefghijklmnopqrst": "***", "Authorization: Bearer eyJhbGciOi.x.y": "Authorization: Bearer ***",
    }  # fmt: skip
    kept = (
        "2026-11-30 19:08:08", "row 1234567 of 99", "a talk of 1735660800.5 s", "127.0.0.1:8000", "chat -1001234567890",
        "sqlite 3.45.1", "0x7f8812345678", "10 485 760 bytes", "leases 30s",
    )  # fmt: skip
    assert {text: logs.masked(text) for text in hidden} == hidden
    assert [logs.masked(text) for text in kept] == list(kept)


def test_words_for_the_screen_cant_forge_a_line() -> None:
    record = logging.LogRecord("leadbot", logging.WARNING, "", 0, "said %s", ("a\n2026 ERROR b\x1b[2J",), None)
    assert logs.Lines("text").format(record).endswith(r"warning leadbot: said a\n2026 ERROR b\x1b[2J")
