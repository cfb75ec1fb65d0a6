"""Connecting a Telegram chat by a code that is sent to the platform's bot."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import Api, Clock, Web
from doubles.server import Answer
from doubles.telegram import MOVED, TOKEN, TelegramDouble, refuse
from flask import Flask
from making import carry, set_company
from sqlalchemy import update

from leadbot import jobs
from leadbot.bot import company_settings
from leadbot.channels.workplace import connecting
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import DeliveryError, Faults
from leadbot.models import Company, Delivery, Role, TelegramBot, User
from leadbot.outbox import deliveries

URL = "/settings/telegram"
HTMX = {"HX-Request": "true"}
WRONG = "Эта ссылка уже не действует. Вернитесь в Leadbot и нажмите «Подключить» ещё раз."


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


def test_the_api_takes_a_chat_only_once_it_has_proved_itself(
    app: Flask, almaty: Web, api_almaty: Api, api_astana: Api, telegram: TelegramDouble
) -> None:
    def patched(api: Api, chat: object) -> object:
        answer = api.patch("/api/settings", json={"telegram_chat_id": chat})
        if answer.status_code == 422:
            assert answer.json["detail"][0]["loc"] == ["body", "telegram_chat_id"]
        return answer.json["telegram_chat_id"] if answer.status_code == 200 else answer.status_code

    for wrong in (-100500, "-100500", "@leadbot", "", " ", True, [], {"id": 1}, "x" * 100):
        assert patched(api_almaty, wrong) == (None if wrong in ("", " ") else 422), wrong
    code = api_almaty.post("/api/telegram/code").json["code"]
    telegram.write(f"/start {code}", -100500, "supergroup", title="Заявки\n<b>\u202e")
    jobs.listen(app, 0)
    assert chat_of(app, almaty) == "-100500"
    assert "Подключено: Заявки &lt;b&gt;<" in almaty.get(URL).text
    proven = [patched(api_almaty, chat) for chat in (-100500, None, "-100500", "-100501")]
    assert proven == ["-100500", None, "-100500", 422]
    assert patched(api_astana, "-100500") == 422
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.execute(update(User).values(role=Role.VIEWER))
        db.session.commit()
    assert api_almaty.post("/api/telegram/code").status_code == 403


def test_a_chat_from_before_stays_but_proves_nothing(app: Flask, almaty: Web, api_almaty: Api) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="@stroydom")
    kept = {"telegram_chat_id": "@stroydom", "language": "kk"}
    assert api_almaty.patch("/api/settings", json=kept).json["telegram_chat_id"] == "@stroydom"
    api_almaty.patch("/api/settings", json={"telegram_chat_id": None})
    assert api_almaty.patch("/api/settings", json=kept).status_code == 422


def test_a_group_that_grew_is_proven_under_its_new_number(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    telegram.write(f"/start {code_of(almaty)}", -5, "group")
    jobs.listen(app, 0)
    telegram.then(MOVED)
    carry(app)
    assert chat_of(app, almaty) == "-1001234567890"
    almaty.post(f"{URL}/off")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert company_settings.change({"telegram_chat_id": -1001234567890}).telegram_chat_id == "-1001234567890"


def test_the_chat_of_who_has_gone_proves_nothing_even_where_he_was_forgotten(
    app: Flask, almaty: Web, aigul: Web, telegram: TelegramDouble
) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        giver = db.session.query(User).filter_by(name="Айгуль").one()
        giver.role = Role.OWNER
        db.session.commit()
        giver_id = giver.id
    telegram.write(f"/start {code_of(aigul)}", 777, "private")
    jobs.listen(app, 0)
    aigul.post("/settings/profile/telegram/off")
    assert chat_of(app, almaty) == "777"
    almaty.post(f"/settings/team/{giver_id}/remove")
    assert chat_of(app, almaty) is None
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        with pytest.raises(Faults):
            company_settings.change({"telegram_chat_id": "777"})


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
    assert late.status_code == 286 and "15 минут прошло" in late.text and "Подключить" in late.text


@pytest.mark.parametrize(
    ("text", "kind", "language", "answers"),
    [
        ("/start", "private", "ru", [WRONG]),
        ("/start x", "private", "kk", ["Бұл сілтеме енді жарамсыз. Leadbot-қа оралып, «Қосу» түймесін қайта басыңыз."]),
        (
            "/start x",
            "group",
            "en-GB",
            ["This link works no longer. Go back to Leadbot and press “Connect” once more."],
        ),
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
    assert f"https://t.me/leadbot_kz_bot?start={code[1]}" in page and "@leadbot_kz_bot" in page


def test_the_page_notices_by_itself(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    assert "Подключить" in almaty.get(URL).text
    code = code_of(almaty)
    assert almaty.get(f"{URL}/code", headers=HTMX).status_code == 204
    telegram.write(f"/start {code}", -100500, "supergroup")
    jobs.listen(app, 0)
    answer = almaty.get(f"{URL}/code", headers=HTMX)
    assert answer.headers["HX-Redirect"] == URL
    page = almaty.get(URL).text
    assert "Telegram подключён" in page and "Подключено: -100500" in page and "Подключить другой чат" in page
