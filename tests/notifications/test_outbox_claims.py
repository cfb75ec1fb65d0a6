"""Who carries a row, and how fast: one worker of many, each carrier by itself, no faster than a chat and a bot may."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from conftest import Api
from doubles.carrier import at_work, carried_by
from flask import Flask
from limits.strategies import FixedWindowRateLimiter

from leadbot import jobs, state
from leadbot.accounts import encryption
from leadbot.accounts.limits import counters
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import DeliveryError
from leadbot.models import Delivery, DeliveryState
from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.carriers.at_work import AtWork
from leadbot.notifications.carriers.pace import Pace
from leadbot.outbox import deliveries
from leadbot.outbox.crew import MOST_IN_HAND

WORKERS, MOST_A_SECOND = 6, 25


class Sink:
    """A sender that records what it is given, and waits while its gate is shut."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def send(self, target: str, payload: str) -> str:
        self.sent.append(target)
        self.gate.wait(30)
        return "1"


@pytest.fixture
def company(app: Flask, api_almaty: Api) -> Iterator[int]:
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        yield api_almaty.company_id


def put(*targets: str) -> list[int]:
    rows = [
        Delivery(event="test", channel="telegram", target=target, text="Проба", dedup_key=f"{target} {number}")
        for number, target in enumerate(targets)
    ]
    db.session.add_all(rows)
    db.session.flush()
    ids = [row.id for row in rows]
    db.session.commit()
    return ids


def put_letter(address: str) -> None:
    deliveries.put(address, "mail.reset", encryption.seal("Subject: x\n\nx"), f"reset {address}", channel="email")


def deliver(app: Flask, row_id: int, sink: Sink) -> bool:
    with app.app_context():
        return deliveries.deliver(row_id, carried_by(sink)).is_sent


def test_of_workers_that_want_a_row_at_once_one_sends_it(app: Flask, company: int) -> None:
    [row_id] = put("-1")
    sink, begin = Sink(), threading.Barrier(WORKERS)
    sink.gate.clear()

    def worker() -> bool:
        begin.wait(20)
        return deliver(app, row_id, sink)

    with ThreadPoolExecutor(WORKERS) as pool:
        tries = [pool.submit(worker) for _ in range(WORKERS)]
        ends_at = time.monotonic() + 20
        while not (sink.sent and sum(each.done() for each in tries) >= WORKERS - 1) and time.monotonic() < ends_at:
            time.sleep(0.01)  # the one that has it is still sending, which the others see by its lease alone
        assert sink.sent == ["-1"]
        sink.gate.set()
        assert sum(each.result() for each in tries) == 1


def test_a_row_that_is_leased_is_nobody_elses_until_the_lease_runs_out(app: Flask, company: int) -> None:
    [row_id] = put("-1")
    row, sink = db.session.get_one(Delivery, row_id), Sink()
    row.lease_until = utcnow() + timedelta(seconds=1000)
    db.session.commit()
    assert not deliver(app, row_id, sink) and sink.sent == []
    row.lease_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    assert deliver(app, row_id, sink) and sink.sent == ["-1"]


def test_what_another_worker_is_sending_goes_into_no_message_of_many(app: Flask, company: int) -> None:
    ids = put("-1", "-1", "-1")
    rows = [db.session.get_one(Delivery, each) for each in ids]
    for row in rows:
        row.together, row.created_at = "leads", utcnow() - timedelta(hours=1)
    rows[1].lease_until = utcnow() + timedelta(seconds=1000)
    db.session.commit()
    assert deliver(app, ids[0], Sink())
    tenancy.act_for(company)
    db.session.expire_all()
    assert [(row.state, row.attempts) for row in rows] == [("sent", 1), ("pending", 0), ("sent", 1)]
    assert rows[0].batch == rows[2].batch and rows[1].batch is None


def test_a_letter_is_leased_for_as_long_as_a_slow_mail_server_may_take(app: Flask, company: int) -> None:
    put_letter("a@b.kz")
    db.session.commit()
    [row_id] = deliveries.due("email")
    mail = Sink()
    mail.gate.clear()
    sending = threading.Thread(target=deliver, args=(app, row_id, mail))
    sending.start()
    while not mail.sent:
        time.sleep(0.01)
    tenancy.act_for(company)
    lease = db.session.get_one(Delivery, row_id).lease_until
    db.session.rollback()
    assert lease and lease > utcnow() + timedelta(seconds=100)
    mail.gate.set()
    sending.join(10)


def test_a_carrier_that_hangs_delays_no_other_and_holds_no_copies(
    app: Flask, company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, works = Sink(), Sink()
    hangs.gate.clear()
    for name, sink in {"telegram": hangs, "email": works}.items():
        monkeypatch.setitem(state.state_of(app).carriers, name, at_work(name, sink))
    put(*(f"-{number}" for number in range(MOST_IN_HAND + 10)))
    for number in range(20):
        put_letter(f"{number}@b.kz")
    db.session.commit()
    crews = jobs.build_crews(app)
    for crew in crews.values():
        crew.start()
    try:
        ends_at = time.monotonic() + 30
        while len(works.sent) < 20 and time.monotonic() < ends_at:
            time.sleep(0.02)
        for _ in range(20):
            crews["telegram"].wake()
        assert len(works.sent) == 20
        assert len(hangs.sent) == jobs.THREADS["telegram"]
        assert crews["telegram"].in_hand <= MOST_IN_HAND
        assert len(state.state_of(app).bell.pending()) == 1  # a word for the commit, none for its rows
        hangs.gate.set()
        while len(hangs.sent) < MOST_IN_HAND + 10 and time.monotonic() < ends_at:
            time.sleep(0.02)
    finally:
        for crew in crews.values():
            crew.stop()
        for crew in crews.values():
            crew.join(time.monotonic() + 10)
    assert set(Counter(hangs.sent).values()) == {1} and len(hangs.sent) == MOST_IN_HAND + 10


class Time:
    """Time that passes by waiting alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self._began = 0.0, utcnow()
        self.pace = Pace(1.0, MOST_A_SECOND, lambda: self.now)
        monkeypatch.setattr(deliveries, "utcnow", lambda: self._began + timedelta(seconds=self.now))
        monkeypatch.setattr(deliveries, "time", self)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Timed(Sink):
    """Notes when it was given what."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time
        self.at: list[tuple[float, str]] = []

    def send(self, target: str, payload: str) -> str:
        self.at.append((self._time.now, target))
        return "1"


def drain(time: Time, sink: Sink) -> None:
    """Look and carry as a crew does, until nothing is left."""
    while db.session.query(Delivery).filter_by(state=DeliveryState.PENDING).count():
        company = tenancy.acting_for()
        for row_id in deliveries.due("telegram", time.pace.busy(), MOST_IN_HAND):
            deliveries.deliver(row_id, carried_by(sink, time.pace))
        tenancy.act_for(company)
        time.sleep(0.2)


def test_a_bot_sends_so_many_a_second_and_a_chat_one_and_a_long_line_delays_no_other(
    company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(*["-1"] * 20, *(f"-2{number}" for number in range(100)))  # the long line has waited longest
    time = Time(monkeypatch)
    sink = Timed(time)
    drain(time, sink)
    moments = [at for at, _ in sink.at]
    assert len(moments) == 120
    for first, later in zip(moments, moments[MOST_A_SECOND:], strict=False):
        assert later - first > 0.999
    of_one = [at for at, target in sink.at if target == "-1"]
    assert all(later - first > 0.999 for first, later in pairwise(of_one))
    assert of_one[-1] < 1.3 * len(of_one)
    assert max(at for at, target in sink.at if target != "-1") < 1.3 * 110 / MOST_A_SECOND


def test_the_seconds_telegram_asks_for_hold_for_all_that_waits_for_this_chat(
    company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("-1", "-1", "-2")
    time = Time(monkeypatch)
    sink = Timed(time)

    class Busy(Timed):
        def send(self, target: str, payload: str) -> str:
            if target == "-1" and not refused:
                refused.append(time.now)
                raise DeliveryError("Too Many Requests", retry_after=17)
            return sink.send(target, payload)

    refused: list[float] = []
    drain(time, Busy(time))
    other, first, second = (at for at, _ in sink.at)
    assert other < 1 and 17 <= first - refused[0] < 17 * 1.2 and second >= first + 1


def test_all_workers_together_keep_to_what_a_bot_may_send(
    app: Flask, company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker has a pace of its own; the counters of all processes have the sum."""
    within_a_second = SimpleNamespace(time=lambda: 1.0e9, monotonic=time.monotonic)
    monkeypatch.setattr(counters, "time", within_a_second)
    state.state_of(app).limits = FixedWindowRateLimiter(state.state_of(app).counters)
    telegram, config = CARRIERS[0], state.state_of(app).config
    waits = [AtWork(telegram, config).wait(f"-100{n}") for n in range(30)]
    assert waits == [0.0] * 25 + [1.0] * 5
