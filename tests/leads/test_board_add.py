"""A lead written down by hand: what is stored, what is refused, and never a double."""

from __future__ import annotations

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from making import set_company
from test_web_board import HTMX, cards

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Delivery, Lead, LeadStatus, Source

CALLER = {"phone": "8 (705) 111-22-33", "name": " Гүлнұр ", "object_type": "дом", "city": "караганда"}


def lead(app: Flask, web: Web, lead_id: int = 1) -> Lead:
    with app.app_context():
        tenancy.act_for(web.company_id)
        return db.session.get(Lead, lead_id)


def test_a_caller_becomes_a_lead_on_top_of_the_board(app: Flask, almaty: Web) -> None:
    answer = almaty.post("/board/add", CALLER)
    assert (answer.status_code, answer.location) == (303, "/board")
    page = almaty.get("/board").text
    assert cards(page, "new") == [1]
    assert "Заявка добавлена" in page
    assert "Вручную" in page
    made = lead(app, almaty)
    assert (made.source, made.status, made.assignee_id) == (Source.MANUAL, LeadStatus.NEW, 1)
    assert (made.name, made.phone, made.phone_e164) == ("Гүлнұр", "87051112233", "+77051112233")
    assert (made.object_type, made.city) == ("дом", "Караганда")
    assert "Гүлнұр" in almaty.get("/leads/1").text


def test_a_phone_alone_is_enough_and_the_telegram_chat_hears_of_it(app: Flask, almaty: Web, api_almaty: Api) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="77")
    assert almaty.post("/board/add", {"phone": "+77051112233"}).status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.query(Delivery).count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(almaty: Web, headers: dict[str, str]) -> None:
    form = {"phone": "12345", "name": "я" * 4096, "city": "<script>", "object_type": "дом\u202e🏠"}
    answer = almaty.post("/board/add", form, headers=headers)
    assert answer.status_code == 422
    assert "Проверьте номер" in answer.text
    assert 'value="12345"' in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "4096" in answer.text
    assert ("<html" in answer.text) is (not headers)
    assert cards(almaty.get("/board").text, "new") == []


AGAIN = {"phone": "+7 776 877 66 37", "name": "Другой", "object_type": "баня"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_known_client_is_asked_about_and_nothing_typed_is_lost(
    app: Flask, almaty: Web, api_almaty: Api, headers: dict[str, str]
) -> None:
    contract_dialogue(api_almaty)
    answer = almaty.post("/board/add", AGAIN, headers=headers)
    assert answer.status_code == 409
    for words in ('href="/leads/1"', "Канат", 'value="Другой"', 'value="баня"', 'value="note"', 'value="new"'):
        assert words in answer.text
    assert cards(almaty.get("/board").text, "new") == [1] and lead(app, almaty).name == "Канат"


def test_what_was_typed_becomes_a_note(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    assert almaty.post("/board/add", {**AGAIN, "as": "note"}, headers=HTMX).headers["HX-Redirect"] == "/leads/1"
    page = almaty.get("/leads/1").text
    for words in ("Обратился снова", "Имя: Другой", "баня"):
        assert words in page
    assert cards(almaty.get("/board").text, "new") == [1]


def test_or_a_request_of_its_own(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    assert almaty.post("/board/add", {**AGAIN, "as": "new"}, headers=HTMX).headers["HX-Trigger"] == "lead-added"
    made = lead(app, almaty, 2)
    assert (made.previous_id, made.name, made.object_type) == (1, "Другой", "баня")
    for each in (1, 2):
        almaty.post(f"/leads/{each}/move", {"status": "won"})
    assert almaty.post("/board/add", AGAIN, headers=HTMX).headers["HX-Trigger"] == "lead-added", "all are closed"


def test_another_companys_lead_of_the_phone_is_no_double(almaty: Web, astana: Web) -> None:
    assert almaty.post("/board/add", CALLER).location == "/board"
    assert astana.post("/board/add", CALLER).location == "/board"


@pytest.mark.parametrize("name", ["я" * 200, "<img src=x onerror=alert(1)>", "👩‍👩‍👧" * 20, "עברית שם ארוך", "W" * 200])
def test_any_name_is_shown_as_it_was_written(almaty: Web, name: str) -> None:
    almaty.post("/board/add", {**CALLER, "name": name})
    page = almaty.get("/board").text
    assert cards(page, "new") == [1]
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page
