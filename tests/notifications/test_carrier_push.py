"""Web Push: who gets it, what may be read on a lock screen, and what becomes of browsers that are gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Clock, Web, config_from, log_in_web
from doubles.push import PRIVATE_KEY, Browser, PushDouble
from doubles.server import Answer
from flask import Flask
from sqlalchemy import select

from leadbot import jobs
from leadbot.config import Config, ConfigError
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import records
from leadbot.models import Delivery, DeliveryState, PushSubscription, Source, User
from leadbot.notifications.carriers.push import target
from leadbot.outbox import deliveries

URL = "/settings/profile/notifications"
NEW = "Хочу дом 150 м² в Алматы, Канат Жумабеков, {phone}"


@pytest.fixture
def push() -> Iterator[PushDouble]:
    with PushDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, push: PushDouble) -> Config:
    return config.replace(vapid_private_key=PRIVATE_KEY, push_allowed_hosts=(push.host,))


def switched_on(web: Web, push: PushDouble) -> Browser:
    """A browser that the person has switched it on in."""
    browser = push.browser()
    answer = web.post(f"{URL}/push", {**browser.form, "is_new": "1"}, headers={"User-Agent": "(Android 15) Chrome/140"})
    assert answer.status_code == 303, answer.text
    return browser


def come(app: Flask, web: Web, phone: str = "87768776637", source: Source = Source.WIDGET) -> None:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        assert chat.receive(chat.Incoming(source, f"client {phone}", NEW.format(phone=phone))).lead


def carry(app: Flask) -> None:
    """Do the worker's part."""
    with app.app_context():
        for row in deliveries.due():
            deliveries.deliver(row, jobs.carrier_for)
        db.session.remove()


def subscriptions(app: Flask, web: Web) -> int:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return len(db.session.scalars(select(PushSubscription)).all())


def rows(app: Flask, web: Web) -> list[Delivery]:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        found = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        db.session.expunge_all()
        return found


def test_a_lead_reaches_the_phone_with_a_first_name_and_no_phone(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    come(app, almaty)
    clock.forward(seconds=16)
    carry(app)
    (message,) = browser.messages
    assert message["title"] == "Новая заявка №\u00a01"
    assert message["body"] == "Канат · дом, 150\u00a0м², Алматы"
    assert (message["url"], message["lang"]) == ("/leads/1", "ru")
    assert not re.search(r"\d{6}|776", json.dumps(message))
    assert browser.headers[0]["urgency"] == "high" and int(browser.headers[0]["ttl"]) > 3600
    (row,) = rows(app, almaty)
    assert (row.state, row.payload, row.text, row.vendor_id) == (DeliveryState.SENT, None, "", f"{push.url}/m/1")


def test_ten_leads_in_a_minute_are_one_notice_with_a_list(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    for number in range(10):
        come(app, almaty, f"8776877660{number}")
        carry(app)
        clock.forward(seconds=5)
    assert browser.messages == []
    clock.forward(seconds=12)
    carry(app)
    (message,) = browser.messages
    assert message["title"] == "Новых заявок: 10" and message["url"] == "/board"
    assert message["body"].split("\n")[0] == "Новая заявка №\u00a01: Канат · дом, 150\u00a0м², Алматы"
    assert message["body"].endswith("…") and "8776" not in message["body"]
    assert {row.state for row in rows(app, almaty)} == {DeliveryState.SENT} and len(
        {r.batch for r in rows(app, almaty)}
    ) == 1


def test_a_stream_of_leads_keeps_nobody_waiting_longer_than_a_minute(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    for number in range(8):
        come(app, almaty, f"8776877660{number}")
        clock.forward(seconds=10)
        carry(app)
    assert [message["title"] for message in browser.messages] == ["Новых заявок: 6"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock, status: int
) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    push.then(Answer(status, b"<p>gone"))
    come(app, almaty)
    clock.forward(seconds=16)
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.state, row.last_error) == (DeliveryState.DEAD, f"{status} gone")
    assert subscriptions(app, almaty) == 0
    come(app, almaty, "87010000001")
    clock.forward(seconds=16)
    carry(app)
    assert browser.messages == [] and len(rows(app, almaty)) == 1


@pytest.mark.parametrize("fault", [Answer(500, b"oops"), Answer(403, b"no key"), Answer(drop=True)])
def test_a_passing_fault_sends_the_same_again(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock, fault: Answer
) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    push.then(fault)
    come(app, almaty)
    clock.forward(seconds=16)
    carry(app)
    (waiting,) = rows(app, almaty)
    assert waiting.state is DeliveryState.PENDING and waiting.payload
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        records.get(1).name = "Другое имя"
        db.session.commit()
    clock.forward(seconds=20)
    carry(app)
    assert browser.messages == [json.loads(waiting.payload)["message"]] and subscriptions(app, almaty) == 1


def test_the_seconds_a_push_service_asks_for_are_waited(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    switched_on(almaty, push)
    push.then(Answer(429, b"slow down", headers={"Retry-After": "90"}))
    come(app, almaty)
    clock.forward(seconds=16)
    carry(app)
    (row,) = rows(app, almaty)
    assert (row.next_at - clock.moment).total_seconds() == pytest.approx(90, abs=1)


def test_who_logs_out_gets_nothing_more_on_that_browser(
    app: Flask, almaty: Web, push: PushDouble, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    here, there = switched_on(almaty, push), log_in_web(app, "manager@almaty.kz")
    other = switched_on(there, push)
    almaty.post("/logout")
    come(app, there if there.company_id else Web(there.client, almaty.company_id))
    clock.forward(seconds=16)
    carry(app)
    assert here.messages == [] and len(other.messages) == 1


def test_who_has_left_is_told_nothing_that_still_waits(app: Flask, almaty: Web, push: PushDouble, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    browser = switched_on(almaty, push)
    come(app, almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.scalars(select(User)).one().is_enabled = False
        db.session.commit()
    clock.forward(seconds=16)
    carry(app)
    (row,) = rows(app, almaty)
    assert browser.messages == [] and row.state is DeliveryState.DEAD


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "https://internal.example.kz/push/1"}, {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "file:///etc/passwd"}, {"endpoint": ""}, {"p256dh": "AAAA"}, {"auth": "short"},
        {"p256dh": "B" * 87}, {"auth": "не base64"},
    ],
)  # fmt: skip
def test_nobody_makes_us_call_what_is_no_push_service(
    app: Flask, almaty: Web, push: PushDouble, changed: dict[str, str]
) -> None:
    answer = almaty.post(f"{URL}/push", {**push.browser().form, **changed})
    assert answer.status_code == 422 and subscriptions(app, almaty) == 0


def test_a_browser_belongs_to_one_person_and_another_company_never_sees_it(
    app: Flask, almaty: Web, astana: Web, push: PushDouble
) -> None:
    browser = switched_on(almaty, push)
    again = log_in_web(app, "manager@almaty.kz")
    again.post(f"{URL}/push", browser.form)
    assert subscriptions(app, almaty) == 1
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        number = db.session.scalars(select(PushSubscription.id)).one()
    assert astana.post(f"{URL}/push", {"remove": str(number)}).status_code == 303
    assert subscriptions(app, almaty) == 1
    almaty.post(f"{URL}/push", {"remove": str(number)})
    assert subscriptions(app, almaty) == 0


def test_the_profile_page_gives_browsers_the_key_and_a_test(app: Flask, almaty: Web, push: PushDouble) -> None:
    page = almaty.get("/settings/profile").text
    key = re.search(r'data-push="([\w-]{87})"', page)
    assert key and target.decoded(key[1])[0] == 4
    assert almaty.post(f"{URL}/push/test").status_code == 422
    browser = switched_on(almaty, push)
    assert "Android" in almaty.get("/settings/profile").text
    almaty.post(f"{URL}/push/test")
    carry(app)
    assert browser.messages[0]["title"] == "Тестовое уведомление"


def test_the_key_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    first, second = (config_from({"LEADBOT_DATA_DIR": str(tmp_path)}) for _ in range(2))
    assert first.vapid_private_key == second.vapid_private_key and len(first.vapid_private_key or "") == 43
    assert (tmp_path / "vapid_private_key").stat().st_mode & 0o777 == 0o600
    assert str(first.vapid_private_key) not in repr(first)
    with pytest.raises(ConfigError, match="VAPID_PRIVATE_KEY"):
        config_from({"LEADBOT_DATA_DIR": str(tmp_path), "VAPID_PRIVATE_KEY": "short"})
    (tmp_path / "vapid_private_key").write_text("damaged")
    with pytest.raises(ConfigError, match="damaged"):
        config_from({"LEADBOT_DATA_DIR": str(tmp_path)})
