"""Talks go by the clock where the company keeps them for a limited time, and open leads stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select
from test_erasing import NAME, company, in_files

from leadbot import jobs
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.leads import board, moving, records
from leadbot.models import Company, Conversation, Lead, LeadStatus, Source, User
from leadbot.transfer import erasure


@over(["29", "3651", "-1", "x", "٣٠", "1e3", "9" * 30], "days")
def test_a_period_that_can_not_be_is_refused(app: Flask, almaty: Web, days: str) -> None:
    answer = almaty.post("/settings/data", {"days": days})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_an_empty_period_keeps_for_ever_again(app: Flask, almaty: Web) -> None:
    for days, kept in (("3650", 3650), ("", None)):
        assert almaty.post("/settings/data", {"days": days}).status_code == 303
        with app.app_context():
            tenancy.act_for(almaty.company_id or 0)
            assert db.session.scalars(select(Company)).one().retention_days == kept


@pytest.mark.parametrize("batch", [1, 100])
def test_what_is_old_enough_goes_and_open_leads_stay(
    app: Flask, almaty: Web, astana: Web, api_almaty: Api, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(erasure, "BATCH", batch)
    assert almaty.post("/settings/data", {"days": "30"}).status_code == 303
    for number, phone in enumerate(("87010000001", "87010000002", "87010000003")):
        contract_dialogue(api_almaty, f"client {number}", phone)
    api_almaty.say("no lead", "Хочу дом")
    api_almaty.say("client 2 elsewhere", "Канат, 87010000003, хочу ещё баню")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        owner = db.session.scalars(select(User)).one()
        for number in (1, 2):
            moving.move(records.get(number), LeadStatus.WON, by=owner)
        for talk in db.session.scalars(select(Conversation)):
            talk.last_message_at = utcnow() - timedelta(days=29 if talk.id == 2 else 31)
        by_hand = [
            (LeadStatus.WON, 40, 40),
            (LeadStatus.NEW, 40, 40),
            (LeadStatus.WON, 29, 40),
            (LeadStatus.LOST, 40, 29),
        ]
        for status, raised, updated in by_hand:
            lead = Lead(source=Source.MANUAL, phone="1", phone_e164="+1", status=status)
            lead.raised_at, lead.updated_at = (utcnow() - timedelta(days=days) for days in (raised, updated))
            db.session.add(lead)
            db.session.flush()
        db.session.commit()
        shown = board.current_version()
    jobs.tidying(app).go()
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert sorted(db.session.scalars(select(Lead.id))) == [2, 3, 5, 6, 7]
        assert board.current_version() > shown
        assert sorted(db.session.scalars(select(Conversation.id))) == [2, 3, 5]


def all_talks_are_old(app: Flask, web: Web, **values: object) -> None:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        for talk in db.session.scalars(select(Conversation)):
            talk.last_message_at = utcnow() - timedelta(days=31)
            for name, value in values.items():
                setattr(talk, name, value)
        db.session.commit()
    company(app, web, retention_days=30)


def test_a_client_whose_earlier_lead_is_open_stays(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    all_talks_are_old(app, almaty, lead_id=None)
    with app.app_context():
        assert erasure.expire() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # whose log is a file
def test_what_goes_by_the_clock_is_not_in_the_databases_log_either(
    app: Flask, almaty: Web, api_almaty: Api, tmp_path: Path
) -> None:
    api_almaty.say("quiet", f"Меня зовут {NAME}")
    all_talks_are_old(app, almaty)
    assert in_files(tmp_path)
    with app.app_context():
        assert erasure.expire() == 1
    assert in_files(tmp_path) == []


@pytest.mark.parametrize("values", [{}, {"retention_days": 30, "is_active": False}])
def test_without_a_period_or_with_the_company_off_nothing_goes(
    app: Flask, almaty: Web, api_almaty: Api, values: dict[str, object]
) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.scalars(select(Conversation)).one().last_message_at = utcnow() - timedelta(days=4000)
        moving.move(records.get(1), LeadStatus.WON, by=db.session.scalars(select(User)).one())
        db.session.commit()
    company(app, almaty, **values)
    with app.app_context():
        assert erasure.expire() == 0
