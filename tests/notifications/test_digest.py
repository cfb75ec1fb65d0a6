"""The morning's summary in Telegram: once a working day, when it begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Clock
from flask import Flask
from making import put_chat, week

from leadbot.accounts import hours_settings, users
from leadbot.bot import company_settings
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.leads import moving, records, tasks
from leadbot.models import Delivery, Source, User
from leadbot.notifications import morning_summary


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Iterator[User]:
    """The owner of a company that works Mon–Fri from 9 and Sat from 10."""
    with app.app_context():
        clock.set("2026-11-26 12:00")  # Thursday
        user = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        put_chat("-100500")
        hours_settings.change({"holidays": "", **week()}, by=user)
        yield user


def come(phone: str = "87768776637", source: Source = Source.API) -> None:
    chat.receive(chat.Incoming(source, phone, f"Хочу дом 150 м² в Алматы, Канат, {phone}"))


def told() -> list[str]:
    """The summaries that were put, after another look by the worker."""
    company_id = tenancy.acting_for()
    morning_summary.send_due()
    tenancy.act_for(company_id)
    rows = db.session.query(Delivery).filter_by(event="digest").order_by(Delivery.id)
    return [row.text for row in rows]


def test_each_working_day_begins_with_one(owner: User, clock: Clock) -> None:
    come()
    come("87010000001")
    come("87010000002", Source.TEST)
    tasks.add(records.get(1), utcnow() + timedelta(hours=2), "", by=owner)
    moving.assign(records.get(2), owner, by=owner)
    clock.set("2026-11-27 08:59")
    assert told() == []
    clock.set("2026-11-27 09:00")
    first = "☀️ 27.11.2026, пятница\nНовые: 2 · Не звонили: 1 · Просрочено: 1 · Ждут в чате: 0"
    assert told() == [first]
    clock.forward(hours=5)
    assert told() == [first]
    clock.set("2026-11-28 10:00")  # Saturday begins later
    assert len(told()) == 2
    clock.set("2026-11-29 12:00")
    assert len(told()) == 2
    tasks.set_done(tasks.of_lead(records.get(1))[0], True, by=owner)
    moving.assign(records.get(1), owner, by=owner)
    clock.set("2026-11-30 09:05")
    assert told()[2:] == ["☀️ 30.11.2026, понедельник\nВсё разобрано. Хорошего дня!"]


def test_who_wants_none_or_slept_or_has_just_begun_gets_none(owner: User, clock: Clock) -> None:
    clock.set("2026-11-27 09:00")
    assert told() == []
    come()
    company_settings.change({"morning_digest": False})
    clock.set("2026-11-28 10:00")
    assert told() == []
    company_settings.change({"morning_digest": True})
    clock.set("2026-11-30 12:00")  # the worker comes back three hours late
    assert told() == []
    clock.set("2026-12-01 09:00")
    assert len(told()) == 1


def test_no_morning_has_come_on_the_day_of_the_sign_up(app: Flask, clock: Clock) -> None:
    with app.app_context():
        clock.set("2026-11-26 12:00")
        users.sign_up("new@almaty.kz", "test123", "Жаңа")
        put_chat("-100500")
        come()  # before the worker has looked at the company for the first time
        assert told() == []
        clock.set("2026-11-27 09:00")
        assert len(told()) == 1
