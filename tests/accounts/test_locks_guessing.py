"""Guessing at passwords is slow however it is spread, and nobody's guesses shut a person out of his own devices."""

from __future__ import annotations

import pytest
from conftest import PASSWORD, Api
from flask import Flask, make_response
from flask.testing import FlaskClient
from test_api_bad_accounts import log_in
from test_web_auth import log_in as log_in_page
from test_web_auth import token

from leadbot import create_app
from leadbot.accounts.limits.entry import known_by
from leadbot.config import Config
from leadbot.database.session import db
from leadbot.web.accounts import devices

OWNER = "manager@almaty.kz"  # came in over the API from 127.0.0.1


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(ratelimit_enabled=True)


def guess(app: Flask, times: int, *, email: str = "", address: str = "") -> list[int]:
    """Wrong log-ins over the API: at one e-mail or always another, from one address or always another."""
    client = app.test_client(use_cookies=False)
    return [
        log_in(client, email or f"victim-{n}@b.kz", "wrong1", address or f"198.51.100.{n}").status_code
        for n in range(times)
    ]


def browser(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base = {**client.environ_base, "REMOTE_ADDR": address}
    return client


def test_one_address_tries_fifty_passwords_whatever_the_e_mails(app: Flask, api_almaty: Api) -> None:
    assert guess(app, 53, address="203.0.113.9") == [401] * 50 + [429] * 3
    refused = log_in_page(browser(app, "203.0.113.9"), OWNER)
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 900
    assert log_in_page(browser(app, "203.0.113.10"), OWNER).status_code == 303


def test_one_e_mail_is_guessed_at_thirty_times_wherever_from(app: Flask, api_almaty: Api) -> None:
    assert guess(app, 33, email=OWNER) == [401] * 30 + [429] * 3
    right = log_in(app.test_client(), OWNER, PASSWORD, "203.0.113.9")
    assert right.status_code == 429 and 900 < int(right.headers["Retry-After"]) <= 3600
    assert guess(app, 1, email="another@b.kz") == [401]


def test_the_owner_goes_on_at_an_address_he_has_come_in_from(app: Flask, api_almaty: Api) -> None:
    guess(app, 33, email=OWNER)
    guess(app, 53, address="127.0.0.1")
    assert log_in(app.test_client(), OWNER, PASSWORD).status_code == 200
    assert log_in_page(app.test_client(), OWNER).status_code == 303


def test_the_owner_goes_on_at_a_device_he_has_come_in_at(app: Flask, api_almaty: Api) -> None:
    device = browser(app, "203.0.113.5")
    assert log_in_page(device, OWNER).status_code == 303
    device.post("/logout", data={"csrf_token": _token(device)})
    guess(app, 11, email=OWNER, address="203.0.113.200")
    guess(app, 33, email=OWNER)
    guess(app, 53, address="203.0.113.200")
    device.environ_base["REMOTE_ADDR"] = "203.0.113.200"  # he travels, and guessers sit there too
    assert log_in_page(device, OWNER).status_code == 303


def test_a_known_device_guesses_no_faster_and_for_nobody_else(app: Flask, api_almaty: Api, api_astana: Api) -> None:
    device = browser(app, "203.0.113.5")
    log_in_page(device, OWNER)
    device.post("/logout", data={"csrf_token": _token(device)})
    assert [log_in_page(device, OWNER, "wrong-one").status_code for _ in range(11)] == [422] * 10 + [429]
    guess(app, 33, email="manager@astana.kz")
    device.environ_base["REMOTE_ADDR"] = "203.0.113.6"
    cookie = device.get_cookie(_cookie_of(app, OWNER))
    assert cookie is not None
    assert log_in_page(device, "manager@astana.kz").status_code == 429
    taken_over = browser(app, "203.0.113.6")
    taken_over.set_cookie(_cookie_of(app, "manager@astana.kz"), cookie.value)
    assert log_in_page(taken_over, "manager@astana.kz").status_code == 429


def test_a_right_log_in_of_ones_own_buys_no_guesses_at_others(app: Flask, api_almaty: Api) -> None:
    client = app.test_client()
    assert guess(app, 49, address="203.0.113.9") == [401] * 49
    assert log_in(client, OWNER, PASSWORD, "203.0.113.9").status_code == 200
    assert guess(app, 2, address="203.0.113.9") == [401, 429]


@pytest.mark.parametrize("public_url", [None, "https://leadbot.kz"])
def test_the_cookie_of_a_device_is_for_this_server_alone(config: Config, public_url: str | None) -> None:
    app = create_app(config.replace(public_url=public_url))
    with app.test_request_context("/"):
        devices.remember(OWNER)
        cookie = app.process_response(make_response("")).headers["Set-Cookie"]
        db.engine.dispose()
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=15552000" in cookie and "Path=/" in cookie
    assert ("Secure" in cookie) == cookie.startswith("__Host-") == bool(public_url)
    assert "almaty" not in cookie


def _token(client: FlaskClient) -> str:
    return token(client.get("/settings/profile").text)


def _cookie_of(app: Flask, email: str) -> str:
    return f"{app.config['SESSION_COOKIE_NAME']}-device-{known_by(email)[:16]}"
