"""Settings → Working hours, and where the hours are read: the bot, its settings, the company's page, the widget."""

from __future__ import annotations

import html
import re

import pytest
from conftest import Api, Clock, Web
from flask import Flask
from flask.testing import FlaskClient
from making import LUNCH, week

from leadbot.accounts import hours_settings
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Role, User

URL = "/settings/hours"
HTMX = {"HX-Request": "true"}
WORDS = "пн–пт 9:00–13:00, 14:00–18:00, сб 10:00–15:00"


def typed(page: str, field: str) -> str:
    """What stands in a field."""
    found = re.search(rf'<input[^>]*name="{field}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    area = re.search(rf'<textarea[^>]*name="{field}"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return html.unescape((value[1] if value else area[1] if area else "").strip()).replace("\r", "")


def test_hours_are_set_and_shown_again(almaty: Web, clock: Clock) -> None:
    assert "Часы не заданы" in almaty.get(URL).text
    answer = almaty.post(URL, week(day0="9-13 14-18", holidays="08.03 Женский день\n31.12.2026"))
    assert answer.status_code == 303
    clock.set("2026-11-24 13:30")
    page = almaty.get(URL).text
    assert typed(page, "day0") == LUNCH and typed(page, "day5") == "10:00–15:00" and typed(page, "day6") == ""
    assert typed(page, "holidays") == "08.03 Женский день\n31.12.2026"
    assert f"Закрыто, откроемся сегодня в 14:00. Клиенты видят: {WORDS}" in page


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_set(almaty: Web) -> None:
    wrong = week(day1="девять", day2="9-13, 12-18", holidays="вчера\n08.03", take_minutes="-1", answer_minutes="5000")
    answer = almaty.post(URL, wrong)
    assert answer.status_code == 422
    for field, says in (
        ("day1", "Напишите так"), ("day2", "пересекаются"), ("holidays", "Это не дата: «вчера»"),
        ("take_minutes", "от 0 до 1440"), ("answer_minutes", "от 0 до 1440"),
    ):  # fmt: skip
        told = re.search(rf'id="{field}-e">(.*?)</p>', answer.text, re.DOTALL)
        assert told and says in told[1]
    assert typed(answer.text, "day1") == "девять" and typed(answer.text, "holidays") == "вчера\n08.03"
    assert "Часы не заданы" in almaty.get(URL).text


def test_a_ready_week_and_the_holidays_fill_the_form_in_and_are_set_when_saved(almaty: Web) -> None:
    answer = almaty.post(URL, week(week="six", holidays="09.05 наш праздник"))
    assert answer.status_code == 200 and typed(answer.text, "day5") == "9:00–19:00"
    assert typed(answer.text, "holidays") == "09.05 наш праздник" and "Проверьте и сохраните" in answer.text
    answer = almaty.post(URL, week(public="1", holidays="09.05 наш праздник"))
    text = typed(answer.text, "holidays")
    assert "09.05 наш праздник" in text and "15.03 День Конституции" in text and "21.03–23.03 Наурыз" in text
    assert "Часы не заданы" in almaty.get(URL).text
    assert almaty.post(URL, week(holidays=text)).status_code == 303
    assert typed(almaty.get(URL).text, "holidays") == text
    refused = almaty.post(URL, week(public="1", holidays="когда-нибудь"), headers=HTMX)
    assert refused.status_code == 422 and "Это не дата" in refused.text


@pytest.mark.parametrize("language", ["kk", "en"])
def test_the_page_speaks_the_readers_language(almaty: Web, language: str) -> None:
    almaty.post("/settings/profile", {"name": "А", "language": language, "theme": ""})
    almaty.post(URL, week())
    page = almaty.get(URL).text
    assert {"kk": "дс–жм 9:00–13:00, 14:00–18:00, сб 10:00–15:00", "en": "Mon–Fri 9:00"}[language] in page
    assert "Working hours" in page if language == "en" else "Жұмыс уақыты" in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_who_is_no_owner_looks_and_changes_nothing(app: Flask, almaty: Web, role: Role) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.query(User).one().role = role
        db.session.commit()
    assert '<fieldset class="bare" disabled>' in almaty.get(URL).text
    assert almaty.post(URL, week()).status_code == 403
    assert almaty.post(URL, {"public": "1"}).status_code == 403


def test_each_company_has_its_own(almaty: Web, astana: Web) -> None:
    almaty.post(URL, week())
    assert "Часы не заданы" in astana.get(URL).text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("До скольки вы работаете?", f"Мы работаем: {WORDS}."),
        ("Жұмыс уақыттарыңыз қандай?", "Жұмыс уақытымыз: дс–жм 9:00–13:00, 14:00–18:00, сб 10:00–15:00."),
        ("What are your opening hours?", "Our hours: Mon–Fri 9:00–13:00, 14:00–18:00, Sat 10:00–15:00."),
    ],
)
def test_the_bot_says_the_hours_in_the_clients_language(
    almaty: Web, api_almaty: Api, question: str, answer: str
) -> None:
    api_almaty.patch("/api/settings", json={"hours": "по договорённости"})
    if question.startswith("До"):
        assert "Мы работаем: по договорённости." in str(api_almaty.say("before", question)["response"])
    almaty.post(URL, week())
    assert answer in str(api_almaty.say("after", question)["response"])


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-11-24 10:00", "Открыто до 13:00"), ("2026-11-24 20:00", "Закрыто, откроемся завтра в 9:00"),
        ("2026-11-28 16:00", "Закрыто, откроемся в понедельник в 9:00"),
        ("2026-12-26 16:00", "Закрыто, откроемся 5 января в 9:00"),
    ],
)  # fmt: skip
def test_clients_see_whether_it_is_open(
    almaty: Web,
    stranger: FlaskClient,
    clock: Clock,
    key: str,
    slug: str,
    moment: str,
    says: str,
) -> None:
    assert 'class="hours"' not in stranger.get(f"/c/{slug}?lang=ru").text
    almaty.post(URL, week(holidays="27.12.2026–04.01.2027"))
    clock.set(moment)
    page, frame = stranger.get(f"/c/{slug}?lang=ru").text, stranger.get(f"/w/{key}?lang=ru").text
    assert says in page and says in frame
    assert f"Рабочие часы: {WORDS}" in page
    assert "Қазір" in stranger.get(f"/c/{slug}?lang=kk").text


def test_the_other_settings_lead_here(almaty: Web) -> None:
    almaty.post(URL, week())
    for path in ("/settings/widget", "/settings/bot"):
        page = almaty.get(path).text
        assert f'href="{URL}"' in page and WORDS in page


def test_ready_weeks_can_be_read() -> None:
    for days in hours_settings.WEEKS.values():
        assert len([hours_settings.hours_words.read_day(day, "day") for day in days]) == 7
