"""Letters that somebody else wishes for: few to one person, not many from a company; the link is never lost."""

from __future__ import annotations

import pytest
from conftest import Web
from flask import Flask
from flask.testing import FlaskClient
from making import csrf
from sqlalchemy import select
from test_team import TEAM, link_on
from werkzeug.test import TestResponse

from leadbot.accounts import limits
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Delivery

GUEST = "guest@example.kz"


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(smtp_url="smtp://127.0.0.1:1", mail_from="robot@leadbot.kz", ratelimit_enabled=True)


def invite(web: Web, email: str = GUEST) -> TestResponse:
    return web.post(f"{TEAM}/invitations", {"email": email, "role": "manager"})


def sent(app: Flask) -> list[str]:
    """To whom letters wait to go, of whatever company."""
    with app.app_context(), tenancy.all_companies():
        return list(db.session.scalars(select(Delivery.target).where(Delivery.channel == "email")))


def ask(client: FlaskClient, email: str) -> TestResponse:
    return client.post("/forgot", data={"email": email, "csrf_token": csrf(client.get("/forgot").text)})


def test_a_guest_gets_three_letters_a_day_and_the_owner_the_fourth_link(app: Flask, almaty: Web) -> None:
    for _ in range(3):
        assert invite(almaty).status_code == 303
        assert "one-time-link" not in almaty.get(TEAM).text
    assert invite(almaty, GUEST.upper()).status_code == 303
    page = almaty.get(TEAM).text
    assert "Письмо не отправлено" in page and "one-time-link" in page
    assert sent(app) == [GUEST] * 3


@pytest.mark.parametrize(
    ("language", "said"),
    [("ru", "Письмо не отправлено"), ("kk", "Хат жіберілмеді"), ("en", "No letter was sent")],
)
def test_the_link_that_no_letter_takes_works(app: Flask, almaty: Web, language: str, said: str) -> None:
    almaty.post("/language", {"language": language})
    for _ in range(4):
        invite(almaty)
    page = almaty.get(TEAM)
    assert said in page.text
    invite(almaty)
    assert app.test_client().get(link_on(almaty)).status_code == 200


def test_several_companies_send_no_more_to_one_guest(app: Flask, almaty: Web, astana: Web) -> None:
    for web in (almaty, astana, almaty, astana, almaty):
        invite(web)
    assert sent(app) == [GUEST] * 3


def test_a_company_sends_thirty_letters_a_day(app: Flask, almaty: Web, astana: Web) -> None:
    for number in range(32):
        assert invite(almaty, f"guest-{number}@example.kz").status_code == 303
    assert len(sent(app)) == 30
    invite(astana)
    assert len(sent(app)) == 31


@pytest.mark.parametrize("email", ["manager@almaty.kz", "nobody@example.kz"])
def test_the_fourth_reset_of_a_day_is_refused_to_anybody_alike(
    app: Flask, almaty: Web, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    monkeypatch.setattr("leadbot.accounts.limits.entry.RESETS", limits.Limit("no resets", "100 per hour"))
    assert [ask(stranger, email).status_code for _ in range(3)] == [303] * 3
    refused = ask(stranger, email)
    assert refused.status_code == 429 and 3600 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert "не больше трёх" in refused.text
    assert len(sent(app)) == (3 if "almaty" in email else 0)
