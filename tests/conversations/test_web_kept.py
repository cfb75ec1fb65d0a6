"""A form that was sent after the session had ended comes back after the log-in, to the person who wrote it only."""

from __future__ import annotations

import html
import re

import pytest
from conftest import PASSWORD, Api, Web, contract_dialogue, log_in_web
from flask import Flask
from werkzeug.test import TestResponse

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import WebSession

HTMX = {"HX-Request": "true"}
TYPED = "Хочет <b>газоблок</b>, звонить после шести"


@pytest.fixture
def lead(api_almaty: Api) -> int:
    contract_dialogue(api_almaty)
    return 1


def end(app: Flask, web: Web, how: str) -> None:
    """The session ends: on the server, in the browser, or by logging out in another tab."""
    if how == "server":
        with app.app_context():
            tenancy.act_for(web.company_id)
            db.session.query(WebSession).delete()
            db.session.commit()
    elif how == "browser":
        for cookie in list(web.client._cookies.values()):
            web.client.delete_cookie(cookie.key, domain=cookie.domain, path=cookie.path)
    else:
        web.post("/logout")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else ""


def log_in(web: Web, page: str, email: str = "manager@almaty.kz") -> TestResponse:
    """Log in with the form of this very page."""
    form = {name: hidden(page, name) for name in ("csrf_token", "next", "kept")}
    return web.client.post("/login", data={**form, "email": email, "password": PASSWORD})


@pytest.mark.parametrize("how", ["server", "browser", "logout"])
def test_what_was_typed_comes_back_and_can_be_sent(app: Flask, almaty: Web, lead: int, how: str) -> None:
    token = almaty.token()
    end(app, almaty, how)
    stopped = almaty.client.post("/leads/1/notes", data={"csrf_token": token, "text": TYPED})
    assert stopped.status_code == 401
    assert "введённое сохранится" in stopped.text and 'name="password"' in stopped.text
    wrong = almaty.client.post(
        "/login",
        data={"csrf_token": hidden(stopped.text, "csrf_token"), "kept": hidden(stopped.text, "kept"),
              "email": "manager@almaty.kz", "password": "wrong1"},
    )  # fmt: skip
    page = log_in(almaty, wrong.text).text
    assert html.escape(TYPED) in page and 'action="/leads/1/notes"' in page
    form = {"csrf_token": hidden(page, "csrf_token"), "text": TYPED}
    assert almaty.client.post("/leads/1/notes", data=form).status_code == 303
    assert html.escape(TYPED) in almaty.get("/leads/1").text


def test_nobody_else_sees_it(app: Flask, almaty: Web, astana: Web, lead: int) -> None:
    token = almaty.token()
    end(app, almaty, "browser")
    stopped = almaty.client.post("/leads/1/notes", data={"csrf_token": token, "text": TYPED})
    other = log_in(almaty, stopped.text, "manager@astana.kz")
    assert other.status_code == 303
    assert "газоблок" not in almaty.get(other.location).text


@pytest.mark.parametrize("token", ["", "x", "ImFiYy4xIg.aa.bb"])
def test_a_strangers_form_is_not_kept(app: Flask, almaty: Web, lead: int, token: str) -> None:
    end(app, almaty, "browser")
    answer = almaty.client.post("/leads/1/notes", data={"csrf_token": token, "text": TYPED})
    assert (answer.status_code, answer.location) == (303, "/login")


def test_secrets_and_what_is_not_typed_are_left_out(app: Flask, almaty: Web, lead: int) -> None:
    token = almaty.token()
    end(app, almaty, "browser")
    form = {"csrf_token": token, "password": "secret secret secret secret", "new_password": "x" * 30, "key": "k" * 30}
    assert almaty.client.post("/settings/password", data=form).status_code == 303
    stopped = almaty.client.post("/settings/company", data={**form, "company_name": "Новое имя", "language": "kk"})
    page = log_in(almaty, stopped.text).text
    assert 'value="Новое имя"' in page and hidden(page, "language") == "kk"
    assert "secret secret" not in page and "k" * 30 not in page


def test_a_forged_seal_opens_nothing(app: Flask, almaty: Web, lead: int) -> None:
    end(app, almaty, "browser")
    page = almaty.get("/login").text
    form = {"csrf_token": hidden(page, "csrf_token"), "kept": "eyJ1c2VyIjoxfQ.x.y", "email": "manager@almaty.kz"}
    answer = almaty.client.post("/login", data={**form, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/board")


def test_htmx_is_led_to_the_login_and_back_to_where_the_form_stood(app: Flask, almaty: Web, lead: int) -> None:
    token = almaty.token()
    end(app, almaty, "server")
    headers = {**HTMX, "X-CSRFToken": token, "HX-Current-URL": "http://localhost/leads/1"}
    note = almaty.client.post("/leads/1/notes", data={"text": TYPED}, headers=headers)
    assert note.headers["HX-Redirect"] == "/login?next=/leads/1"
    field = almaty.client.post("/leads/1/fields/name", data={"value": TYPED}, headers=headers)
    assert field.headers["HX-Redirect"] == "/login?next=/leads/1/fields/name"
    assert almaty.client.get("/board/live", headers=headers).status_code == 286


def test_the_token_of_a_session_still_guards_it(app: Flask, almaty: Web, astana: Web, lead: int) -> None:
    assert almaty.client.post("/leads/1/notes", data={"csrf_token": astana.token(), "text": "x"}).status_code == 400
    second = log_in_web(app, "manager@almaty.kz")
    assert second.client.post("/leads/1/notes", data={"csrf_token": almaty.token(), "text": "x"}).status_code == 400
