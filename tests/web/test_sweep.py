"""Every route there is: another company's id is not found, and a guest gets in nowhere. A new route is covered too."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from werkzeug.routing import Rule

# Routes for everybody: pages before the log-in, documents, health, files.
PUBLIC = {
    "/", "/try", "/login", "/signup", "/language", "/health", "/ready", "/docs", "/redoc", "/openapi.json", "/status",
    "/join/<key>", "/forgot", "/reset/<key>", "/api/auth/register", "/api/auth/login", "/static/<path:filename>",
    "/metrics", "/manifest.webmanifest", "/sw.js", "/offline", "/w/<key>/site.js",
}  # fmt: skip
# The widget's door knows visitors by tokens and reads no cookies: see test_widget_gate.py.
VISITORS = ("/w/", "/c/", "/widget")
# What stands for an id that another company has, by the parameter's name.
THEIRS = {"user_id": 2}  # else 1
ABSURD: tuple[Any, ...] = (0, 10**6, 2**63, "-1", "1;", "%00", "x")


def rules(app: Flask, prefix: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(prefix) and rule.rule not in PUBLIC and not rule.rule.startswith("/static")
    ]


def address(rule: Rule, value: object) -> str:
    path = rule.rule
    for name in rule.arguments:
        converter = rule._converters[name]
        start = path.index("<")
        path = path[:start] + str(value) + path[path.index(">") + 1 :]
        assert converter is not None
    return path


def methods(rule: Rule) -> list[str]:
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


def without_id(text: str, *ids: object) -> str:
    text = re.sub(r"[\w-]{20,}\.[\w-]+\.[\w-]+", "TOKEN", text)  # the CSRF token bears the second it was made in
    for one in ids:
        text = text.replace(str(one), "ID")
    return text


@pytest.fixture
def their_ids(api_almaty: Api, api_astana: Api) -> set[int]:
    """Ids that are another company's: its lead, its talk, its messages."""
    contract_dialogue(api_almaty, "theirs")
    contract_dialogue(api_almaty, "theirs too", "87010000001")
    return {1, 2}


def test_another_company_finds_nothing_in_the_api(app: Flask, api_astana: Api, their_ids: set[int]) -> None:
    tried = 0
    for rule in rules(app, "/api/"):
        for method in methods(rule) if rule.arguments else ():
            theirs, absent = (
                api_astana.client.open(
                    address(rule, value),
                    method=method,
                    headers=api_astana.headers,
                    json={"status": "won", "version": 1},
                )
                for value in (1, 999_999)
            )
            assert theirs.status_code == 404, (rule.rule, method, theirs.text)
            assert theirs.data == absent.data
            tried += 1
    assert tried >= 3


def test_another_company_finds_nothing_on_the_pages(app: Flask, astana: Web, their_ids: set[int]) -> None:
    tried, token = 0, astana.token()
    for rule in rules(app, "/"):
        if rule.rule.startswith("/api/") or not rule.arguments:
            continue
        for method in methods(rule):
            form = {"csrf_token": token, "status": "won", "version": "1", "text": "x"} if method != "GET" else None
            id_ = max(THEIRS.get(name, 1) for name in rule.arguments)
            theirs, absent = (
                astana.client.open(address(rule, value), method=method, data=form) for value in (id_, 999_999)
            )
            assert theirs.status_code == 404, (rule.rule, method, theirs.status_code)
            assert without_id(theirs.text, 999_999, 1, 2) == without_id(absent.text, 999_999, 1, 2)
            tried += 1
    assert tried >= 8


def test_absurd_ids_are_not_found(app: Flask, almaty: Web, api_almaty: Api) -> None:
    token = almaty.token()
    for rule in rules(app, "/"):
        for value in ABSURD if rule.arguments else ():
            for method in methods(rule):
                path = address(rule, value)
                if rule.rule.startswith("/api/"):
                    answer = api_almaty.client.open(
                        path, method=method, headers=api_almaty.headers, json={"status": "won", "version": 1}
                    )
                else:
                    form = {"csrf_token": token, "status": "won", "version": "1"} if method != "GET" else None
                    answer = almaty.client.open(path, method=method, data=form)
                assert answer.status_code in {404, 405}, (path, method, answer.status_code)


def test_a_guest_is_led_to_the_login(app: Flask) -> None:
    guest = app.test_client()
    for rule in rules(app, "/"):
        if rule.rule.startswith(("/api/", *VISITORS)) or "GET" not in rule.methods:
            continue
        answer = guest.get(address(rule, 1))
        assert answer.status_code in {302, 303}, (rule.rule, answer.status_code)
        assert answer.location.startswith("/login"), (rule.rule, answer.location)


def test_without_a_token_the_api_says_so(app: Flask) -> None:
    guest = app.test_client()
    for rule in rules(app, "/api/"):
        for method in methods(rule):
            answer = guest.open(address(rule, 1), method=method)
            assert answer.status_code == 401, (rule.rule, method)
            assert json.loads(answer.data) == {"detail": "Not authenticated"}
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_state_is_changed_without_the_csrf_token(app: Flask, almaty: Web) -> None:
    for rule in rules(app, "/"):
        if rule.rule.startswith(("/api/", *VISITORS)) or "POST" not in rule.methods:
            continue
        assert almaty.client.post(address(rule, 1)).status_code in {400, 403}, rule.rule


def test_a_canary_of_one_company_is_in_no_page_of_the_other(app: Flask, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "канарейка-7120", "87071234567")
    for rule in rules(app, "/"):
        if rule.arguments or "GET" not in rule.methods or rule.rule.startswith("/api/"):
            continue
        text = astana.get(rule.rule).data.decode("utf-8", "replace")
        assert "канарейка-7120" not in text
        assert "7071234567" not in text.replace("\u00a0", "").replace(" ", "")
