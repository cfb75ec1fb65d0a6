"""The demonstration firm: what a visitor finds on its pages, whatever the hour he makes it at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import bcrypt
import pytest
from conftest import log_in_web
from flask import Flask
from sqlalchemy import func, select

from leadbot import create_app
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.database import session, tenancy
from leadbot.database.session import Base, db, utcnow
from leadbot.leads import take_timer, tasks
from leadbot.models import Conversation, Delivery, DeliveryState, Lead, LeadEvent, LeadStatus, Message, Source, User
from leadbot.operations import demo
from leadbot.reports import figures, ledger

NIGHT = datetime(2026, 11, 29, 0, 10, tzinfo=ZoneInfo("Asia/Almaty"))  # of a Sunday: nobody is at work


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation with the demonstration in it, made at night."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'leadbot.db'}"
    app = create_app(
        Config(data_dir=folder, secret_key="k" * 48, database_url=url, ratelimit_enabled=False, testing=True)
    )
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        salt = bcrypt.gensalt
        patch.setattr(bcrypt, "gensalt", lambda rounds=4: salt(4))
        with tenancy.all_companies(), db.engine.connect() as connection, connection.begin():
            Base.metadata.create_all(connection)
        session.set_clock(lambda: NIGHT)
        demo.make()
        assert utcnow() == NIGHT  # as late as it was before
        yield app
        session.set_clock()


@pytest.fixture
def firm(demo_app: Flask) -> User:
    """Its owner; the session acts for it."""
    session.set_clock(lambda: NIGHT)
    db.session.remove()
    owner = users.by_email("demo@almaty.example.com")
    assert owner is not None
    tenancy.act_for(owner.company_id)
    return owner


def test_the_board_is_that_of_a_firm_at_work(firm: User) -> None:
    leads = list(db.session.scalars(select(Lead)))
    now = utcnow()
    assert len(leads) >= 30
    assert max(now - lead.created_at for lead in leads) > timedelta(days=50)
    assert Counter(lead.status for lead in leads).keys() == set(LeadStatus)
    assert {Source.WIDGET, Source.TELEGRAM, Source.API, Source.MANUAL} == {lead.source for lead in leads}
    assert {"ru", "kk", "en", ""} == {lead.language for lead in leads}
    assert len({lead.lost_reason for lead in leads if lead.lost_reason}) >= 6
    assert sum(lead.import_id is not None for lead in leads) == 3
    assert any(lead.is_undated for lead in leads) and not all(lead.is_undated for lead in leads if lead.import_id)
    assert any(lead.source is Source.MANUAL and lead.import_id is None for lead in leads)
    for mark in ("is_complaint", "is_urgent", "is_withdrawn", "contact_by", "contact_name", "related_lead_id"):
        assert any(getattr(lead, mark) for lead in leads), mark
    assert any(take_timer.is_waiting(lead) for lead in leads)
    assert len({lead.assignee_id for lead in leads} - {None, firm.id}) == 3
    due = tasks.open_for(None)
    assert sum(task.due_at < now for task in due) >= 3 and sum(task.due_at > now for task in due) >= 3
    assert all(
        len(each["utm_source"]) for each in (lead.first_touch for lead in leads) if each and "utm_source" in each
    )
    assert len({lead.first_touch["utm_source"] for lead in leads if "utm_source" in (lead.first_touch or {})}) >= 4


def test_somebody_waits_in_the_inbox(firm: User) -> None:
    talks = list(db.session.scalars(select(Conversation)))
    assert [talk.waits_for for talk in talks if talk.waits_for].count("call") == 1
    assert any(talk.handled_by == "manager" for talk in talks)
    assert any(talk.hot_since for talk in talks) and any(talk.is_junk for talk in talks)
    mixed = select(func.count()).select_from(Message).where(Message.text.contains("дом строить керек"))
    assert db.session.scalar(mixed) == 1


def test_nothing_happens_before_it_can(firm: User) -> None:
    now = utcnow()
    assert all(event.created_at <= now for event in db.session.scalars(select(LeadEvent)))
    for talk in db.session.scalars(select(Conversation)):
        lines = list(
            db.session.scalars(select(Message).where(Message.conversation_id == talk.id).order_by(Message.seq))
        )
        assert [line.created_at for line in lines] == sorted(line.created_at for line in lines)
    ranks = {
        stage: list(db.session.scalars(select(Lead).where(Lead.status == stage).order_by(Lead.rank)))
        for stage in LeadStatus
    }
    for leads in ranks.values():
        came = [lead.raised_at for lead in leads if lead.import_id is None]
        assert came == sorted(came)


def test_figures_and_ledger_add_up(firm: User) -> None:
    seen = figures.over(90)
    assert seen.now.won >= 5 and seen.now.touch_minutes and seen.now.quick_share
    assert seen.funnel["opened"] > seen.funnel["wrote"] > seen.funnel["lead"] > seen.funnel["won"] > 0
    assert len(seen.origins) >= 8 and len(seen.reasons) >= 6 and seen.heard.keys() == set(figures.HEARD)
    kept = ledger.over(90)
    assert kept.agrees and kept.registered == kept.news["told"] > 30 and kept.answers["manager"] > 0
    assert db.session.scalars(select(Delivery).where(Delivery.state != DeliveryState.SENT)).all() == []
    assert firm.company.telegram_chat_id is None


def test_made_again_it_is_left_as_it_is(firm: User) -> None:
    before = db.session.scalar(select(func.max(Message.id))), db.session.scalar(select(func.count()).select_from(Lead))
    logins = demo.make()
    tenancy.act_for(firm.company_id)
    assert before == (
        db.session.scalar(select(func.max(Message.id))),
        db.session.scalar(select(func.count()).select_from(Lead)),
    )
    assert [company for company, *_ in logins] == ["СтройДом Алматы", "СтройДом Алматы", "Астана Үй"]


def test_a_manager_of_it_comes_in(demo_app: Flask, firm: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conftest.PASSWORD", demo.PASSWORD)
    page = log_in_web(demo_app, "aigul@almaty.example.com").get("/board").text
    assert "Галина Ивановна" in page and "Айгуль Сейтова" in page
