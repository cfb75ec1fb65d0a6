"""What a person still has open of an erased client never reaches the next one."""

from __future__ import annotations

from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Lead, Message


def ids(app: Flask, web: Web) -> list[set[int]]:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return [set(db.session.scalars(select(kind.id))) for kind in (Lead, Conversation, Message)]


def test_the_next_client_gets_other_ids_than_the_erased_one(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "first", "87011112233")
    before = ids(app, almaty)
    assert almaty.post("/leads/1/erase").status_code == 303
    contract_dialogue(api_almaty, "second", "87014445566")
    after = ids(app, almaty)
    assert all(after) and not any(old & new for old, new in zip(before, after, strict=True))


def test_an_old_tab_reaches_nobody(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "first", "87011112233")
    almaty.post("/conversations/1/erase")
    contract_dialogue(api_almaty, "second", "87014445566")
    sent = {
        "/conversations/1/take": {},
        "/conversations/1/messages": {"text": "Здравствуйте", "message_id": "a"},
        "/leads/1/fields/phone": {"value": "87019990000", "version": "1"},
        "/leads/1/move": {"status": "won", "version": "1"},
    }
    assert {path: almaty.post(path, form).status_code for path, form in sent.items()} == dict.fromkeys(sent, 404)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.scalars(select(Lead.phone)).one() == "87014445566"
        assert db.session.scalars(select(Conversation.handled_by)).one() == "bot"
