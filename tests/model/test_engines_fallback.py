"""A client is answered in the same turn, whatever the first engine does, and never waits for one that is down."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

import pytest
from collecting import over
from turns import CONTRACT, hold, turn

from leadbot.engines.base import Decision, EngineDeclined, EngineError, EngineLate, Turn
from leadbot.engines.fallback import Breaker, Fallback
from leadbot.engines.rules.dialogue.qualifier import Rules


@dataclass
class Moody:
    """Fails with `error` as long as there is one."""

    error: Exception | None = None
    name: str = "model"
    needs_network: bool = True
    asked: list[Turn] = field(default_factory=list)

    def decide(self, turn: Turn) -> Decision:
        self.asked.append(turn)
        if self.error:
            raise self.error
        return Decision("Да?", turn.known, "ru", engine="model")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_healthy_engine_answers_itself() -> None:
    decision = Fallback(Moody(), Rules()).decide(turn("Хочу дом"))
    assert (decision.text, decision.engine, decision.note) == ("Да?", "model", "")


@over(
    [
        (EngineError("timeout"), "model: timeout"),
        (EngineDeclined("refusal"), "model: refusal"),
        (RuntimeError("Канат 87768776637"), "model: RuntimeError"),
        (RecursionError(), "model: RecursionError"),
    ]
)
def test_any_failure_is_answered_by_the_next_one(error: Exception, note: str) -> None:
    first = Moody(error)
    asked = turn("Хочу дом")
    decision = Fallback(first, Rules()).decide(asked)
    assert decision.text == Rules().decide(asked).text
    assert (decision.engine, decision.note) == ("rules", note)
    assert first.asked == [asked]


def test_nobodys_data_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Fallback(Moody(RuntimeError("Канат 87768776637")), Rules()).decide(turn("Канат 87768776637"))
    assert "RuntimeError" in caplog.text
    assert "8776" not in caplog.text and "Канат" not in caplog.text


def test_a_talk_over_a_dead_engine_still_makes_the_lead() -> None:
    held = hold(Fallback(Moody(EngineError("down")), Rules()), *CONTRACT, "спасибо")
    assert held.lead is not None and held.lead.phone == "87768776637"
    assert held.new_leads == 1


def test_repeated_failures_spare_the_client_the_wait() -> None:
    first, clock = Moody(EngineError("timeout")), Clock()
    engine = Fallback(first, Rules(), Breaker(failures=3, open_seconds=30, clock=clock))
    notes = [engine.decide(turn("Хочу дом")).note for _ in range(5)]
    assert notes == ["model: timeout"] * 3 + ["model: resting after failures"] * 2
    assert len(first.asked) == 3


def test_after_the_rest_one_call_tries_and_closes_the_breaker() -> None:
    first, clock = Moody(EngineError("timeout")), Clock()
    engine = Fallback(first, Rules(), Breaker(failures=1, open_seconds=30, clock=clock))
    engine.decide(turn("1"))
    clock.now += 31
    engine.decide(turn("2"))  # tries, fails: open again
    engine.decide(turn("3"))
    assert len(first.asked) == 2
    clock.now += 31
    first.error = None
    assert engine.decide(turn("4")).engine == "model"
    assert engine.decide(turn("5")).engine == "model"
    assert not engine.breaker.is_open


def test_a_success_between_failures_starts_the_count_anew() -> None:
    first = Moody()
    engine = Fallback(first, Rules(), Breaker(failures=2, clock=Clock()))
    for error in (EngineError("1"), None, EngineError("2"), None, EngineError("3")):
        first.error = error
        engine.decide(turn("Хочу дом"))
    assert not engine.breaker.is_open


def test_what_a_client_writes_can_not_shut_the_model_for_all() -> None:
    engine = Fallback(Moody(EngineDeclined("content filter")), Rules(), Breaker(failures=2, clock=Clock()))
    for _ in range(5):
        engine.decide(turn("что-то запретное"))
    assert not engine.breaker.is_open


def test_a_turn_that_came_too_late_says_nothing_of_the_engine() -> None:
    engine = Fallback(Moody(EngineLate("no time left")), Rules(), Breaker(failures=1))
    assert engine.decide(turn("Хочу дом")).note == "model: no time left"
    assert not engine.breaker.is_open


def test_of_many_threads_only_one_tries() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, open_seconds=30, clock=clock)
    breaker.failed()
    clock.now += 31
    start, through = threading.Barrier(16), []

    def ask() -> None:
        start.wait()
        through.append(breaker.lets_through())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 1


def test_a_try_that_never_reports_does_not_shut_it_for_ever() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, open_seconds=30, clock=clock)
    breaker.failed()
    clock.now += 31
    assert breaker.lets_through()
    assert not breaker.lets_through()
    clock.now += 31
    assert breaker.lets_through()


def test_an_open_breaker_costs_no_time() -> None:
    engine = Fallback(Moody(EngineError("down")), Rules(), Breaker(failures=1))
    engine.decide(turn("Хочу дом"))
    started = time.process_time()
    for _ in range(20):
        engine.decide(turn("Хочу дом"))
    assert (time.process_time() - started) / 20 < 0.1
