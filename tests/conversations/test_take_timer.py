"""Leads that nobody takes: marked, told of once, then to the owner by name; all in working hours only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Clock
from counting import statements
from flask import Flask
from making import put_chat, week

from leadbot import events, jobs
from leadbot.accounts import hours_settings, users
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import board, moving, records, take_timer
from leadbot.models import Company, Delivery, Lead, LeadStatus, Source, User

PHONE = "8\u00a0776\u00a0877\u00a066\u00a037"
REMINDER = f"⏰ №\u00a01 ждёт {{}} мин, никто не взял: Канат, {PHONE}"
ESCALATION = f"❗ Айгуль, №\u00a01 без ответа {{}} мин. Канат, {PHONE}. Нужен ответственный"


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Iterator[User]:
    """The owner of a company that works Mon–Fri 9–13 and 14–18 and Sat 10–15, but not on 16 December."""
    with app.app_context():
        clock.set("2026-11-24 09:00")
        user = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        users.change_profile(user, {"name": "Айгуль", "language": "ru", "theme": ""})
        put_chat("-100500")
        set_hours(user)
        yield user


def set_hours(user: User, **more: str) -> None:
    hours_settings.change({"holidays": "16.12", **week(), **more}, by=user)  # type: ignore[dict-item]


def come(source: Source = Source.API, phone: str = "87768776637") -> Lead:
    lead = chat.receive(chat.Incoming(source, f"client {phone}", f"Хочу дом 150 м² в Алматы, Канат, {phone}")).lead
    assert lead
    return lead


def told() -> list[str]:
    """What was put for Telegram about waiting, in order."""
    company_id = tenancy.acting_for()
    take_timer.remind_due()
    tenancy.act_for(company_id)
    rows = db.session.query(Delivery).filter(Delivery.event.in_(["lead.reminder", "lead.escalation"]))
    return [row.text for row in rows.order_by(Delivery.id)]


def test_a_lead_is_told_of_twice_and_then_no_more(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    lead = come()
    version, shown = lead.version, board.current_version()
    clock.forward(minutes=14)
    assert told() == [] and take_timer.watch().waits(lead) == 0
    clock.forward(minutes=1)
    assert told() == [REMINDER.format(15)] and take_timer.watch().waits(records.get(1)) == 15
    assert told() == [REMINDER.format(15)]
    clock.forward(minutes=14)
    assert len(told()) == 1
    clock.forward(minutes=1)
    assert told() == [REMINDER.format(15), ESCALATION.format(30)]
    clock.forward(days=3)
    assert len(told()) == 2
    assert records.get(1).version == version and board.current_version() == shown + 2


@pytest.mark.parametrize(
    ("came", "reminder", "escalation"),
    [
        ("2026-11-24 12:50", "2026-11-24 14:05", "2026-11-24 14:20"),  # over lunch
        ("2026-11-24 13:20", "2026-11-24 14:15", "2026-11-24 14:30"),
        ("2026-11-24 17:50", "2026-11-25 09:05", "2026-11-25 09:20"),  # over night
        ("2026-11-25 02:00", "2026-11-25 09:15", "2026-11-25 09:30"),
        ("2026-11-28 14:40", "2026-11-28 14:55", "2026-11-30 09:10"),  # over the weekend
        ("2026-12-15 17:40", "2026-12-15 17:55", "2026-12-17 09:10"),  # over a holiday
    ],
)
def test_only_working_minutes_count(owner: User, clock: Clock, came: str, reminder: str, escalation: str) -> None:
    clock.set(came)
    come()
    for moment, texts in (
        (reminder, [REMINDER.format(15)]),
        (escalation, [REMINDER.format(15), ESCALATION.format(30)]),
    ):
        before = texts[:-1]
        clock.set(moment)
        clock.forward(seconds=-30)
        assert told() == before
        clock.set(moment)
        assert told() == texts


def test_a_worker_that_slept_wakes_nobody_at_night(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 17:30")
    come()
    clock.set("2026-11-24 23:00")
    assert told() == []
    clock.set("2026-11-25 08:59")
    assert told() == []
    clock.set("2026-11-25 09:00")
    assert told() == [REMINDER.format(30)]
    clock.forward(minutes=15)
    assert told()[1:] == [ESCALATION.format(45)]


def test_whoever_is_taken_care_of_is_not_told_of(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    taken, moved, test = come(phone="87010000001"), come(phone="87010000002"), come(Source.TEST, "87010000003")
    assert test.take_due_at is None
    moving.move(records.get(taken.id), LeadStatus.IN_PROGRESS, by=owner)
    moving.move(records.get(moved.id), LeadStatus.LOST, by=owner, reason="spam")
    clock.forward(minutes=40)
    assert told() == [] and not any(take_timer.watch().waits(records.get(number)) for number in (1, 2, 3))
    assert db.session.query(Lead).filter(Lead.take_due_at.is_not(None)).count() == 0


def test_it_can_be_turned_off_and_what_waits_follows_the_settings(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    come()
    set_hours(owner, take_minutes="40")
    clock.forward(minutes=20)
    assert told() == []
    set_hours(owner, day1="11-12")
    clock.set("2026-11-24 10:30")
    assert told() == []
    clock.set("2026-11-24 11:15")
    assert told() == [REMINDER.format(15)]
    set_hours(owner, take_minutes="0")
    clock.forward(minutes=30)
    assert len(told()) == 1 and take_timer.watch().waits(records.get(1)) == 0
    come(phone="87010000009")
    clock.forward(hours=30)
    assert len(told()) == 1


def test_without_hours_every_minute_counts(owner: User, clock: Clock) -> None:
    set_hours(owner, **{f"day{number}": "" for number in range(7)})
    clock.set("2026-11-29 03:00")
    come()
    clock.forward(minutes=15)
    assert told() == [REMINDER.format(15)]


def test_a_company_that_is_off_hears_nothing(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    come()
    db.session.get_one(Company, owner.company_id).is_active = False
    db.session.commit()
    clock.forward(minutes=20)
    assert told() == []


def test_without_a_chat_the_card_is_marked_all_the_same(owner: User, clock: Clock) -> None:
    put_chat(None)
    clock.set("2026-11-24 10:00")
    come()
    shown = board.current_version()
    clock.forward(minutes=15)
    assert told() == [] and board.current_version() > shown


def test_two_workers_tell_once(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    lead = come()
    clock.forward(minutes=15)
    events.publish(events.LeadNotTaken(lead.id, 15))  # another worker, which has not marked the lead yet
    db.session.commit()
    assert told() == [REMINDER.format(15)]


def test_the_sweep_asks_once_for_all_companies(app: Flask, owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    for number in range(3):
        come(phone=f"8701000000{number}")
    with statements(app) as said:
        take_timer.remind_due()
    assert len(said) == 1 and "take_due_at" in said[0]


def test_the_worker_looks_after_it(app: Flask, owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    come()
    clock.forward(minutes=15)
    jobs.sweeping(app).go()
    tenancy.act_for(owner.company_id)
    assert told() == [REMINDER.format(15)]
