"""Signing up, logging in and out in a browser."""

from __future__ import annotations

import re

import pytest
from conftest import PASSWORD, Api, Web, log_in_web
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leadbot.accounts import users
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, User

EMAIL = "aigul@stroydom.kz"


def token(page: str) -> str:
    """The CSRF token of a page's forms."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def sign_up(client: FlaskClient, **changes: str) -> TestResponse:
    """Fill the sign-up in and send it."""
    data = {"company_name": "СтройДом", "email": EMAIL, "password": PASSWORD, **changes}
    return client.post("/signup", data={**data, "csrf_token": token(client.get("/signup").text)})


def log_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, to: str = "") -> TestResponse:
    """Fill the log-in in and send it."""
    data = {"email": email, "password": password, "next": to, "csrf_token": token(client.get("/login").text)}
    return client.post("/login", data=data)


def test_a_sign_up_leads_into_the_test_chat(stranger: FlaskClient) -> None:
    answer = sign_up(stranger)
    assert (answer.status_code, answer.location) == (303, "/chat")
    assert stranger.get("/settings/company").status_code == 200


def test_a_sign_up_asks_for_the_owners_name(app: Flask, stranger: FlaskClient) -> None:
    assert "Ваше имя" in stranger.get("/signup").text
    assert "а не адрес почты" in sign_up(stranger, name=EMAIL).text
    sign_up(stranger, name="Айгуль")
    with app.app_context():
        user = users.by_email(EMAIL)
        assert user is not None and user.name == "Айгуль"


def test_the_bot_knows_the_trade_from_the_first_minute(app: Flask, stranger: FlaskClient) -> None:
    form = stranger.get("/signup").text
    assert 'value="construction">Строительство' in form and 'value="windows"' in form
    assert sign_up(stranger, setup="nothing").status_code == 422
    sign_up(stranger, setup="windows")
    with app.app_context():
        user = users.by_email(EMAIL)
        assert user is not None and user.company.bot == {"setup": "windows"}
    assert "окна" in stranger.get("/chat").text.lower()


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_language_chosen_becomes_the_companys_and_the_persons(app: Flask, language: str) -> None:
    client = app.test_client()
    client.post("/language", data={"language": language, "csrf_token": token(client.get("/").text)})
    sign_up(client)
    with app.app_context():
        user = users.by_email(EMAIL)
        assert user is not None
        assert (user.language, user.company.language) == (language, language)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("company_name", "", "Напишите название компании"),
        ("company_name", "\u200b", "Заполните это поле"),
        ("company_name", "я" * 201, "Не больше 200 символов, сейчас 201"),
        ("email", "", "Заполните это поле"),
        ("email", "a@b", "нужен вид name@company.kz"),
        ("email", "a@b.kz\r\nBcc: c@d.kz", "Нужна одна строка"),
        ("password", "12345", "Пароль короче 6 символов"),
        ("password", "п" * 1025, "Пароль длиннее 1024 символов"),
    ],
)
def test_a_wrong_field_says_so_and_has_the_focus(stranger: FlaskClient, field: str, value: str, said: str) -> None:
    answer = sign_up(stranger, **{field: value})
    assert answer.status_code == 422
    assert said in answer.text
    control = re.search(rf'<input[^>]*name="{field}"[^>]*>', answer.text)
    assert control and 'aria-invalid="true"' in control.group() and "autofocus" in control.group()


def test_what_was_typed_is_kept_but_never_the_password(stranger: FlaskClient) -> None:
    page = sign_up(stranger, company_name='<b>"Дом"', email="nobody", password="secret-secret").text
    assert 'value="&lt;b&gt;&#34;Дом&#34;"' in page
    assert 'value="nobody"' in page
    assert "secret-secret" not in page


def test_all_wrong_fields_are_shown_at_once(stranger: FlaskClient) -> None:
    page = sign_up(stranger, company_name="", email="nobody", password="1").text
    assert page.count('aria-invalid="true"') == 3
    assert len(re.findall(r"<input[^>]*autofocus", page)) == 1


def test_an_address_that_has_an_account_is_told_so(stranger: FlaskClient, api_almaty: Api) -> None:
    answer = sign_up(stranger, email="MANAGER@almaty.kz ")
    assert answer.status_code == 422
    assert "Этот адрес уже зарегистрирован" in answer.text


def test_a_strange_name_is_stored_as_it_is(app: Flask, stranger: FlaskClient) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    sign_up(stranger, company_name=name)
    page = stranger.get("/settings/company").text
    assert "<script>alert(1)" not in page and "{{7*7}}" in page
    with app.app_context():
        user = users.by_email(EMAIL)
        assert user is not None and user.company.name == name


@pytest.mark.parametrize("password", ["wrong-one", "п" * 2000, "\x00"])
@pytest.mark.parametrize("email", ["manager@almaty.kz", "nobody@almaty.kz", "' OR 1=1--", "x" * 500])
def test_a_wrong_log_in_says_the_same_whatever_is_wrong(
    stranger: FlaskClient, api_almaty: Api, email: str, password: str
) -> None:
    answer = log_in(stranger, email, password)
    assert answer.status_code == 422
    assert "Неверная почта или пароль" in answer.text


def test_a_company_that_is_switched_off_is_out_at_once(app: Flask, almaty: Web, stranger: FlaskClient) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.get_one(Company, almaty.company_id).is_active = False
        db.session.commit()
    assert almaty.get("/settings/company").status_code == 303
    assert "Неверная почта или пароль" in log_in(stranger, "manager@almaty.kz").text


def test_a_session_ends_on_the_server_too(app: Flask, almaty: Web) -> None:
    name = app.config["SESSION_COOKIE_NAME"]
    copied = almaty.client.get_cookie(name)
    assert copied is not None
    assert almaty.post("/logout").location == "/login"
    thief = app.test_client()
    thief.set_cookie(name, copied.value)
    assert thief.get("/settings/company").status_code == 303


def test_logging_out_here_leaves_other_browsers_in(app: Flask, almaty: Web) -> None:
    other = log_in_web(app, "manager@almaty.kz")
    almaty.post("/logout")
    assert other.get("/settings/company").status_code == 200


def test_a_log_in_begins_a_new_session(app: Flask, api_almaty: Api) -> None:
    client = app.test_client()
    client.get("/login")
    before = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    old_token = token(client.get("/login").text)
    log_in(client, "manager@almaty.kz")
    after = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert before and after and before.value != after.value
    assert client.post("/logout", data={"csrf_token": old_token}).status_code == 400


def test_ending_all_sessions_of_a_person_ends_this_one(app: Flask, almaty: Web) -> None:
    with app.app_context():
        user = users.by_email("manager@almaty.kz")
        assert user is not None
        tenancy.act_for(user.company_id)
        db.session.get_one(User, user.id).token_version += 1
        db.session.commit()
    assert almaty.get("/settings/company").status_code == 303


class TestLimits:
    """Guessing is slowed down, and says for how long."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True)

    def test_the_eleventh_wrong_password_has_to_wait(self, stranger: FlaskClient, api_almaty: Api) -> None:
        for _ in range(10):
            assert log_in(stranger, "manager@almaty.kz", "wrong-one").status_code == 422
        answer = log_in(stranger, "manager@almaty.kz", PASSWORD)
        assert answer.status_code == 429
        assert "Слишком много попыток. Повторите через 15 мин" in answer.text
        assert int(answer.headers["Retry-After"]) > 0

    def test_the_owner_gets_in_from_elsewhere(self, app: Flask, stranger: FlaskClient, api_almaty: Api) -> None:
        for _ in range(11):
            log_in(stranger, "manager@almaty.kz", "wrong-one")
        elsewhere = app.test_client()
        elsewhere.environ_base = {**elsewhere.environ_base, "REMOTE_ADDR": "10.1.2.3"}
        assert log_in(elsewhere, "manager@almaty.kz").status_code == 303
