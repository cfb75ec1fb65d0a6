"""A manager answers the client where the lead stands, and finds leads and pages by keys."""

from __future__ import annotations

import re

from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Lead

HTMX = {"HX-Request": "true"}


def test_an_answer_takes_the_talk_and_reaches_the_client(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    path = re.search(r'action="(/leads/1/reply/\d+)"', almaty.get("/leads/1").text)
    assert path
    sent = almaty.post(path[1], {"text": "Здравствуйте, приедем завтра", "message_id": "one"}, headers=HTMX)
    again = almaty.post(path[1], {"text": "Здравствуйте, приедем завтра", "message_id": "one"})
    assert (sent.status_code, again.status_code) == (200, 303)
    lines = api_almaty.get("/api/messages?user_id=client_1").json["messages"]
    assert [line["text"] for line in lines].count("Здравствуйте, приедем завтра") == 1
    assert api_almaty.get("/api/leads/1").json["handled_by"] == "manager"
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert db.session.get_one(Lead, 1).assignee_id is not None, "who answers has the lead"
    assert almaty.post(f"{path[1]}/return").status_code == 303
    assert api_almaty.get("/api/leads/1").json["handled_by"] == "bot"


def test_nothing_is_said_in_a_talk_of_another_lead(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    contract_dialogue(api_almaty, "client_2", "87011112233")
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        theirs = db.session.query(Conversation).filter_by(lead_id=2).one().id
    assert almaty.post(f"/leads/1/reply/{theirs}", {"text": "не вам"}).status_code == 404
    assert almaty.post(f"/leads/1/reply/{theirs}/return").status_code == 404
    assert "не вам" not in str(api_almaty.get("/api/messages?user_id=client_2").json)


def test_an_empty_answer_says_so_and_takes_nothing(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    path = re.search(r'action="(/leads/1/reply/\d+)"', almaty.get("/leads/1").text)
    assert path and "Заполните" in almaty.post(path[1], {"text": "  "}).text
    assert api_almaty.get("/api/leads/1").json["handled_by"] == "bot"


def test_leads_and_pages_are_found_from_anywhere(almaty: Web, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    found = {
        query: almaty.get(f"/quick?q={query}", headers=HTMX, follow_redirects=True).text
        for query in ("канат", "776 877", "лматы", "показ")
    }
    assert all('href="/leads/1"' in found[query] for query in ("канат", "776 877", "лматы"))
    assert 'href="/figures"' in found["показ"] and "/leads/1" not in found["показ"]
    assert "/leads/1" not in astana.get("/quick?q=канат", headers=HTMX, follow_redirects=True).text
