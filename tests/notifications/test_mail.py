"""Letters: what they say in three languages, how they travel, and that no link in them can be read out of a table."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Web, config_from
from doubles.smtp import SmtpDouble, own_certificate
from flask import Flask
from making import carry
from sqlalchemy import select

from leadbot import jobs, state
from leadbot.config import Config, ConfigError
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import DeliveryError
from leadbot.events import PasswordChanged, PasswordResetAsked, publish
from leadbot.models import Company, Delivery, DeliveryState, User
from leadbot.notifications.carriers import at_work
from leadbot.notifications.carriers.email.send import EmailSender
from leadbot.outbox import deliveries

LETTER = "Subject: Hello\nTo: aigul@example.kz\n\nBody\n"


@pytest.fixture
def smtp() -> Iterator[SmtpDouble]:
    with SmtpDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, smtp: SmtpDouble) -> Config:
    return config.replace(smtp_url=smtp.url, mail_from="Leadbot <robot@leadbot.kz>")


def rows(app: Flask, web: Web) -> list[Delivery]:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        found = list(db.session.scalars(select(Delivery)))
        db.session.expunge_all()
        return found


def bodies(letter: EmailMessage) -> tuple[str, str]:
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize(
    ("language", "subject", "label"),
    [
        ("ru", "Приглашение в компанию «Ас & Ко» <b>", "Принять приглашение"),
        ("kk", "«Ас & Ко» <b> компаниясына шақыру", "Шақыруды қабылдау"),
        ("en", "Invitation to «Ас & Ко» <b>", "Accept the invitation"),
    ],
)
def test_an_invitation_travels_plain_and_as_html(
    app: Flask, almaty: Web, smtp: SmtpDouble, language: str, subject: str, label: str
) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        own = db.session.scalars(select(Company)).one()
        own.name, own.language = "«Ас & Ко» <b>", language
        db.session.commit()
    answer = almaty.post("/settings/team/invitations", {"email": "new@example.kz", "role": "manager"})
    assert (answer.status_code, answer.location) == (303, "/settings/team")
    carry(app)
    (letter,) = smtp.letters
    plain, html = bodies(letter)
    assert (letter["Subject"], letter["To"], letter["From"]) == (
        subject,
        "new@example.kz",
        "Leadbot <robot@leadbot.kz>",
    )
    assert label in plain and label in html and "<b> " not in html.replace("&lt;b&gt;", "")
    link = re.search(r"http://\S+/join/[\w-]{40,}", plain)
    assert link and link.group() in html
    assert smtp.envelopes == [("robot@leadbot.kz", ["new@example.kz"])]


def test_a_waiting_letter_bears_its_link_sealed_and_a_sent_one_not_at_all(
    app: Flask, almaty: Web, smtp: SmtpDouble
) -> None:
    almaty.post("/settings/team/invitations", {"email": "new@example.kz", "role": "viewer"})
    (row,) = rows(app, almaty)
    assert row.text and "join" not in row.text and "Subject" not in row.text
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.state, row.text) == (DeliveryState.SENT, "")


@pytest.mark.parametrize(("said", "state"), [("550 No such user", "dead"), ("450 Greylisted", "pending")])
def test_who_never_takes_it_is_given_up_at_once(
    app: Flask, almaty: Web, smtp: SmtpDouble, said: str, state: str
) -> None:
    smtp.refuses["new@example.kz"] = said
    almaty.post("/settings/team/invitations", {"email": "new@example.kz", "role": "viewer"})
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.state.value, row.last_error) == (state, said)


def test_a_letter_sealed_with_another_key_is_given_up(app: Flask, almaty: Web, smtp: SmtpDouble) -> None:
    almaty.post("/settings/team/invitations", {"email": "new@example.kz", "role": "viewer"})
    state.state_of(app).config = state.state_of(app).config.replace(secret_key="z" * 48)
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.state, smtp.letters) == (DeliveryState.DEAD, [])
    assert row.last_error and "SECRET_KEY" in row.last_error


def test_a_refused_letter_is_for_good(smtp: SmtpDouble) -> None:
    smtp.answers_data = "554 Looks like spam"
    with pytest.raises(DeliveryError, match="554 Looks like spam") as caught:
        EmailSender(smtp.url).send("aigul@example.kz", LETTER)
    assert caught.value.permanent


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeliveryError, match="can't be reached") as caught:
        EmailSender(f"smtp://127.0.0.1:{port}").send("aigul@example.kz", LETTER)
    assert not caught.value.permanent


def test_a_login_is_used_and_a_wrong_one_is_the_operators_to_mend() -> None:
    with SmtpDouble(wants_login=True) as smtp:
        EmailSender(smtp.url_with_login).send("aigul@example.kz", LETTER)
        assert smtp.letters[0]["From"] == "robot@leadbot.kz"
        wrong = EmailSender(smtp.url_with_login.replace("mail", "wrong"))
        with pytest.raises(DeliveryError, match="check SMTP_URL") as caught:
            wrong.send("aigul@example.kz", LETTER)
        assert not caught.value.permanent and "wrong" not in str(caught.value) + repr(wrong)


def test_nothing_goes_over_a_bare_line(smtp: SmtpDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbot.notifications.carriers.email.send.LOOPBACK", set())
    for url in (smtp.url, smtp.url_with_login):
        with pytest.raises(DeliveryError, match="no encryption"):
            EmailSender(url).send("aigul@example.kz", LETTER)
    assert smtp.said == []
    EmailSender(f"{smtp.url}?tls=no", "robot@leadbot.kz").send("aigul@example.kz", LETTER)
    assert smtp.said == ["bare"]


@pytest.mark.parametrize("tls", ["smtp", "smtps"])
def test_a_letter_goes_encrypted_to_a_server_that_is_trusted(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path / "own.pem")
    with SmtpDouble(tls=tls, certificate=certificate) as smtp:
        mail = EmailSender(smtp.url, "robot@leadbot.kz")
        with pytest.raises(DeliveryError, match="certificate is not trusted") as caught:
            mail.send("aigul@example.kz", LETTER)
        assert not caught.value.permanent and smtp.said == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mail.send("aigul@example.kz", LETTER)
        assert smtp.said == ["encrypted"] and len(smtp.letters) == 1
        with pytest.raises(DeliveryError, match="not valid for"):
            EmailSender(smtp.url.replace("localhost", "127.0.0.1")).send("aigul@example.kz", LETTER)


@pytest.mark.parametrize("value", ["a b", "Leadbot <a@b", "x@y\nBcc: z@w", "@", "<a@b>c"])
def test_a_bad_sender_stops_the_start(tmp_path: object, value: str) -> None:
    with pytest.raises(ConfigError, match="MAIL_FROM"):
        config_from({"LEADBOT_DATA_DIR": str(tmp_path), "MAIL_FROM": value})


KAZAKH = "жанна@почта.қаз"
TRAVELLING = "жанна@xn--80a1acny.xn--80ao21a"


@pytest.fixture
def latin_smtp(app: Flask) -> Iterator[SmtpDouble]:
    """A server that has not heard of RFC 6531."""
    with SmtpDouble(is_worldwide=False) as double:
        state.state_of(app).config = state.state_of(app).config.replace(smtp_url=double.url)
        at_work.init_app(app)
        yield double


def ask_all(app: Flask, web: Web, address: str) -> None:
    """An invitation, a reset, word of a changed password and a notice, all to one address."""
    web.post("/settings/team/invitations", {"email": address, "role": "manager"})
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        user = db.session.scalars(select(User)).one()
        user.email, user.email_key = address, address
        publish(PasswordResetAsked(user.id, "https://leadbot.kz/reset/key"))
        publish(PasswordChanged(user.id))
        brief = {"subject": "Новая заявка", "text": "Новая заявка", "path": "/board", "language": "ru"}
        deliveries.put(address, "lead", json.dumps(brief), "notice", channel="email")
        db.session.commit()


def test_every_letter_goes_to_an_address_in_any_letters(app: Flask, almaty: Web, smtp: SmtpDouble) -> None:
    ask_all(app, almaty, KAZAKH)
    for _ in range(4):
        carry(app)
    assert [each["To"] for each in smtp.letters] == [TRAVELLING] * 4
    assert {each["From"] for each in smtp.letters} == {"Leadbot <robot@leadbot.kz>"}
    assert smtp.envelopes == [("robot@leadbot.kz", [TRAVELLING])] * 4
    assert "Приглашение" in smtp.letters[0]["Subject"] and "/join/" in "".join(bodies(smtp.letters[0]))


def test_a_domain_in_any_letters_needs_nothing_of_the_server(app: Flask, almaty: Web, latin_smtp: SmtpDouble) -> None:
    ask_all(app, almaty, "zhanna@пример.рф")
    for _ in range(4):
        carry(app)
    assert [each["To"] for each in latin_smtp.letters] == ["zhanna@xn--e1afmkfd.xn--p1ai"] * 4


def test_a_server_that_can_not_says_so_once_and_the_link_is_handed_over(
    app: Flask, almaty: Web, latin_smtp: SmtpDouble
) -> None:
    almaty.post("/settings/team/invitations", {"email": KAZAKH, "role": "manager"})
    shown = almaty.get("/settings/team").text
    assert "/join/" in shown and "не каждый почтовый сервер" in shown
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.state, row.attempts, latin_smtp.letters) == (DeliveryState.DEAD, 1, [])
    later = almaty.get("/settings/team").text
    assert "почтовый сервер принимает адреса только латиницей" in later and "/join/" not in later


def test_the_team_page_says_why_any_invitation_was_not_taken(
    app: Flask, almaty: Web, astana: Web, smtp: SmtpDouble
) -> None:
    smtp.refuses["new@example.kz"] = "550 No such user"
    for web in (almaty, astana):
        web.post("/settings/team/invitations", {"email": "new@example.kz", "role": "viewer"})
    assert "550" not in almaty.get("/settings/team").text
    with app.app_context():
        deliveries.deliver(rows(app, almaty)[0].id, jobs.carrier_for)
        db.session.remove()
    assert "550 No such user" in almaty.get("/settings/team").text
    assert "550" not in astana.get("/settings/team").text
    almaty.post("/settings/team/invitations", {"email": "new@example.kz", "role": "viewer"})
    assert "550" not in almaty.get("/settings/team").text  # another letter is on its way


@pytest.mark.parametrize("sender", ["Лидбот, Алматы <robot@leadbot.kz>", "robot@почта.қаз", "Робот <robot@почта.қаз>"])
def test_a_sender_may_bear_any_letters(smtp: SmtpDouble, sender: str) -> None:
    EmailSender(smtp.url, sender).send("aigul@example.kz", LETTER)
    (found,) = smtp.letters[0]["From"].addresses
    assert found.addr_spec.isascii() and found.display_name == sender.rpartition("<")[0].strip()


def test_a_sender_no_server_takes_is_the_operators_to_mend() -> None:
    with SmtpDouble(is_worldwide=False) as smtp, pytest.raises(DeliveryError, match="SMTPUTF8") as caught:
        EmailSender(smtp.url, "робот@leadbot.kz").send("aigul@example.kz", LETTER)
    assert not caught.value.permanent


def test_a_changed_password_is_told(app: Flask, almaty: Web, smtp: SmtpDouble) -> None:
    almaty.post("/settings/password", {"current": "test123", "password": "another one"})
    carry(app)
    assert smtp.letters[0]["Subject"] == "Пароль изменён"
    assert "another one" not in "".join(bodies(smtp.letters[0]))


def test_the_language_of_the_person_wins(app: Flask, almaty: Web, smtp: SmtpDouble) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.scalars(select(User)).one().language = "kk"
        db.session.commit()
    almaty.post("/settings/password", {"current": "test123", "password": "another one"})
    carry(app)
    assert smtp.letters[0]["Subject"] == "Құпиясөз өзгертілді"
