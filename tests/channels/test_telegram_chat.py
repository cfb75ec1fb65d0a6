"""Connecting a Telegram chat by a code that is sent to the platform's bot."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import Clock, Web
from doubles.server import Answer
from doubles.telegram import TOKEN, TelegramDouble, refuse
from flask import Flask

from leadbot import jobs
from leadbot.channels.workplace import connecting
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import DeliveryError
from leadbot.models import Company, Delivery, TelegramBot
from leadbot.outbox import deliveries

URL = "/settings/telegram"
HTMX = {"HX-Request": "true"}
WRONG = "Код не подошёл или устарел. Возьмите новый в настройках."


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, telegram: TelegramDouble) -> Config:
    return config.replace(telegram_bot_token=TOKEN, telegram_api_url=telegram.url)


def code_of(web: Web) -> str:
    """A fresh code of the company's."""
    found = re.search(r"/start ([\w-]{43})<", web.post(f"{URL}/code", headers=HTMX).text)
    assert found
    return found[1]


def chat_of(app: Flask, web: Web) -> str | None:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return db.session.get_one(Company, web.company_id).telegram_chat_id


def events(app: Flask, web: Web) -> list[tuple[str, str, str]]:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return [(row.event, row.target, row.text) for row in db.session.query(Delivery).order_by(Delivery.id)]


@pytest.mark.parametrize(
    ("text", "chat_id", "kind"),
    [("/start {}", 777, "private"), ("/start@leadbot_kz_bot {}", -100500, "supergroup"), ("/start  {} ", -42, "group")],
)
def test_a_code_connects_the_chat_it_is_sent_in(
    app: Flask, almaty: Web, astana: Web, telegram: TelegramDouble, text: str, chat_id: int, kind: str
) -> None:
    telegram.write(text.format(code_of(almaty)), chat_id, kind)
    assert jobs.listen(app, 0) == 1
    assert (chat_of(app, almaty), chat_of(app, astana)) == (str(chat_id), None)
    told = "Готово: сюда будут приходить заявки компании СтройКомпания Алматы."
    assert events(app, almaty) == [("connected", str(chat_id), told)]
    with app.app_context():
        assert [deliveries.deliver(row, jobs.carrier_for).is_sent for row in deliveries.due()] == [True]
    assert telegram.texts == [told]


def test_a_code_works_once_and_the_last_one_only(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    old, new = code_of(almaty), code_of(almaty)
    telegram.write(f"/start {old}", 1)
    telegram.write(f"/start {new}", 2)
    telegram.write(f"/start {new}", 3)
    assert jobs.listen(app, 0) == 3
    assert chat_of(app, almaty) == "2" and len(events(app, almaty)) == 1
    assert [(each["chat_id"], each["text"]) for each in telegram.sent] == [("1", WRONG), ("3", WRONG)]


def test_a_code_runs_out(app: Flask, almaty: Web, telegram: TelegramDouble, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    code = code_of(almaty)
    clock.forward(minutes=14)
    assert almaty.get(f"{URL}/code", headers=HTMX).status_code == 204
    clock.forward(minutes=1)
    telegram.write(f"/start {code}")
    jobs.listen(app, 0)
    assert chat_of(app, almaty) is None and telegram.texts == [WRONG]
    late = almaty.get(f"{URL}/code", headers=HTMX)
    assert late.status_code == 286 and "Срок кода истёк" in late.text and "Получить код" in late.text


@pytest.mark.parametrize(
    ("text", "kind", "language", "answers"),
    [
        ("/start", "private", "ru", [WRONG]),
        ("/start x", "private", "kk", ["Код жарамсыз немесе ескірген. Баптаулардан жаңасын алыңыз."]),
        ("/start x", "group", "en-GB", ["The code is wrong or has expired. Get a new one in settings."]),
        ("/start x", "private", "uz", [WRONG]),
        ("/start", "group", "ru", []),
        ("Здравствуйте", "private", "ru", []),
        ("/start " + "x" * 65, "private", "ru", []),
        ("/start x\x00\ud800", "private", "ru", []),
    ],
)
def test_what_connects_nothing(
    app: Flask, almaty: Web, telegram: TelegramDouble, text: str, kind: str, language: str, answers: list[str]
) -> None:
    telegram.write(text, kind=kind, language=language)
    jobs.listen(app, 0)
    assert telegram.texts == answers or "\x00" in text
    assert chat_of(app, almaty) is None


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {}, {"chat": 1, "text": "/start"}, {"chat": {"id": "1"}, "text": "/start x"}, {"text": 5}],
)
def test_strange_updates_are_passed_over(app: Flask, almaty: Web, message: object) -> None:
    with app.app_context():
        assert connecting.take({"update_id": 5, "message": message}) is None
        assert connecting.next_update() == 6


def test_an_update_is_taken_once_and_reading_goes_on_after_it(
    app: Flask, almaty: Web, telegram: TelegramDouble
) -> None:
    number = telegram.write(f"/start {code_of(almaty)}")
    jobs.listen(app, 0)
    with app.app_context():
        assert connecting.take({"update_id": number, "message": {"chat": {"id": 9, "type": "private"}}}) is None
    jobs.listen(app, 7)
    assert [(each["offset"], each["timeout"]) for each in telegram.polls] == [(0, 0), (number + 1, 7)]
    assert len(events(app, almaty)) == 1


def test_another_reader_is_an_error_with_a_name(app: Flask, telegram: TelegramDouble) -> None:
    telegram.then(refuse(409, "Conflict: terminated by other getUpdates request"))
    with pytest.raises(DeliveryError, match="other getUpdates"):
        jobs.listen(app, 0)
    telegram.then(Answer(body={"ok": True, "result": ["x", {"update_id": "1"}, {}]}))
    assert jobs.listen(app, 0) == 0


def test_an_answer_that_is_not_taken_stops_nothing(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    number = telegram.write("/start x")
    with app.app_context():
        updates = jobs.carrier_for("telegram").sender.updates(0, 0)
    telegram.then(Answer(body={"ok": True, "result": updates}), refuse(403, "Forbidden: bot was blocked by the user"))
    assert jobs.listen(app, 0) == 1
    with app.app_context():
        assert connecting.next_update() == number + 1


def test_the_page_offers_links_once_the_bot_is_known(app: Flask, almaty: Web) -> None:
    assert "t.me" not in almaty.post(f"{URL}/code").text
    with app.app_context():
        connecting.remember_bot("@leadbot_kz_bot")
        assert db.session.query(TelegramBot).one().bot_id == "123456"
    page = almaty.post(f"{URL}/code").text
    code = re.search(r"/start ([\w-]{43})<", page)
    assert code and f"https://t.me/leadbot_kz_bot?startgroup={code[1]}" in page
    assert f"https://t.me/leadbot_kz_bot?start={code[1]}" in page


def test_the_page_notices_by_itself(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    assert "Получить код" in almaty.get(URL).text
    code = code_of(almaty)
    assert almaty.get(f"{URL}/code", headers=HTMX).status_code == 204
    telegram.write(f"/start {code}", -100500, "supergroup")
    jobs.listen(app, 0)
    answer = almaty.get(f"{URL}/code", headers=HTMX)
    assert answer.headers["HX-Redirect"] == URL
    page = almaty.get(URL).text
    assert "Telegram подключён" in page and "Подключено: -100500" in page and "Подключить другой чат" in page
