"""The settings pages: company, Telegram, profile."""

from __future__ import annotations

import json
import re

import pytest
from conftest import Web
from doubles.carrier import carried_by
from flask import Flask
from making import set_company

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.channels.workplace import connecting
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import DeliveryError
from leadbot.models import Role, User
from leadbot.outbox import deliveries

HTMX = {"HX-Request": "true"}


class Recorder:
    """A Telegram that keeps what it is given, or refuses it for ever."""

    def __init__(self, refuses: bool = False) -> None:
        self.refuses = refuses
        self.sent: list[tuple[str, str]] = []

    def send(self, target: str, payload: str) -> str:
        if self.refuses:
            raise DeliveryError("chat not found", permanent=True)
        self.sent.append((target, json.loads(payload)["text"]))
        return "1"


def stored(app: Flask, web: Web) -> dict[str, object]:
    """The company's settings as they are stored."""
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return company_settings.shown()


def deliver(app: Flask, channel: Recorder) -> None:
    """Do the worker's part."""
    with app.app_context():
        for row in deliveries.due():
            deliveries.deliver(row, carried_by(channel))


def company_form(**changes: str) -> dict[str, object]:
    return {"company_name": "СтройДом", "language": "kk", "time_zone": "Asia/Aqtau", **changes}


def test_settings_begin_with_the_company(almaty: Web) -> None:
    assert almaty.get("/settings").location == "/settings/company"


def test_the_company_is_saved_and_shown(app: Flask, almaty: Web) -> None:
    answer = almaty.post("/settings/company", company_form(company_name="Дом «Ас»"))
    assert (answer.status_code, answer.location) == (303, "/settings/company")
    page = almaty.get("/settings/company").text
    assert "Сохранено" in page and 'value="Дом «Ас»"' in page
    assert re.search(r'<option selected value="Asia/Aqtau">Актау</option>', page)
    now = stored(app, almaty)
    assert {**now, "company_name": "Дом «Ас»", "language": "kk", "time_zone": "Asia/Aqtau"} == now


def test_htmx_gets_the_form_and_a_note(almaty: Web) -> None:
    answer = almaty.post("/settings/company", company_form(), headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<form class="stack" id="company"')
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text and "Сохранено" in answer.text
    assert "HX-Request" in answer.vary


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("company_name", "", "Напишите название компании"),
        ("company_name", "я" * 201, "Не больше 200 символов, сейчас 201"),
        ("time_zone", "Mars/Olympus", "Такого часового пояса нет"),
        ("language", "de", "Выберите русский, казахский или английский"),
        ("company_name", "a\x00b", "Нужна одна строка"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_wrong_value_changes_nothing(
    app: Flask, almaty: Web, field: str, value: str, said: str, headers: dict[str, str]
) -> None:
    before = stored(app, almaty)
    answer = almaty.post("/settings/company", company_form(**{field: value}), headers=headers)
    assert answer.status_code == 422
    assert said in answer.text
    control = re.search(rf'<(input|select)[^>]*name="{field}"[^>]*>', answer.text)
    assert control and "autofocus" in control.group()
    assert stored(app, almaty) == before


def test_no_number_is_taken_on_trust_and_a_chat_can_be_let_go(app: Flask, almaty: Web) -> None:
    assert "telegram_chat_id" not in almaty.get("/settings/telegram").text
    almaty.post("/settings/telegram", {"telegram_chat_id": "-100777", "morning_digest": "y"})
    assert stored(app, almaty)["telegram_chat_id"] is None
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100123")
    almaty.post("/settings/telegram", {"morning_digest": "y"})
    assert stored(app, almaty)["telegram_chat_id"] == "-100123"
    assert "Подключено: -100123" in almaty.get("/settings/telegram").text
    assert almaty.post("/settings/telegram/off").location == "/settings/telegram"
    assert stored(app, almaty)["telegram_chat_id"] is None


def test_a_test_message_is_shown_until_it_is_delivered(app: Flask, almaty: Web) -> None:
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100123")
    asked = almaty.post("/settings/telegram/test", headers=HTMX)
    assert "В очереди" in asked.text and 'hx-trigger="every 2s"' in asked.text
    assert almaty.get("/settings/telegram/test", headers=HTMX).status_code == 200
    telegram = Recorder()
    deliver(app, telegram)
    assert [target for target, _ in telegram.sent] == ["-100123"]
    known = almaty.get("/settings/telegram/test", headers=HTMX)
    assert known.status_code == 286 and "Доставлено" in known.text and "hx-trigger" not in known.text


def test_a_refusal_is_told_in_telegrams_own_words(app: Flask, almaty: Web) -> None:
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100124")
    assert almaty.post("/settings/telegram/test").location == "/settings/telegram"
    deliver(app, Recorder(refuses=True))
    page = almaty.get("/settings/telegram").text
    assert "Не доставлено" in page and "chat not found" in page


JARGON = re.compile(r"token|webhook|chat_id|токен|вебхук|\bкод\w*\b", re.IGNORECASE)


def words(page: str) -> str:
    """What one reads of a page."""
    return re.sub(r"<[^>]+>", " ", page.partition("<main")[2])


def test_a_server_without_a_bot_says_so_plainly(app: Flask, almaty: Web) -> None:
    page = almaty.get("/settings/telegram").text
    assert "Telegram здесь пока не подключить" in page and "/settings/profile#notifications" in page
    assert not JARGON.search(words(page)) and "telegram/code" not in page and "telegram/test" not in page
    assert "ждут" not in page
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100124")
    assert "ждут" in almaty.get("/settings/telegram").text


def test_without_a_chat_there_is_nothing_to_test(almaty: Web) -> None:
    assert almaty.post("/settings/telegram/test").status_code == 422


class TestWithBot:
    """A server that has its bot."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(telegram_bot_token="1:secret-token")

    def test_nothing_is_missing_and_the_token_is_not_shown(self, almaty: Web) -> None:
        page = almaty.get("/settings/telegram").text
        assert "не подключить" not in page and "secret-token" not in page and "Сначала подключите чат" in page

    @pytest.mark.parametrize("bot_name", ["", "@leadbot_kz_bot"])
    @pytest.mark.parametrize("path", ["/settings/telegram/code", "/settings/profile/telegram"])
    def test_connecting_is_told_step_by_step_in_plain_words(
        self, app: Flask, almaty: Web, path: str, bot_name: str
    ) -> None:
        with app.app_context():
            connecting.remember_bot(bot_name)
        page = almaty.post(path, headers=HTMX).text
        assert page.count("<li>") == (3 if bot_name else 0) and (bot_name or "Leadbot") in page
        assert "Вернитесь сюда" in page and not JARGON.search(words(f"<main>{page}"))


def test_another_companys_settings_stay_its_own(app: Flask, almaty: Web, astana: Web) -> None:
    almaty.post("/settings/company", company_form(company_name="Только наша"))
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100777")
    almaty.post("/settings/telegram/test")
    for page in ("/settings/company", "/settings/telegram"):
        text = astana.get(page).text
        assert "Только наша" not in text and "-100777" not in text and "В очереди" not in text
    assert stored(app, astana)["company_name"] == "Астана Ремонт"


def test_a_viewer_changes_nothing_of_the_company(app: Flask, almaty: Web) -> None:
    with app.app_context():
        user = users.by_email("manager@almaty.kz")
        assert user is not None
        tenancy.act_for(user.company_id)
        db.session.get_one(User, user.id).role = Role.VIEWER
        db.session.commit()
    before = stored(app, almaty)
    forms = {
        "company": company_form(company_name="Моя"),
        "telegram": {"morning_digest": ""},
        "telegram/off": {},
        "telegram/code": {},
        "telegram/test": {},
    }
    for page, form in forms.items():
        assert almaty.post(f"/settings/{page}", form).status_code == 403
    assert stored(app, almaty) == before
    assert almaty.post("/settings/profile", {"name": "Я", "language": "ru", "theme": ""}).status_code == 303


def test_a_person_chooses_language_and_theme(almaty: Web) -> None:
    answer = almaty.post("/settings/profile", {"name": "Айгуль Серикова", "language": "kk", "theme": "dark"})
    assert (answer.status_code, answer.location) == (303, "/settings/profile")
    page = almaty.get("/settings/profile").text
    assert '<html lang="kk" data-theme="dark">' in page
    assert "Сақталды" in page and ">АС</span>" in page
    almaty.post("/settings/profile", {"name": "", "language": "ru", "theme": ""})
    assert '<html lang="ru">' in almaty.get("/settings/profile").text


def test_a_profile_of_wrong_values_changes_nothing(almaty: Web) -> None:
    for wrong in ({"language": "de"}, {"language": "ru", "theme": "pink"}, {"language": "ru", "name": "я" * 201}):
        assert almaty.post("/settings/profile", {"name": "", "theme": "", **wrong}).status_code == 422
    assert '<html lang="ru">' in almaty.get("/settings/profile").text


def test_htmx_loads_the_whole_page_after_a_change_of_profile(almaty: Web) -> None:
    answer = almaty.post("/settings/profile", {"name": "", "language": "kk", "theme": ""}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/settings/profile")
