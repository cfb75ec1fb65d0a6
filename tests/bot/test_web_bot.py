"""The page of the bot's settings: typing, saving, publishing, going back, and what clients meet of it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from conftest import Api, Web
from flask import Flask
from sqlalchemy import select

from leadbot.bot import publishing
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Role, User

PAGE = "/settings/bot"
HTMX = {"HX-Request": "true"}


def form_of(page: str) -> dict[str, object]:
    """What a browser would send of the form as it stands on the page."""
    form = re.search(r'<form class="stack" id="bot".*?</form>', page, re.DOTALL)
    assert form
    sent: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form.group()):
        at = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if at.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if at["name"] == "order":
            sent.setdefault("order", []).append(at["value"])  # type: ignore[attr-defined]
        else:
            sent[at["name"]] = unescape(at.get("value", "on"))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form.group(), re.DOTALL):
        sent[name] = unescape(words)
    for tag, options in re.findall(r"<select([^>]*)>(.*?)</select>", form.group(), re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        sent[re.search(r'name="([^"]+)"', tag).group(1)] = chosen.group(1)  # type: ignore[union-attr]
    sent.pop("csrf_token")
    return sent


def typed(web: Web, **changes: object) -> dict[str, object]:
    """The form with something typed into it."""
    return {**form_of(web.get(PAGE).text), **changes}


def as_role(app: Flask, web: Web, role: Role) -> None:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        db.session.scalars(select(User)).one().role = role
        db.session.commit()


def published(app: Flask, web: Web) -> publishing.Values:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return publishing.published()


def drafted(app: Flask, web: Web) -> publishing.Draft:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return publishing.draft()


def test_an_untouched_form_changes_nothing(app: Flask, almaty: Web) -> None:
    assert almaty.post(PAGE, typed(almaty)).status_code == 303
    assert drafted(app, almaty).changed == ()
    assert "Черновик</span>" not in almaty.get(PAGE).text


def test_what_is_typed_comes_back_as_it_was(app: Flask, almaty: Web) -> None:
    said: dict[str, object] = {
        "greeting.ru": 'Здравствуйте! <b>"Дом"</b>', "greeting.kk": "Сәлем", "chips.ru": "Дом, Баня",
        "tone": "friendly", "gender": "feminine",
        "persona": "Айша", "objects": "мансарда, терраса", "about": "Строим", "services": "Дома и бани.",
        "service_area": "Алматы и область.", "phone": "8 727", "email": "a@b.kz", "address": "Абая, 1",
        "hours": "пн–пт",
        "forbidden": "политика\nконкуренты", "ask.budget": "optional", "budget.company": "200 000",
        "token_price.in": "75,5", "model.model": "gpt-4o-mini", "hide_names": "on", "facts.0.topic": "guarantee",
        "facts.0.text.ru": "Гарантия 3 года.", "facts.0.words": "гаранти, ломает",
    }  # fmt: skip
    assert almaty.post(PAGE, typed(almaty, **said)).status_code == 303
    again = form_of(almaty.get(PAGE).text)
    assert {**again, **said, "budget.company": "200000", "token_price.in": "75.5"} == again
    values = drafted(app, almaty).values
    assert values["order"][-1] == "budget" and values["optional"] == ["budget"]
    assert values["facts"] == [
        {"topic": "guarantee", "text": {"ru": "Гарантия 3 года."}, "words": ["гаранти", "ломает"]}
    ]
    assert published(app, almaty)["persona"] == ""


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize("to", [PAGE, PAGE + "/publish", PAGE + "/order"])
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    app: Flask, almaty: Web, to: str, headers: dict[str, str]
) -> None:
    said = {
        "greeting.ru": "я" * 301,
        "phone": "8 727",
        "budget.visitor": "сто",
        "model.base_url": "https://10.0.0.1/v1",
    }
    answer = almaty.post(to, typed(almaty, **said), headers=headers)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert "Не больше 300 символов, сейчас 301" in answer.text
    assert "Только по https и только на эти серверы: api.openai.com, *.openai.azure.com" in answer.text
    assert "3 поля нужно исправить" in answer.text
    kept = form_of(answer.text)
    assert {**kept, **said} == kept
    assert drafted(app, almaty).changed == ()


def test_a_fact_without_a_text_is_named_and_one_marked_goes(app: Flask, almaty: Web) -> None:
    bad = almaty.post(PAGE, typed(almaty, **{"facts.0.topic": "other", "facts.0.words": "лифт"}))
    assert bad.status_code == 422 and 'id="facts-0-text-ru-e"' in bad.text and 'value="лифт"' in bad.text
    almaty.post(PAGE, typed(almaty, **{"facts.0.topic": "other", "facts.0.words": "лифт", "facts.0.text.ru": "Да."}))
    almaty.post(PAGE, typed(almaty, **{"facts.1.topic": "price", "facts.1.text.ru": "От 1."}))
    assert [fact["topic"] for fact in drafted(app, almaty).values["facts"]] == ["other", "price"]
    almaty.post(PAGE, typed(almaty, **{"facts.0.remove": "on"}))
    assert [fact["topic"] for fact in drafted(app, almaty).values["facts"]] == ["price"]


def test_questions_change_places_without_a_script(app: Flask, almaty: Web) -> None:
    form = typed(almaty, phone="8 727", up="area")
    answer = almaty.post(PAGE + "/order", form)
    assert (answer.status_code, answer.location) == (303, PAGE + "#questions")
    values = drafted(app, almaty).values
    assert values["order"] == ["object_type", "area", "city"] and values["phone"] == "8 727"
    almaty.post(PAGE + "/order", typed(almaty, down="area"))
    assert drafted(app, almaty).values["order"] == []
    for nowhere in ({"up": "object_type"}, {"down": "shoe"}, {"down": "callback"}, {}):
        assert almaty.post(PAGE + "/order", typed(almaty, **nowhere)).status_code == 303
    assert drafted(app, almaty).values["order"] == []


def test_another_trade_brings_its_own_questions(app: Flask, almaty: Web) -> None:
    almaty.post(PAGE, typed(almaty, setup="furniture"))
    assert form_of(almaty.get(PAGE).text)["order"][:4] == ["object_type", "city", "materials", "contact"]  # type: ignore[index]


def test_publishing_takes_what_is_typed_to_the_clients(app: Flask, almaty: Web, api_almaty: Api) -> None:
    answer = almaty.post(PAGE + "/publish", typed(almaty, **{"greeting.ru": "Рады вам!"}))
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Настройки опубликованы: версия 2" in almaty.get(PAGE).text
    assert api_almaty.say("x", "Здравствуйте")["response"].startswith("Рады вам!")  # type: ignore[attr-defined]
    again = almaty.post(PAGE + "/publish", typed(almaty), headers=HTMX)
    assert again.headers["HX-Redirect"] == PAGE
    assert "Публиковать нечего" in almaty.get(PAGE).text


def test_versions_are_listed_and_one_goes_back(app: Flask, almaty: Web) -> None:
    assert "Пока ничего не опубликовано" in almaty.get(PAGE + "/versions").text
    almaty.post(PAGE + "/publish", typed(almaty, phone="8 727", address="Абая, 1"))
    page = almaty.get(PAGE + "/versions").text
    assert "Версия 2" in page and "Изменено: телефон, адрес" in page, re.findall("Изменено[^<]*", page)
    assert "Как было с самого начала" in page
    assert almaty.post(PAGE + "/versions/1/restore").location == PAGE
    page = almaty.get(PAGE).text
    assert "Черновик сделан из версии 1" in page and "Изменено: телефон, адрес" in page
    assert almaty.post(PAGE + "/discard").status_code == 303
    assert published(app, almaty)["phone"] == "8 727" and drafted(app, almaty).changed == ()


def test_the_test_chat_answers_by_the_draft_when_asked_to(app: Flask, almaty: Web, api_almaty: Api) -> None:
    almaty.post(PAGE, typed(almaty, **{"greeting.ru": "Черновое приветствие.", "chips.ru": "Терем", "tone": "short"}))
    assert "Черновое приветствие." not in almaty.get("/chat").text
    assert almaty.post("/chat/draft", {"draft": "1"}).location == "/chat"
    page = almaty.get("/chat").text
    assert "Черновое приветствие." in page and 'value="Терем"' in page and 'aria-pressed="true"' in page
    almaty.post("/chat", {"text": "хочу дом"})
    assert "Город?" in almaty.get("/chat").text
    assert api_almaty.say("x", "хочу дом")["response"].endswith("В каком городе?")  # type: ignore[attr-defined]
    almaty.post("/chat/draft", {"draft": "0"})
    almaty.post("/chat/new")
    assert "Черновое приветствие." not in almaty.get("/chat").text


def test_beside_the_settings_the_draft_answers(app: Flask, almaty: Web) -> None:
    almaty.post(PAGE, typed(almaty, **{"greeting.ru": "Черновое приветствие.", "tone": "short"}))
    page = almaty.get(PAGE).text
    assert 'id="beside-greeting" data-author="bot">Черновое приветствие.' in page
    said = almaty.post("/chat", {"text": "хочу дом", "beside": "1", "after": "0"}, headers=HTMX)
    assert "Город?" in said.text and 'name="beside" value="1"' in said.text
    assert almaty.get("/chat/lines?after=0&beside=1").text.count('name="beside"') == 1
    assert "Город?" in almaty.get(PAGE).text
    assert 'name="beside"' not in almaty.get("/chat").text and "Черновое приветствие." not in almaty.get("/chat").text
    as_role(app, almaty, Role.VIEWER)
    assert "data-talk" not in almaty.get(PAGE).text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_the_key_is_set_and_never_shown(app: Flask, almaty: Web, headers: dict[str, str]) -> None:
    bad = almaty.post(PAGE + "/key", {"key": "мой ключ"}, headers=headers)
    assert bad.status_code == 422 and "одно слово из латинских букв" in bad.text and "мой ключ" not in bad.text
    assert almaty.post(PAGE + "/key", {"key": "sk-secret-777"}, headers=headers).status_code in (200, 303)
    for page in (almaty.get(PAGE).text, almaty.get(PAGE + "/versions").text):
        assert "sk-secret" not in page
    assert "Ключ задан" in almaty.get(PAGE).text
    almaty.post(PAGE + "/key", {"key": "", "remove": "1"}, headers=headers)
    assert "Своего ключа нет" in almaty.get(PAGE).text


def test_roles_are_kept(app: Flask, almaty: Web) -> None:
    form = typed(almaty, phone="1")
    as_role(app, almaty, Role.MANAGER)
    assert almaty.post(PAGE, form).status_code == 303
    for owners in ("/publish", "/publish/draft", "/key", "/rehearsal"):
        assert almaty.post(PAGE + owners, form).status_code == 403, owners
    page = almaty.get(PAGE).text
    assert "Опубликовать" not in page and 'name="key"' not in page
    as_role(app, almaty, Role.VIEWER)
    for writers in ("", "/order", "/discard", "/versions/1/restore", "/scenarios"):
        assert almaty.post(PAGE + writers, form).status_code in (403, 404), writers
    assert '<fieldset class="bare" disabled>' in almaty.get(PAGE).text
    for form in ("company", "telegram"):
        refused = almaty.post(f"/settings/{form}", {"company_name": "Чужое", "language": "ru", "time_zone": "UTC"})
        assert refused.status_code == 403, form
    assert drafted(app, almaty).values["phone"] == "1" and published(app, almaty)["phone"] == ""


def test_a_stale_draft_is_not_published(app: Flask, almaty: Web) -> None:
    almaty.post(PAGE, typed(almaty, phone="1"))
    almaty.post(PAGE, typed(almaty, phone="2"))
    answer = almaty.post(PAGE + "/publish/draft", {"revision": "1"})
    assert answer.status_code == 409 and "Черновик тем временем изменился" in answer.text
    assert published(app, almaty)["phone"] == ""


def test_another_company_sees_nothing_of_it(almaty: Web, astana: Web) -> None:
    almaty.post(PAGE, typed(almaty, phone="канарейка 1"))
    almaty.post(PAGE + "/publish", typed(almaty, address="канарейка 2"))
    almaty.post(PAGE, typed(almaty, about="канарейка 3"))
    for path in ("", "/versions", "/rehearsal"):
        assert "канарейка" not in astana.get(PAGE + path).text


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_page_speaks_three_languages(almaty: Web, language: str) -> None:
    almaty.post("/settings/profile", {"name": "", "language": language, "theme": ""})
    title = {"ru": "Настройки бота", "kk": "Бот баптаулары", "en": "Bot settings"}[language]
    assert f"<h1>{title}</h1>" in almaty.get(PAGE).text
