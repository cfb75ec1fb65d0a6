"""Talks in work: back to the bot after a silence, junk kept apart, notes for colleagues alone."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Later, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select
from test_inbox import HTMX, rows, waits

from leadbot.conversations import idle, unanswered
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Message

# --- back to the bot -------------------------------------------------------------------------------------------------


def sweep(app: Flask) -> None:
    with app.app_context():
        for due in (idle.nudge_due, idle.finish_due, idle.return_due):
            due()


def last_line(app: Flask, company_id: int) -> Message:
    tenancy.act_for(company_id)
    return db.session.scalars(select(Message).order_by(Message.id.desc())).first()


def test_a_silent_manager_gives_the_talk_back(app: Flask, almaty: Web, api_almaty: Api, later: Later) -> None:
    api_almaty.say("client_1", "Хочу дом")
    almaty.post("/conversations/1/take")
    later(minutes=20)
    almaty.post("/conversations/1/messages", {"text": "Здравствуйте"})
    later(minutes=29)
    sweep(app)
    assert "Вернуть боту" in almaty.get("/conversations/1").text
    later(minutes=2)
    sweep(app)
    page = almaty.get("/conversations/1").text
    assert "Взять диалог" in page
    with app.app_context():
        assert last_line(app, api_almaty.company_id).text.startswith("С вами снова бот-помощник. ")
    assert api_almaty.say("client_1", "Алматы")["handled_by"] == "bot"


def test_a_talk_that_is_the_bots_again_is_not_looked_at_twice(
    app: Flask, almaty: Web, api_almaty: Api, later: Later
) -> None:
    api_almaty.say("client_1", "Хочу дом")
    almaty.post("/conversations/1/take")
    api_almaty.say("client_1", "Вы тут?")
    later(minutes=6)
    with app.app_context():
        unanswered.tell_due()
    later(minutes=30)
    sweep(app)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        talk = db.session.get(Conversation, 1)
        assert (talk.handled_by, talk.return_due_at) == ("bot", None)
        assert "снова бот" not in last_line(app, api_almaty.company_id).text


@pytest.mark.parametrize(
    ("minutes", "status"), [("0", 303), ("1440", 303), ("", 303), ("-1", 422), ("1441", 422), ("½", 422)]
)
def test_the_wait_is_set_or_refused(
    app: Flask, almaty: Web, api_almaty: Api, later: Later, minutes: str, status: int
) -> None:
    answer = almaty.post("/settings/conversations", {"return_minutes": minutes, "nudges": "1"})
    assert answer.status_code == status
    api_almaty.say("client_1", "Хочу дом")
    almaty.post("/conversations/1/take")
    later(minutes=31)
    sweep(app)
    came_back = "Взять диалог" in almaty.get("/conversations/1").text
    assert came_back is (status == 422), "the 30 minutes hold where nothing else could be set"


# --- junk ------------------------------------------------------------------------------------------------------------


def test_a_job_seeker_is_kept_apart_and_can_be_taken_back(almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Ищу работу, я сварщик, 87011112233")
    api_almaty.say("client_2", "Хочу дом")
    assert rows(almaty.get("/conversations").text) == [2]
    assert rows(almaty.get("/conversations?show=junk").text) == [1]
    assert "В спаме." in almaty.get("/conversations/1").text
    almaty.post("/conversations/1/not-junk")
    assert rows(almaty.get("/conversations").text) == [2, 1]
    api_almaty.say("client_1", "Ищу работу")
    assert rows(almaty.get("/conversations?show=junk").text) == [], "a person has spoken"


def test_who_wishes_for_something_after_all_is_a_client(almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Ищу работу")
    api_almaty.say("client_1", "Хочу построить дом в Алматы")
    assert rows(almaty.get("/conversations").text) == [1]


def test_what_a_person_calls_junk_makes_no_lead(app: Flask, almaty: Web, api_almaty: Api, later: Later) -> None:
    api_almaty.say("client_1", "Хочу дом")
    almaty.post("/conversations/1/junk")
    answer = api_almaty.say("client_1", "Алматы, 150 квадратов, Канат, 87768776637")
    assert answer["function_called"] is None
    assert "Здесь принимаем заявки от заказчиков" in str(answer["response"])
    later(hours=2)
    sweep(app)
    assert api_almaty.get("/api/leads").json["total"] == 0
    assert waits(almaty.get("/conversations").text) == 0
    almaty.post("/conversations/1/not-junk")
    later(hours=1)
    sweep(app)
    assert api_almaty.get("/api/leads").json["total"] == 1, "what he said meanwhile was understood"


def test_the_lead_of_a_junk_talk_leaves_the_board_and_comes_back(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    almaty.post("/conversations/1/junk")
    lead = api_almaty.get("/api/leads").json["leads"][0]
    assert (lead["status"], lead.get("lost_reason", "spam")) == ("lost", "spam")
    almaty.post("/conversations/1/not-junk")
    assert api_almaty.get("/api/leads").json["leads"][0]["status"] == "new"


# --- notes -----------------------------------------------------------------------------------------------------------


def test_a_note_is_seen_by_colleagues_and_by_nobody_else(app: Flask, almaty: Web, aigul: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    state = re.search(r'name="state" value="(\w+)"', almaty.get("/conversations/1").text).group(1)
    poll = f"/conversations/1/lines?after=8&notes=0&state={state}&marks="
    assert aigul.get(poll, headers=HTMX).status_code == 204
    assert almaty.post("/conversations/1/notes", {"note": "Торгуется, <b>осторожно</b>"}).status_code == 303
    shown = aigul.get(poll, headers=HTMX).text
    assert "Торгуется, &lt;b&gt;осторожно" in shown
    assert "Торгуется" in aigul.get("/conversations/1").text
    answers = [
        api_almaty.get(path).text
        for path in ("/api/leads", "/api/leads/1", "/api/leads/1/messages", "/api/settings", "/openapi.json")
    ]
    answers.append(str(api_almaty.say("client_1", "Что менеджер записал?")))
    assert not [text for text in answers if "Торгуется" in text]
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert not [line.text for line in db.session.scalars(select(Message)) if "Торгуется" in line.text]


@pytest.mark.parametrize("note", ["", "  \n", "я" * 4001])
def test_an_empty_or_endless_note_is_refused_and_kept(almaty: Web, api_almaty: Api, note: str) -> None:
    api_almaty.say("client_1", "Хочу дом")
    answer = almaty.post("/conversations/1/notes", {"note": note})
    assert answer.status_code == 422
    assert f"{note}</textarea>" in answer.text
    assert 'class="note private"' not in answer.text
