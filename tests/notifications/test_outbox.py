"""The outbox: every lead is told of, whatever the other side does; and a person sees what became of each notice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
from doubles.server import Double
from doubles.telegram import BLOCKED, BROKEN, CANT_PARSE, DROPS, MOVED, NO_CHAT, TOKEN, TelegramDouble, too_many
from flask import Flask
from making import put_chat
from sqlalchemy import select, update

from leadbot import jobs, state
from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.config import Config
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import NotFound
from leadbot.events import RowsWaiting
from leadbot.leads import moving, records
from leadbot.models import Company, Delivery, DeliveryState, LeadStatus, Source, User
from leadbot.notifications.carriers.pace import Pace
from leadbot.notifications.carriers.telegram.send import TelegramSender
from leadbot.outbox import deliveries


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def config(config: Config, telegram: TelegramDouble) -> Config:
    return config.replace(telegram_bot_token=TOKEN, telegram_api_url=telegram.url)


@pytest.fixture
def company(app: Flask) -> Iterator[Company]:
    with app.app_context():
        jobs.carrier_for("telegram").pace = Pace(1.0, 25, count(0, 10).__next__)  # time flies: nobody waits
        users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        yield put_chat("-100500")


def lead(ref: str = "client", phone: str = "87768776637") -> None:
    chat.receive(chat.Incoming(Source.API, ref, f"Хочу дом 150 м² в Алматы, Канат, {phone}"))


def run_due(at: datetime | None = None) -> int:
    """Carry out all that is due, as the worker would; returns how many were sent."""
    company_id, sent = tenancy.acting_for(), 0
    while now := sum(deliveries.deliver(row, jobs.carrier_for).is_sent for row in deliveries.due()):
        sent += now
    db.session.expire_all()
    tenancy.act_for(company_id)
    return sent


def only() -> Delivery:
    rows = deliveries.latest()
    assert len(rows) == 1
    return rows[0]


def test_a_lead_is_told_of_in_plain_text(company: Company, telegram: TelegramDouble) -> None:
    lead()
    assert run_due() == 1
    message = telegram.sent[0]
    assert message["chat_id"] == "-100500"
    assert message["text"].startswith(
        "🆕 №\u00a01: Канат, 8\u00a0776\u00a0877\u00a066\u00a037\nДом, 150\u00a0м², Алматы"
    )
    assert "parse_mode" not in message
    assert (only().state, run_due()) == (DeliveryState.SENT, 0)


def test_without_a_chat_nothing_is_put(app: Flask, company: Company) -> None:
    put_chat(None)
    lead()
    assert deliveries.latest() == []


@pytest.mark.parametrize("fault", [BROKEN, DROPS, CANT_PARSE], ids=["500", "dropped", "400"])
def test_a_passing_fault_is_tried_again(company: Company, telegram: TelegramDouble, fault: object) -> None:
    telegram.then(fault)
    lead()
    assert run_due() == 0
    row = only()
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 1)
    assert row.last_error
    assert utcnow() + timedelta(seconds=4) < row.next_at < utcnow() + timedelta(seconds=7)
    row.next_at = utcnow()
    db.session.commit()
    assert run_due() == 1


def test_the_seconds_telegram_asks_for_are_waited(company: Company, telegram: TelegramDouble) -> None:
    telegram.then(too_many(retry_after=17))
    lead()
    run_due()
    assert timedelta(seconds=15) < only().next_at - utcnow() <= timedelta(seconds=17)


@pytest.mark.parametrize("fault", [BLOCKED, NO_CHAT], ids=["blocked", "no chat"])
def test_a_lasting_refusal_ends_it_until_a_person_retries(
    company: Company, telegram: TelegramDouble, fault: object
) -> None:
    telegram.then(fault)
    lead()
    run_due()
    row = only()
    assert row.state is DeliveryState.DEAD
    assert row.last_error
    deliveries.retry(row.id, by=users.by_email("owner@almaty.kz"))
    assert run_due() == 1


def test_a_group_that_moved_is_followed(company: Company, telegram: TelegramDouble) -> None:
    telegram.then(MOVED)
    lead()
    run_due()
    assert company_settings.company().telegram_chat_id == "-1001234567890"
    assert run_due() == 1
    assert telegram.sent[0]["chat_id"] == "-1001234567890"


def test_tries_run_out(company: Company, telegram: TelegramDouble) -> None:
    telegram.then(*[BROKEN] * len(deliveries.RETRY_SECONDS))
    lead()
    for _ in deliveries.RETRY_SECONDS:
        only().next_at = utcnow()
        db.session.commit()
        run_due()
    assert only().state is DeliveryState.DEAD


class Clock:
    """Moves the outbox's time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = utcnow()
        monkeypatch.setattr(deliveries, "utcnow", lambda: self.now)

    def pass_over(self, seconds: float) -> list[float]:
        """Carry out what falls due in so many seconds; when, counted from their beginning, something was tried."""
        began, ends, tried = self.now, self.now + timedelta(seconds=seconds), []
        while (row := only()).state is DeliveryState.PENDING and row.next_at <= ends:
            self.now = max(self.now, row.next_at)
            run_due()
            tried.append((self.now - began).total_seconds())
        self.now = ends
        return tried


def test_a_target_that_is_back_after_a_minute_hears_of_it_soon(
    company: Company, telegram: TelegramDouble, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = jobs.carrier_for("telegram").sender
    jobs.carrier_for("telegram").use(TelegramSender(TOKEN, "http://127.0.0.1:1"))
    lead()
    clock = Clock(monkeypatch)
    assert len(clock.pass_over(60)) == 3  # at once, after 5 s, after 30 s
    jobs.carrier_for("telegram").use(there)
    assert clock.pass_over(40)
    assert (len(telegram.sent), only().state) == (1, DeliveryState.SENT)


def test_a_target_that_stays_away_is_tried_ever_more_rarely(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.carrier_for("telegram").use(TelegramSender(TOKEN, "http://127.0.0.1:1"))
    lead()
    clock = Clock(monkeypatch)
    early = clock.pass_over(600)
    assert 17 <= len(early) <= 22 and only().attempts in (2, 3)  # waits are drawn
    assert len(clock.pass_over(3600)) <= 4
    clock.pass_over(3 * 24 * 3600)
    assert only().state is DeliveryState.DEAD and only().attempts == len(deliveries.RETRY_SECONDS)


def test_an_answer_that_got_lost_is_not_asked_for_at_short_intervals(
    company: Company, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been delivered: each further try could be a second message."""
    telegram.usually = DROPS
    lead()
    assert len(Clock(monkeypatch).pass_over(150)) == 3
    assert only().attempts == 3


def test_a_worker_that_died_lets_go_by_the_clock(company: Company, telegram: TelegramDouble) -> None:
    lead()
    row = only()
    row.lease_until = utcnow() + timedelta(seconds=20)
    db.session.commit()
    assert not deliveries.due()
    row.lease_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    assert run_due() == 1


def test_a_retry_begins_anew_wakes_the_worker_and_finds_no_number_that_is_none(
    app: Flask, company: Company, telegram: TelegramDouble
) -> None:
    lead()
    row, owner = only(), db.session.scalars(select(User)).one()
    row.state, row.attempts, row.lease_until = DeliveryState.DEAD, 10, utcnow() + timedelta(hours=1)
    row.batch, row.payload = "b", "{}"
    db.session.commit()
    woken: list[object] = []
    state.state_of(app).events.on(RowsWaiting, woken.append)
    deliveries.retry(row.id, by=owner)
    assert (row.state, row.attempts, row.lease_until, row.batch, row.payload) == ("pending", 0, None, None, None)
    assert woken == [RowsWaiting("telegram")]
    for number in (0, -1, row.id + 1, 2**31, 2**63):
        with pytest.raises(NotFound):
            deliveries.retry(number, by=owner)


def test_a_failed_turn_leaves_no_notice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat.talks, "let_go", lambda talk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lead()
    db.session.rollback()
    assert deliveries.latest() == []


def test_a_deactivated_company_is_told_nothing(company: Company, telegram: TelegramDouble) -> None:
    lead()
    db.session.execute(update(Company).values(is_active=False))
    db.session.commit()
    assert run_due() == 0
    assert telegram.sent == []


def test_the_token_is_never_kept_in_an_error(company: Company) -> None:
    with Double(BROKEN) as other:
        other.then(DROPS)
        lead()
        run_due()
    assert TOKEN not in (only().last_error or "")


def test_a_corrected_phone_is_told_of(company: Company, telegram: TelegramDouble) -> None:
    lead()
    chat.receive(chat.Incoming(Source.API, "client", "ой, номер другой: 8 701 555 10 10"))
    run_due()
    assert any("8\u00a0701\u00a0555\u00a010\u00a010" in text and "✏️" in text for text in telegram.texts)


def test_the_worker_hears_of_a_row_only_after_the_commit(app: Flask, company: Company) -> None:
    lead()
    huey = state.state_of(app).bell
    assert [(task.name, task.args) for task in huey.pending()] == [("wake", ("telegram",))]
    deliveries.put("-100500", "test", "Проба", "dropped")
    db.session.rollback()
    assert len(huey.pending()) == 1


def test_a_chat_gets_one_message_a_second(
    company: Company, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.carrier_for("telegram").pace = Pace(1.0, 25)
    for number in range(2):
        lead(f"c{number}", f"8701555101{number}")
    started = time.monotonic()
    while len(telegram.sent) < 2 and time.monotonic() < started + 5:
        run_due()
    assert time.monotonic() - started >= 0.9
    assert len(telegram.sent) == 2


def test_a_row_that_comes_too_early_waits_in_the_outbox_and_costs_no_try(
    company: Company, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.carrier_for("telegram").pace = Pace(1.0, 25, lambda: 0.0)  # no time goes by
    for number in range(2):
        lead(f"c{number}", f"8701555101{number}")
    assert run_due() == 1
    early = next(row for row in deliveries.latest() if row.state is DeliveryState.PENDING)
    assert (early.attempts, early.lease_until) == (0, None)
    assert 0 < (early.next_at - utcnow()).total_seconds() <= 1
    assert not deliveries.due("telegram", jobs.carrier_for("telegram").pace.busy())  # and is not even looked at before


def test_a_damaged_queue_is_begun_anew(config: Config) -> None:
    (config.data_dir / "jobs.db").write_bytes(b"no database at all, whatever its name says" * 30)
    huey = jobs.build_huey(config)
    assert huey.pending_count() == 0


def test_what_is_tried_again_is_the_same_unless_the_lead_has_moved(company: Company, telegram: TelegramDouble) -> None:
    telegram.then(BROKEN, BROKEN)
    lead()
    run_due()
    first = only().payload
    only().next_at, company.language = utcnow(), "kk"
    db.session.commit()
    run_due()
    assert first and only().payload == first
    moving.move(records.get(1), LeadStatus.ESTIMATE, by=users.by_email("owner@almaty.kz"))
    only().next_at = utcnow()
    db.session.commit()
    assert run_due() == 1
    assert telegram.texts[0].splitlines()[-1].startswith("Смета жіберілді") and only().payload is None
