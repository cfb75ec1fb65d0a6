"""The manager's work in Telegram: take, call back, lose and answer from the notice itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from conftest import Clock
from doubles.telegram import BROKEN, TOKEN, TelegramDouble, refuse
from flask import Flask
from making import put_chat, week

from leadbot import jobs
from leadbot.accounts import hours_settings, users
from leadbot.config import Config
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import moving, records, tasks
from leadbot.models import (
    Delivery,
    DeliveryState,
    Lead,
    LeadStatus,
    LeadTask,
    LostReason,
    Role,
    Source,
    User,
)
from leadbot.notifications.carriers.pace import Pace
from leadbot.outbox import deliveries

CHAT, AIGUL, DANA = -100500, 777, 888
ALL = ["Беру", "Перезвонить", "Отказ", "Открыть"]


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, telegram: TelegramDouble) -> Config:
    return config.replace(
        telegram_bot_token=TOKEN, telegram_api_url=telegram.url, public_url="https://leadbot.example.kz"
    )


@dataclass
class Office:
    """A company that works Mon–Fri from 9, its two people whom Telegram knows, and the worker."""

    app: Flask
    telegram: TelegramDouble

    def come(self, phone: str = "87768776637", source: Source = Source.WIDGET) -> Lead:
        """A client's lead, and its notice in the chat."""
        words = f"Хочу дом 150 м² в Алматы, Канат, {phone}"
        lead = chat.receive(chat.Incoming(source, f"client {phone}", words)).lead
        assert lead
        self.work()
        return lead

    def work(self) -> None:
        """The worker reads what was pressed and written, and carries out what waits."""
        company_id = tenancy.acting_for()
        db.session.commit()
        jobs.listen(self.app, 0)
        self.carry()
        tenancy.act_for(company_id)

    def carry(self) -> None:
        """Carry out what waits."""
        company_id = tenancy.acting_for()
        db.session.commit()
        while any(deliveries.deliver(row, jobs.carrier_for).is_sent for row in deliveries.due()):
            pass
        db.session.expire_all()
        tenancy.act_for(company_id)

    def press(self, label: str, sender: int = AIGUL, message_id: int = 1) -> str:
        """Press a button; what pops up for it."""
        self.telegram.press(label, sender, message_id=message_id)
        self.work()
        return str(self.telegram.toasts[-1]["text"])


@pytest.fixture
def office(app: Flask, clock: Clock, telegram: TelegramDouble) -> Iterator[Office]:
    with app.app_context():
        jobs.carrier_for("telegram").pace = Pace(1.0, 25, count(0, 10).__next__)  # time flies: nobody waits
        clock.set("2026-11-24 10:00")
        owner = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        dana = User(
            email="d@almaty.kz", email_key="d@almaty.kz", hashed_password=owner.hashed_password, role=Role.MANAGER
        )
        owner.name, owner.telegram_id, dana.name, dana.telegram_id = "Айгуль", AIGUL, "Дана", DANA
        db.session.add(dana)
        put_chat(str(CHAT))
        hours_settings.change({"holidays": "", **week()}, by=owner)
        yield Office(app, telegram)


def history() -> list[tuple[str, str | None, str | None]]:
    rows = records.history(records.get(1))
    return [(row.kind, row.user.shown_name if row.user else None, row.through) for row in rows]


def test_taking_makes_it_ones_own_for_all_to_see(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    assert telegram.labels() == ALL
    assert telegram.buttons()[-1]["url"] == "https://leadbot.example.kz/leads/1"
    assert office.press("Беру") == "Заявка ваша"
    lead = records.get(1)
    assert (lead.status, lead.assignee.name) == (LeadStatus.IN_PROGRESS, "Айгуль")
    assert history()[1:] == [("assigned", "Айгуль", "telegram"), ("moved", "Айгуль", "telegram")]
    assert telegram.shown()["text"] == telegram.texts[0] + "\nВзяли в работу: Айгуль, 10:00"
    assert telegram.labels() == ALL[1:] and len(telegram.texts) == 1


def test_the_second_hears_who_was_quicker(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    telegram.press("Беру", AIGUL)
    telegram.press("Беру", DANA)
    telegram.press("Отказ", DANA)
    office.work()
    said = [(each["text"], each["show_alert"]) for each in telegram.toasts]
    assert said == [("Заявка ваша", False), *[("Заявку уже взяли: Айгуль", True)] * 2]
    assert records.get(1).assignee.name == "Айгуль" and telegram.labels() == ALL[1:]


def test_the_same_press_twice_is_one(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    for _ in range(2):
        telegram.press("Беру")
    office.work()
    office.press("Перезвонить")
    for _ in range(2):
        telegram.press("Через час")
    office.work()
    office.press("Отказ")
    for _ in range(2):
        telegram.press("Дорого")
    office.work()
    assert [each["text"] for each in telegram.toasts] == [
        "Заявка ваша", "Заявка ваша", "", "Напоминание: 11:00", "Напоминание: 11:00", "", *["Отказ (Дорого)"] * 2,
    ]  # fmt: skip
    kinds = [kind for kind, _, _ in history()]
    assert kinds == ["created", "assigned", "moved", "task_set", "moved"]
    assert db.session.query(LeadTask).count() == 1


def test_a_call_back_is_a_task_of_whoever_pressed(office: Office, telegram: TelegramDouble, clock: Clock) -> None:
    office.come()
    assert office.press("Перезвонить", DANA) == ""
    assert telegram.labels() == ["Через час", "Завтра, 09:00", "‹ Назад"]
    assert office.press("‹ Назад") == "" and telegram.labels() == ALL
    office.press("Перезвонить", DANA)
    assert office.press("Завтра, 09:00", DANA) == "Напоминание: 25.11, 09:00"
    state = "\nВзяли в работу: Дана, 10:00\n🔔 Перезвонить: Дана, 25.11, 09:00"
    assert telegram.shown()["text"].endswith(state) and telegram.labels() == ALL[1:]
    task = tasks.of_lead(records.get(1))[0]
    assert (task.assignee.name, records.get(1).assignee.name) == ("Дана", "Дана")
    office.press("Перезвонить", DANA)
    clock.set("2026-11-28 11:00")  # Saturday
    office.press("‹ Назад", DANA)
    office.press("Перезвонить", DANA)
    assert office.press("30.11, 09:00", DANA) == "Напоминание: 30.11, 09:00"
    assert len(tasks.of_lead(records.get(1))) == 1


def test_a_loss_has_one_of_seven_reasons(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    office.press("Отказ")
    assert len(telegram.buttons()) == 8
    assert all(len(key["callback_data"].encode()) <= 64 for key in telegram.buttons())
    assert office.press("Не дозвонились", DANA) == "Отказ (Не дозвонились)"
    lead = records.get(1)
    assert (lead.status, lead.lost_reason) == (LeadStatus.LOST, LostReason.UNREACHABLE)
    assert telegram.shown()["text"].endswith("\nОтказ (Не дозвонились): Дана, 10:00")
    assert telegram.labels() == ["Открыть"]


def test_what_happens_on_the_board_shows_in_the_chat(office: Office, telegram: TelegramDouble, clock: Clock) -> None:
    lead, owner = office.come(), users.by_email("owner@almaty.kz")
    clock.set("2026-11-25 11:30")
    moving.move(lead, LeadStatus.MEASUREMENT, by=owner)
    office.work()
    assert telegram.shown()["text"].endswith("\nЗамер назначен: Айгуль, 25.11, 11:30")
    moving.move(records.get(1), LeadStatus.WON, by=owner)
    moving.move(records.get(1), LeadStatus.NEW, by=owner)
    before = len(telegram.edited)
    office.work()
    assert len(telegram.edited) == before + 1 and telegram.labels() == ALL[1:]  # who moved it has it
    assert deliveries.latest() == [db.session.get(Delivery, 1)]  # people are not shown the edits


def test_a_strangers_press_says_how_and_does_nothing(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    for sender in (5, DANA):
        db.session.query(User).filter_by(telegram_id=DANA).update({"is_enabled": False})
        db.session.commit()
        telegram.press("Беру", sender)
        office.work()
        toast = telegram.toasts[-1]
        assert toast["show_alert"] and "Настройки → Профиль" in toast["text"]
    db.session.query(User).filter_by(telegram_id=DANA).update({"is_enabled": True, "role": Role.VIEWER})
    db.session.commit()
    assert office.press("Беру", DANA).startswith("На это нет прав")
    assert records.get(1).assignee is None and [kind for kind, _, _ in history()] == ["created"]


@pytest.mark.parametrize(
    "data",
    ["take:2:new.0:", "take:99999999999:new.0:", "take:9999999999:new.0:", "lost:1:new.0:rich", "call:1:new.0:never",
     "menu:1:new.0:x", "drop:1:new.0:", "take:1", "", "take:1:new.7:", "take:1:won.0:"],
)  # fmt: skip
def test_made_up_presses_change_nothing(app: Flask, office: Office, telegram: TelegramDouble, data: str) -> None:
    office.come()
    ours = tenancy.acting_for()
    db.session.remove()
    theirs = users.sign_up("x@astana.kz", "test123", "Астана")
    foreign = chat.receive(chat.Incoming(Source.API, "x", "Хочу дом 150 м² в Астане, Ержан, 87010000001")).lead
    assert foreign and foreign.id == 2
    foreign_company = theirs.company_id
    db.session.remove()
    tenancy.act_for(ours)
    telegram.press_data(data)
    office.work()
    assert all("Ержан" not in str(toast) for toast in telegram.toasts)
    assert [kind for kind, _, _ in history()] == ["created"] and not db.session.query(LeadTask).count()
    db.session.remove()
    tenancy.act_for(foreign_company)
    assert records.get(2).assignee_id is None and records.get(2).status is LeadStatus.NEW


def test_a_chat_that_is_the_companys_no_more_does_nothing(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    put_chat("-42")
    assert office.press("Беру") == "Этой заявки здесь нет"
    assert records.get(1).assignee is None


def test_a_worker_that_dies_after_the_act_does_it_once(
    office: Office, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.come()

    class Died(BaseException):
        pass

    def die(*args: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("leadbot.channels.workplace.work._show", die)
        telegram.press("Беру")
        with pytest.raises(Died):
            jobs.listen(office.app, 0)
    tenancy.act_for(1)
    db.session.expire_all()
    assert records.get(1).assignee.name == "Айгуль"
    office.work()
    assert telegram.toasts[-1]["text"] == "Заявка ваша" and len(history()) == 3
    assert telegram.labels() == ALL[1:]


def test_a_fault_of_ours_holds_up_nobody(
    office: Office, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.come()
    telegram.press("Беру")
    with monkeypatch.context() as patched:
        patched.setattr("leadbot.leads.taking.take", lambda *args, **more: 1 / 0)
        office.work()
    assert not telegram.toasts and records.get(1).assignee is None
    assert office.press("Беру") == "Заявка ваша"


def test_an_edit_that_fails_is_tried_again_and_shows_what_is_true_then(
    office: Office, telegram: TelegramDouble, clock: Clock
) -> None:
    lead = office.come()
    telegram.then(BROKEN)
    moving.move(lead, LeadStatus.MEASUREMENT, by=users.by_email("owner@almaty.kz"))
    office.carry()
    moving.move(records.get(1), LeadStatus.ESTIMATE, by=users.by_email("owner@almaty.kz"))
    clock.forward(seconds=10)
    office.work()
    assert telegram.shown()["text"].endswith("Смета отправлена: Айгуль, 10:00")
    telegram.then(refuse(400, "Bad Request: message to edit not found"))
    moving.move(records.get(1), LeadStatus.WON, by=users.by_email("owner@almaty.kz"))
    office.carry()
    left = db.session.query(Delivery).filter(Delivery.state == DeliveryState.PENDING)
    assert left.count() == 0
