"""What reaches whom where and when: each person's own choices, and nothing new for who has chosen nothing."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from conftest import Clock, Web
from doubles.carrier import AT_ONCE
from doubles.smtp import SmtpDouble
from doubles.telegram import TOKEN, TelegramDouble
from flask import Flask
from making import put_chat
from sqlalchemy import select

from leadbot import events, jobs
from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.config import Config
from leadbot.conversations import chat, hand_off
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import manual_entry, records, tasks
from leadbot.models import Conversation, Delivery, DeliveryState, LeadStatus, NotificationChoices, Role, Source, User
from leadbot.outbox import deliveries

URL = "/settings/profile/notifications"
NEW = "Хочу дом 150 м² в Алматы, Канат, {phone}"


@pytest.fixture
def smtp() -> Iterator[SmtpDouble]:
    with SmtpDouble() as double:
        yield double


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, smtp: SmtpDouble, telegram: TelegramDouble) -> Config:
    return config.replace(
        smtp_url=smtp.url, telegram_bot_token=TOKEN, telegram_api_url=telegram.url,
        public_url="https://leadbot.example.kz",
    )  # fmt: skip


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Iterator[User]:
    with app.app_context():
        clock.set("2026-11-24 10:00")  # Tuesday
        yield users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")


def wants(person: User, *groups: str, by: str = "email", **more: object) -> None:
    db.session.add(NotificationChoices(user_id=person.id, wanted={by: list(groups)}, **more))
    db.session.commit()


def colleague(name: str, role: Role = Role.MANAGER) -> User:
    email = f"{name}@almaty.kz"
    made = User(email=email, email_key=email, hashed_password="x", role=role, name=name)
    db.session.add(made)
    db.session.commit()
    return made


def come(phone: str = "87768776637", source: Source = Source.WIDGET) -> None:
    assert chat.receive(chat.Incoming(source, f"client {phone}", NEW.format(phone=phone))).lead


def carry() -> None:
    """Do the worker's part, on behalf of the company before and after."""
    company_id = tenancy.acting_for()
    db.session.commit()
    for row in deliveries.due():
        deliveries.deliver(row, jobs.carrier_for)
    db.session.expire_all()
    tenancy.act_for(company_id)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def put() -> list[tuple[str, str]]:
    """The rows of the outbox: carrier and event."""
    return [(row.channel, row.event) for row in db.session.scalars(select(Delivery).order_by(Delivery.id))]


def test_who_has_chosen_nothing_is_told_as_before(owner: User) -> None:
    put_chat("-100500")
    come()
    (row,) = db.session.scalars(select(Delivery)).all()
    assert (row.channel, row.target, row.dedup_key) == ("telegram", "-100500", "lead.created:1:")
    assert (row.user_id, row.together) == (None, None)


def test_without_a_chat_and_a_choice_nothing_is_put(owner: User) -> None:
    come()
    assert put() == []


def test_a_letter_says_all_in_the_language_of_its_reader(owner: User, smtp: SmtpDouble, clock: Clock) -> None:
    owner.language = "kk"
    wants(owner, "leads")
    come()
    clock.forward(seconds=61)
    carry()
    (letter,) = smtp.letters
    assert letter["Subject"] == "Жаңа өтінім №\u00a01: Канат · үй, 150\u00a0м², Алматы"
    text = text_of(letter)
    assert "8\u00a0776\u00a0877\u00a066\u00a037" in text and "https://leadbot.example.kz/leads/1" in text
    assert "https://leadbot.example.kz/settings/profile" in text
    (row,) = db.session.scalars(select(Delivery)).all()
    assert (row.state, row.text, row.payload) == (DeliveryState.SENT, "", None)


def test_a_letter_is_sent_again_as_it_was(owner: User, smtp: SmtpDouble, clock: Clock) -> None:
    wants(owner, "clients")
    come()
    events.publish(events.HandOffAsked(1, "Позовите человека"))
    smtp.answers_data = "451 Try again"
    carry()
    (row,) = db.session.scalars(select(Delivery)).all()
    first = row.payload
    assert row.state is DeliveryState.PENDING and first and "Subject" not in first
    smtp.answers_data = ""
    clock.forward(seconds=10)
    carry()
    assert len(smtp.letters) == 1 and smtp.letters[0]["Message-ID"]
    assert row.vendor_id and row.vendor_id in smtp.letters[0]["Message-ID"]


def test_ten_leads_in_a_minute_are_one_letter_with_a_list(owner: User, smtp: SmtpDouble, clock: Clock) -> None:
    wants(owner, "leads")
    for number in range(10):
        come(f"8776877660{number}")
        clock.forward(seconds=5)
    clock.forward(seconds=30)
    carry()
    (letter,) = smtp.letters
    assert letter["Subject"] == "Новых заявок: 10"
    text = text_of(letter)
    assert all(f"№\u00a0{number}:" in text for number in range(1, 11))
    assert {row.state for row in db.session.scalars(select(Delivery))} == {DeliveryState.SENT}


def test_outside_ones_hours_notices_wait_and_come_as_a_list(owner: User, smtp: SmtpDouble, clock: Clock) -> None:
    wants(owner, "leads", "clients", hours="own", days="01234", from_minute=9 * 60, to_minute=18 * 60)
    clock.set("2026-11-27 20:00")  # Friday evening
    for number in range(3):
        come(f"8776877660{number}")
        clock.forward(hours=3)
    carry()
    assert smtp.letters == []
    clock.set("2026-11-30 08:59")
    carry()
    assert smtp.letters == []
    clock.set("2026-11-30 09:00")
    carry()
    (letter,) = smtp.letters
    assert letter["Subject"] == "Новых заявок: 3"


def test_hours_may_run_past_midnight_and_be_the_companys(owner: User, clock: Clock) -> None:
    night = NotificationChoices(
        user_id=owner.id, wanted={}, hours="own", days="1", from_minute=22 * 60, to_minute=6 * 60
    )
    from leadbot.notifications import choices

    clock.set("2026-11-25 03:00")  # the night that began on Tuesday
    assert choices.opens_at(night, company_settings.company()) is None
    clock.set("2026-11-25 07:00")
    opening = choices.opens_at(night, company_settings.company())
    assert opening and f"{opening:%d.%m %H:%M}" == "01.12 22:00"
    company = company_settings.company()
    company.hours = {"week": [[[540, 1080]]] * 5 + [[], []], "off": []}
    work = NotificationChoices(user_id=owner.id, wanted={}, hours="work")
    opening = choices.opens_at(work, company)
    assert opening and f"{opening:%d.%m %H:%M}" == "25.11 09:00"


def test_a_notice_goes_to_whom_it_concerns(owner: User) -> None:
    aigul, dana = colleague("Айгуль"), colleague("Дана")
    for person in (owner, aigul, dana):
        wants(person, "leads", "tasks", "answers", "late", "clients")
    manual_entry.add({"phone": "87768776637", "name": "Канат", "object_type": "", "city": ""}, by=aigul)
    told = db.session.scalars(select(Delivery.user_id).where(Delivery.event == "lead.created")).all()
    assert sorted(told) == sorted([owner.id, dana.id])  # who wrote it down knows it
    come("87010000001")
    task = tasks.add(records.get(2), users.utcnow(), "", by=owner, to=dana)
    events.publish(events.TaskDue(task.id))
    assert db.session.scalars(select(Delivery.user_id).where(Delivery.event == "task")).all() == [dana.id]
    events.publish(events.LeadNotTaken(2, 30, is_last=True))
    assert db.session.scalars(select(Delivery.user_id).where(Delivery.event == "lead.escalation")).all() == [owner.id]
    talk = db.session.scalars(select(Conversation)).one()
    hand_off.take_over(talk, by=aigul)
    chat.receive(chat.Incoming(Source.WIDGET, "client 87010000001", "Вы тут?"))
    assert db.session.scalars(select(Delivery.user_id).where(Delivery.event == "said")).all() == [aigul.id]


def test_a_complaint_is_for_the_owner_and_a_withdrawal_for_all(owner: User) -> None:
    put_chat("-100500")
    aigul = colleague("Айгуль")
    for person in (owner, aigul):
        wants(person, "clients", "changes")
    come()
    events.publish(events.ComplaintMade(1, "Крыша течёт, верните деньги"))
    events.publish(events.Withdrawn(1, 1, "Передумали"))
    rows = db.session.scalars(
        select(Delivery).where(Delivery.event.in_(("complaint", "withdrawn"))).order_by(Delivery.id)
    ).all()
    assert [(row.event, row.user_id) for row in rows] == [
        ("complaint", None), ("complaint", owner.id), ("withdrawn", None), ("withdrawn", owner.id),
        ("withdrawn", aigul.id),
    ]  # fmt: skip
    assert rows[0].text == "❗ owner, жалоба клиента: Канат. «Крыша течёт, верните деньги»"
    assert rows[2].text.startswith("✋ №\u00a01: клиент передумал. Канат, 8\u00a0776")


def test_a_private_chat_has_the_buttons_too(owner: User, app: Flask, telegram: TelegramDouble, clock: Clock) -> None:
    owner.telegram_id, owner.language = 777, "kk"
    jobs.carrier_for("telegram").pace = AT_ONCE
    wants(owner, "leads", by="telegram")
    come()
    clock.forward(seconds=16)
    carry()
    assert telegram.sent[0]["chat_id"] == "777" and telegram.texts[0].startswith("🆕 №\u00a01: Канат, 8\u00a0776")
    assert "Үй, 150" in telegram.texts[0] and telegram.labels()[0] == "Аламын"
    telegram.press("Аламын", sender=777, chat_id=777)
    company_id = tenancy.acting_for()
    jobs.listen(app, 0)
    tenancy.act_for(company_id)
    assert records.get(1).status is LeadStatus.IN_PROGRESS
    clock.forward(seconds=5)
    carry()
    assert "Жұмысқа кірісті" in telegram.shown()["text"]


def test_a_company_chat_that_is_ones_own_is_told_once(owner: User) -> None:
    owner.telegram_id = 777
    put_chat("777")
    wants(owner, "leads", by="telegram")
    come()
    assert put() == [("telegram", "lead.created")]


def test_an_erased_client_is_in_no_list_that_still_waits(owner: User, smtp: SmtpDouble, clock: Clock) -> None:
    from leadbot.transfer import erasure

    wants(owner, "leads")
    for number in range(2):
        come(f"8776877660{number}")
    clock.forward(seconds=31)
    smtp.answers_data = "451 Try again"
    carry()
    assert len({row.batch for row in db.session.scalars(select(Delivery))}) == 1
    erasure.erase(erasure.of_lead(records.get(1)), by=owner)
    smtp.answers_data = ""
    clock.forward(seconds=10)
    carry()
    (letter,) = smtp.letters
    assert "№\u00a01" not in f"{letter['Subject']} {text_of(letter)}" and "№\u00a02" in letter["Subject"]


def test_choices_are_made_on_the_profile_page(app: Flask, almaty: Web) -> None:
    page = almaty.get("/settings/profile").text
    assert 'name="email" value="leads"' in page and 'name="telegram" value="leads"' in page
    form = {
        "email": ["leads", "tasks", "nonsense"],
        "hours": "own",
        "days": ["0", "4"],
        "begins": "08:30",
        "ends": "02:00",
    }
    assert almaty.post(URL, form).status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        own = db.session.scalars(select(NotificationChoices)).one()
        assert own.wanted == {"email": ["leads", "tasks"]} and (own.hours, own.days) == ("own", "04")
        assert (own.from_minute, own.to_minute, own.sound) == (510, 120, False)
    assert almaty.post(URL, {"hours": "any"}).status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.scalars(select(NotificationChoices)).one().wanted == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"days": []}, "Выберите день"), ({"begins": "25:00"}, "Выберите время"), ({"ends": "09:00"}, "Начало")],
)
def test_hours_that_can_not_be_say_why(almaty: Web, changed: dict[str, object], said: str) -> None:
    form = {"hours": "own", "days": ["0"], "begins": "09:00", "ends": "18:00", **changed}
    answer = almaty.post(URL, form)
    assert answer.status_code == 422 and said in answer.text
