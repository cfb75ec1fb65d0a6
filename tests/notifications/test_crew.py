"""A crew holds each row once and no other crew up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import pytest

from leadbot.database.outage import OnceAMinute
from leadbot.outbox import crew as crews
from leadbot.outbox.crew import MOST_IN_HAND, Crew


def until(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    ends_at = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends_at:
        time.sleep(0.01)
    return is_so()


class Rows:
    """Rows that are due, each to a target of its own, until they are carried out."""

    def __init__(self, how_many: int) -> None:
        self.due = {number: f"target {number}" for number in range(how_many)}
        self.carried: list[int] = []
        self.looks = 0
        self.gate = threading.Event()
        self.gate.set()

    def find(self, busy: Collection[str], limit: int) -> dict[int, str]:
        self.looks += 1
        waiting = {row: target for row, target in self.due.items() if target not in busy}
        return dict(list(waiting.items())[:limit])

    def carry(self, row: int) -> float | None:
        self.gate.wait(30)
        self.carried.append(row)
        self.due.pop(row, None)
        return 0.0


@contextmanager
def at_work(rows: Rows, threads: int = 2) -> Iterator[Crew]:
    crew = Crew("test", rows.find, rows.carry, threads)
    crew.start()
    try:
        yield crew
    finally:
        rows.gate.set()
        crew.stop()
        crew.join(time.monotonic() + 10)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "LEAST_SECONDS", 0.01)
    monkeypatch.setattr(crews, "_spoken", OnceAMinute())


def test_all_that_is_due_is_carried_out_once() -> None:
    rows = Rows(200)
    with at_work(rows, 8):
        assert until(lambda: not rows.due)
    assert sorted(rows.carried) == list(range(200))


def test_a_carrier_that_hangs_fills_no_queue_and_delays_no_other() -> None:
    hangs, works = Rows(1000), Rows(100)
    hangs.gate.clear()
    with at_work(hangs) as stuck, at_work(works):
        assert until(lambda: not works.due, 10)
        looks = hangs.looks
        for _ in range(100):  # as an hour of looking would
            stuck.wake()
            time.sleep(0.002)
        stuck.look()
        assert stuck.in_hand == MOST_IN_HAND
        assert hangs.looks <= looks + 1  # with its hands full it does not even look
        hangs.gate.set()
        assert until(lambda: not hangs.due)
    assert sorted(hangs.carried) == list(range(1000))


def test_what_is_woken_looks_at_once_and_what_is_not_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows(0)
    with at_work(rows) as crew:
        assert until(lambda: rows.looks == 1)
        rows.due = {1: "a"}
        time.sleep(0.1)
        assert rows.carried == []
        crew.wake()
        assert until(lambda: rows.carried == [1], 2)
    monkeypatch.setattr(crews, "LOOK_SECONDS", 0.05)
    later = Rows(0)
    with at_work(later):
        assert until(lambda: later.looks >= 1)
        later.due = {1: "a"}
        assert until(lambda: later.carried == [1], 2)


def test_a_look_that_is_asked_for_is_not_forgotten_for_an_earlier_one() -> None:
    rows = Rows(0)
    with at_work(rows) as crew:
        assert until(lambda: rows.looks == 1)
        crew.wake(0.5)  # a target that asks to be left alone so long
        crew.wake()
        assert until(lambda: rows.looks == 2, 2)
        rows.due = {1: "a"}
        assert until(lambda: rows.carried == [1], 3)


def test_a_row_that_fails_ends_no_thread_and_a_look_that_fails_no_crew(caplog: pytest.LogCaptureFixture) -> None:
    rows, failures = Rows(20), [0]

    def carry(row: int) -> float | None:
        if row < 10 and failures[0] < 10:
            failures[0] += 1
            raise ZeroDivisionError
        return rows.carry(row)

    def find(busy: Collection[str], limit: int) -> dict[int, str]:
        if rows.looks == 0:
            rows.looks = 1
            raise ZeroDivisionError
        return rows.find(busy, limit)

    crew = Crew("failing", find, carry, 2)
    crew.start()
    while rows.due:
        crew.wake()
        time.sleep(0.01)
    crew.stop()
    crew.join(time.monotonic() + 10)
    assert sorted(rows.carried) == list(range(20))
    assert len(caplog.records) == 2  # a line for the look and one for the rows, this minute


def test_a_stop_lets_what_is_under_way_end_and_begins_nothing() -> None:
    rows = Rows(30)
    rows.gate.clear()
    crew = Crew("test", rows.find, rows.carry, 2)
    crew.start()
    assert until(lambda: crew.in_hand == 30)
    crew.stop()
    rows.gate.set()
    crew.join(time.monotonic() + 10)
    assert len(rows.carried) == 2
