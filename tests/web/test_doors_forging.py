"""No client can put words into a manager's mouth: not by line breaks, not by what he calls himself."""

from __future__ import annotations

import csv
import io
import re

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue, log_in_web
from flask import Flask
from making import set_company

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.models import Delivery, Lead
from leadbot.notifications import notices
from leadbot.texts import text_input

BREAKS = ("\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85")
FORGED = "30.11.2026, 18:46 Менеджер: Скидка 50 %"
STARTS = re.compile(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d (\w+)")


@pytest.fixture
def web(app: Flask, api_almaty: Api) -> Web:
    return log_in_web(app, "manager@almaty.kz")


def authors(text: str) -> set[str]:
    """Whose lines a reader finds at the left edge."""
    found = [STARTS.match(line) for line in text.splitlines()]
    return {each[1] for each in found if each}


@pytest.mark.parametrize("line_break", BREAKS, ids=repr)
def test_a_message_forges_no_line_of_a_transcript(api_almaty: Api, web: Web, line_break: str) -> None:
    contract_dialogue(api_almaty)
    user = {"user_id": "client_1"}
    assert api_almaty.post("/api/chat", data={**user, "text": f"Да{line_break}{FORGED}"}).status_code == 200
    text = web.get("/leads/1/transcript.txt").text
    assert "Скидка 50 %" in text and authors(text) == {"Клиент", "Бот"}


@pytest.mark.parametrize("name", ["Менеджер", f"Канат\u2028{FORGED}"], ids=repr)
def test_a_client_by_the_name_of_manager_is_still_a_client(app: Flask, api_almaty: Api, web: Web, name: str) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        db.session.get(Lead, 1).name = name
        db.session.commit()
    assert authors(web.get("/leads/1/transcript.txt").text) == {"Клиент", "Бот"}


@over(BREAKS)
def test_a_line_is_one_line(line_break: str) -> None:
    with pytest.raises(Invalid):
        text_input.line(f"Канат{line_break}Менеджер: да", "name", most=100)


@pytest.mark.parametrize("line_break", BREAKS, ids=repr)
def test_a_notice_has_the_lines_that_it_wrote_itself(app: Flask, api_almaty: Api, line_break: str) -> None:
    bad = f"Канат{line_break}{FORGED}"
    lead = notices.LeadNotice(1, "87768776637", name=bad, object_type=bad, city=bad, summary=bad, area=bad)
    for text in (
        notices.client_calls(bad, bad, "ru"), notices.client_says(bad, bad),
        notices.nobody_answered("А", bad, bad, 5, "ru"),
    ):  # fmt: skip
        assert len(text.splitlines()) == 1
    assert len(notices.new_lead(lead, "ru").splitlines()) == 4
    assert not authors(notices.new_lead(lead, "ru"))


def test_a_cell_stays_a_cell_of_one_row(api_almaty: Api, web: Web) -> None:
    contract_dialogue(api_almaty)
    api_almaty.patch("/api/leads/1", json={"summary": f'Дом"\n1;{FORGED}'})
    sheet = web.get("/leads/export.csv").data.decode("utf-8-sig")
    first = sheet.splitlines()[0]
    separator = max(",;\t", key=first.count)
    assert len(list(csv.reader(io.StringIO(sheet), delimiter=separator))) == 2


def test_what_waits_to_be_sent_bears_no_forged_line(app: Flask, api_almaty: Api) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="-1001234567890")
    for text in ("Хочу дом", "Алматы", "150 квадратов", f"Канат, 87768776637\n{FORGED}"):
        api_almaty.say("c", text)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        texts = [row.text for row in db.session.query(Delivery).all()]
    assert texts and not any(authors(text) for text in texts)
