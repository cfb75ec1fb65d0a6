"""Every answer of every door tells the browser what to refuse."""

from __future__ import annotations

from pathlib import Path

import databases
import pytest
from flask import Flask
from flask.testing import FlaskClient

from leadbot import create_app, headers
from leadbot.config import Config

RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough: headers are the same over any."""
    return databases.ready("sqlite", tmp_path)


def test_a_static_file_that_is_not_there(stranger: FlaskClient) -> None:
    assert stranger.get("/static/nowhere.css?v=1").status_code == 404
    assert stranger.options("/static/nowhere.css?v=1").status_code == 200


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Each route with each of its methods, ids filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.build({name: "x.css" if name == "filename" else 1 for name in rule.arguments}, append_unknown=False)
        assert path is not None
        found += [(method, path[1]) for method in rule.methods - {"HEAD"}]
    return found


def policy_of(answer_headers: dict[str, str]) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in answer_headers["Content-Security-Policy"].split(";"))


def test_every_route_bears_them(app: Flask, stranger: FlaskClient) -> None:
    for method, path in [*addresses(app), ("GET", "/nowhere"), ("GET", "/api/nowhere"), ("PUT", "/api/chat")]:
        answer = stranger.open(path, method=method)
        told = answer.headers
        assert "unsafe-" not in told["Content-Security-Policy"], path
        is_framed = path.startswith("/w/") and not path.endswith(".js")
        assert policy_of(told)["frame-ancestors"] == ("* file: capacitor: ionic:" if is_framed else "'none'"), path
        assert told["X-Content-Type-Options"] == "nosniff"
        assert is_framed or told["X-Frame-Options"] == "DENY"
        assert told["Referrer-Policy"] == "same-origin"
        assert told["Cross-Origin-Opener-Policy"] == "same-origin"
        if not path.startswith(("/static/", "/widget")):
            assert told["Cache-Control"] == "no-store", path


def test_the_policy_holds_all_that_was_agreed(stranger: FlaskClient) -> None:
    policy = policy_of(stranger.get("/health").headers)
    agreed = policy_of({"Content-Security-Policy": RULES})
    assert {directive: policy.get(directive) for directive in agreed} == agreed
    assert all("*" not in sources and "http" not in sources for sources in policy.values())


def test_a_page_may_ask_for_more_and_only_it_gets_it(app: Flask) -> None:
    @app.get("/framed")
    def framed() -> str:
        headers.allow("frame-ancestors", "'self' https://stroykz.kz")
        return "framed"

    client = app.test_client()
    told = client.get("/framed").headers
    assert policy_of(told)["frame-ancestors"] == "'self' https://stroykz.kz"
    assert "X-Frame-Options" not in told
    assert policy_of(client.get("/health").headers)["frame-ancestors"] == "'none'"


def test_only_https_is_promised_to_stay_https(config: Config, stranger: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in stranger.get("/health").headers
    secure = create_app(config.replace(public_url="https://leadbot.kz")).test_client()
    assert secure.get("/health").headers["Strict-Transport-Security"].startswith("max-age=")
