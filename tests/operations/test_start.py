"""The first five minutes: steps ticked by what really happened, and sample leads that come and go with a click."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue
from counting import sizes
from flask import Flask
from sqlalchemy import event, func, select

from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Company, Conversation, Delivery, DeliveryState, Lead, User
from leadbot.outbox import deliveries
from leadbot.reports import onboarding


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(telegram_bot_token="1:secret-token")


def done(web: Web) -> set[str]:
    """The steps that the board shows as done."""
    return set(re.findall(r'data-step="(\w+)" data-done', web.get("/board").text))


def act(web: Web) -> None:
    tenancy.act_for(web.company_id or 0)


def change_company(app: Flask, web: Web, **values: object) -> None:
    with app.app_context():
        act(web)
        own = db.session.scalars(select(Company)).one()
        for name, value in values.items():
            setattr(own, name, value)
        db.session.commit()


def test_each_step_is_ticked_by_a_real_event(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    assert 'data-step="chat"' in almaty.get("/board").text and done(almaty) == set()
    almaty.post("/chat", {"text": "Хочу дом"})
    assert done(almaty) == {"chat"}
    change_company(app, almaty, telegram_chat_id="-1001")
    almaty.post("/settings/telegram/test")
    assert done(almaty) == {"chat"}
    with app.app_context():
        act(almaty)
        deliveries.last_test().state = DeliveryState.SENT
        db.session.commit()
    assert done(almaty) == {"chat", "telegram"}
    change_company(app, almaty, widget_seen_at=utcnow(), widget_seen_host="stroykz.kz")
    assert done(almaty) == {"chat", "telegram", "widget"}
    with app.app_context():
        act(almaty)
        db.session.add(User(email="b@b.kz", email_key="b@b.kz", hashed_password="x"))
        db.session.commit()
    assert 'class="lane start"' not in almaty.get("/board").text


def test_another_companys_events_tick_nothing(almaty: Web, astana: Web) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    assert done(astana) == set() and done(almaty) == {"chat"}


class TestWithoutBot:
    """An installation that has no bot in Telegram."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(telegram_bot_token=None)

    def test_what_cannot_be_done_is_no_step(self, app: Flask, almaty: Web) -> None:
        almaty.post("/chat", {"text": "Хочу дом"})
        page = almaty.get("/board").text
        assert re.findall(r'data-step="(\w+)"', page) == ["chat", "widget", "colleague"] and "1 из 3" in page
        change_company(app, almaty, widget_seen_at=utcnow())
        with app.app_context():
            act(almaty)
            db.session.add(User(email="b@b.kz", email_key="b@b.kz", hashed_password="x"))
            db.session.commit()
        assert 'class="lane start"' not in almaty.get("/board").text


def test_the_list_can_be_put_away_for_good(almaty: Web) -> None:
    assert almaty.post("/start/dismiss").location == "/board"
    assert 'class="lane start"' not in almaty.get("/board").text


def test_the_state_is_told_in_one_statement(app: Flask, almaty: Web) -> None:
    seen: list[str] = []
    with app.app_context():
        act(almaty)
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        assert onboarding.state().count == 0
    assert len([sql for sql in seen if sql.startswith("SELECT")]) == 1


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_samples_fill_the_board_and_vanish_without_a_trace(app: Flask, almaty: Web, language: str) -> None:
    change_company(app, almaty, telegram_chat_id="-1001", language=language)
    before = sizes(app)
    assert almaty.post("/start/samples").status_code == 303
    assert almaty.post("/start/samples").status_code == 303
    with app.app_context():
        act(almaty)
        leads = list(db.session.scalars(select(Lead)))
        assert len(leads) == {"ru": 7, "kk": 3}[language] and all(lead.is_test for lead in leads)
        assert len({lead.status for lead in leads}) >= 3
        assert db.session.scalars(select(Delivery)).all() == []
    assert "Убрать примеры" in almaty.get("/board").text
    assert done(almaty) == set()
    almaty.post("/start/samples/remove")
    assert sizes(app) == before | {"erased_leads": 2 * len(leads)}  # of both times: who keeps a copy hears of it


def test_samples_leave_real_leads_alone(app: Flask, almaty: Web, api_almaty: Api) -> None:
    almaty.post("/start/samples")
    contract_dialogue(api_almaty)
    almaty.post("/start/samples/remove")
    with app.app_context():
        act(almaty)
        assert [lead.name for lead in db.session.scalars(select(Lead))] == ["Канат"]
        assert db.session.scalar(select(func.count()).select_from(Conversation)) == 1
