"""The ledger: what came in against what was done about it."""

from __future__ import annotations

import re

from conftest import Api, Web, contract_dialogue
from doubles.carrier import carried_by
from flask import Flask
from making import set_company
from sqlalchemy import delete, func, select, update

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import DeliveryError
from leadbot.leads import merging, records
from leadbot.models import Author, Conversation, Delivery, Lead, Message, Source, User
from leadbot.outbox import deliveries
from leadbot.reports import ledger


class Refusing:
    """A chat that is gone for good."""

    def send(self, target: str, text: str, *more: object, **named: object) -> None:
        raise DeliveryError("Forbidden: bot was kicked", permanent=True)


class Taking:
    """A chat that takes everything."""

    def send(self, target: str, text: str, *more: object, **named: object) -> str:
        return "1"


def deliver(app: Flask, channel: Refusing | Taking) -> None:
    with app.app_context():
        for row in deliveries.due():
            deliveries.deliver(row, carried_by(channel))


def sums(app: Flask, web: Web) -> ledger.Ledger:
    with app.app_context():
        tenancy.act_for(web.company_id)
        found = ledger.over(7)
        assert found.received == sum(found.answers.values())
        assert found.registered == sum(found.news.values())
        return found


def test_nothing_adds_up_to_nothing(app: Flask, almaty: Web) -> None:
    assert sums(app, almaty).agrees
    assert almaty.get("/figures/ledger").text.count("сходится") == 2


def test_each_message_and_lead_is_accounted_for(app: Flask, api_almaty: Api, almaty: Web) -> None:
    contract_dialogue(api_almaty, "a")
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100123")
    contract_dialogue(api_almaty, "b", "87768776638")
    found = sums(app, almaty)
    assert found.answers == {"bot": 8, "manager": 0, "waiting": 0, "unanswered": 0}
    assert found.news == {"told": 0, "pending": 1, "given_up": 0, "untold": 1}
    assert re.search(
        r'href="/settings/telegram">[^<]*</a></td><td class="number">1<', almaty.get("/figures/ledger").text
    )
    deliver(app, Taking())
    assert sums(app, almaty).news["told"] == 1
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        one, two = records.get(1), records.get(2)
        owner = db.session.scalars(select(User)).one()
        merging.merge(one, two, {}, by=owner, versions=(one.version, two.version))
    assert sums(app, almaty).news["told"] == 2


def test_a_manager_answers_in_the_end_or_not_yet(app: Flask, api_almaty: Api, almaty: Web) -> None:
    api_almaty.say("a", "Хочу дом")
    almaty.post("/conversations/1/take")
    api_almaty.say("a", "Вы тут?")
    assert sums(app, almaty).answers == {"bot": 1, "manager": 0, "waiting": 1, "unanswered": 0}
    almaty.post("/conversations/1/messages", {"text": "Да, слушаю вас"})
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.scalar(select(func.count()).where(Message.author == Author.MANAGER)) == 1
    assert sums(app, almaty).answers == {"bot": 1, "manager": 1, "waiting": 0, "unanswered": 0}


def test_a_gap_is_shown_with_its_rows(app: Flask, api_almaty: Api, almaty: Web) -> None:
    api_almaty.say("a", "Хочу дом")
    api_almaty.say("a", "В Алматы, сколько стоит?")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.execute(delete(Message).where(Message.answers_seq == 3))  # as if the turn had died
        db.session.commit()
    found = sums(app, almaty)
    assert found.answers["unanswered"] == 1 and not found.agrees
    page = almaty.get("/figures/ledger").text
    assert "есть упущенные" in page and "сколько стоит?" in page
    assert re.search(r'href="/conversations/1#m\d+"', page)


def test_a_refused_notice_is_sent_again_from_the_ledger(app: Flask, api_almaty: Api, almaty: Web, astana: Web) -> None:
    set_company(app, almaty.company_id or 0, telegram_chat_id="-100123")
    contract_dialogue(api_almaty)
    deliver(app, Refusing())
    assert sums(app, almaty).news["given_up"] == 1
    page = almaty.get("/figures/ledger").text
    retry = re.search(r'action="(/figures/ledger/\d+/retry)"', page)
    assert retry and "bot was kicked" in page
    assert astana.post(retry[1]).status_code == 404
    assert almaty.post(retry[1], {"days": "30"}).location == "/figures/ledger?days=30"
    deliver(app, Taking())
    assert sums(app, almaty).agrees


def test_test_talks_and_leads_by_hand_count_on_neither_side(app: Flask, api_almaty: Api, almaty: Web) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.execute(update(Conversation).values(source=Source.TEST))
        db.session.execute(update(Lead).values(source=Source.MANUAL))
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0
    found = sums(app, almaty)
    assert (found.received, found.registered) == (0, 0)
