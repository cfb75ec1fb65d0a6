"""A model that fails, is slow or is called by many at once: no lead is lost, and nobody waits long."""

# ruff: noqa: F811  (fixtures that another file has)

from __future__ import annotations

import threading
import time

import pytest
from doubles import OpenAIDouble
from doubles.model import FAULTS, say
from doubles.server import Answer
from test_engines_model import engine_on, model  # noqa: F401
from turns import CONTRACT, THANKS, hold, turn

from leadbot.engines.base import EngineError
from leadbot.engines.client import Access, client_for
from leadbot.engines.fallback import Breaker, Fallback
from leadbot.engines.rules.dialogue.qualifier import Rules


@pytest.mark.parametrize("fault", FAULTS)
def test_behind_a_fallback_no_fault_costs_a_lead(model: OpenAIDouble, fault: str) -> None:
    model.usually = FAULTS[fault]
    engine = Fallback(engine_on(model, 0.4), Rules(), Breaker(failures=3))
    started = time.monotonic()
    held = hold(engine, *CONTRACT)
    assert time.monotonic() - started < 12
    assert held.texts[-1] == THANKS and held.lead is not None
    assert all(decision.engine == "rules" and decision.note.startswith("model: ") for decision in held.decisions)


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_slow_server_can_not_hold_a_turn(model: OpenAIDouble, fault: str) -> None:
    model.usually = FAULTS[fault]
    started = time.monotonic()
    with pytest.raises(EngineError, match="timeout"):
        engine_on(model, 0.5).decide(turn("Хочу дом"))
    assert time.monotonic() - started < 5


def test_a_busy_server_is_asked_once_more(model: OpenAIDouble) -> None:
    model.then(FAULTS["http_429"], say("Где строим?"))
    assert engine_on(model).decide(turn("Хочу дом")).text == "Где строим?"
    model.then(FAULTS["http_503"], FAULTS["http_503"], say("Где строим?"))
    with pytest.raises(EngineError, match="HTTP 503"):
        engine_on(model).decide(turn("Хочу дом"))
    assert len(model.requests) == 4


@pytest.mark.parametrize("fault", ["http_400", "http_401", "not_json", "http_429_long"])
def test_other_failures_are_not_repeated(model: OpenAIDouble, fault: str) -> None:
    model.usually = FAULTS[fault]
    with pytest.raises(EngineError):
        engine_on(model).decide(turn("Хочу дом"))
    assert len(model.requests) == 1


def test_a_turn_with_little_time_left_is_not_overdrawn(model: OpenAIDouble) -> None:
    model.usually = FAULTS["hang"]
    started = time.monotonic()
    with pytest.raises(EngineError, match="timeout"):
        engine_on(model, 9).decide(turn("Хочу дом", seconds_left=1.0))
    assert time.monotonic() - started < 5
    with pytest.raises(EngineError, match="no time left"):
        engine_on(model, 9).decide(turn("Хочу дом", seconds_left=0.6))


def test_a_closed_door_is_noticed_at_once() -> None:
    with OpenAIDouble() as gone:
        engine = engine_on(gone)
    started = time.monotonic()
    with pytest.raises(EngineError, match="no connection"):
        engine.decide(turn("Хочу дом"))
    assert time.monotonic() - started < 5


def test_an_error_says_nothing_of_the_client_or_the_key(model: OpenAIDouble) -> None:
    model.usually = Answer(400, {"error": {"message": "bad: Канат 87768776637 sk-key"}})
    with pytest.raises(EngineError) as error:
        engine_on(model).decide(turn("Канат 87768776637"))
    assert str(error.value) == "HTTP 400"
    assert error.value.__cause__ is None


# --- many at once -----------------------------------------------------------------------------------------------------


def test_one_client_serves_250_threads(model: OpenAIDouble) -> None:
    model.usually = say("Где строим?", wait_seconds=0.5)
    engine, texts = engine_on(model, 60), []
    threads = [
        threading.Thread(target=lambda: texts.append(engine.decide(turn("Хочу дом", seconds_left=60)).text))
        for _ in range(250)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["Где строим?"] * 250
    assert time.monotonic() - started < 60  # one after the other they would take over two minutes


def test_the_client_is_made_once_a_process(model: OpenAIDouble) -> None:
    access = Access("key", model.base_url, 2)
    assert client_for(access) is client_for(Access("key", model.base_url, 2))
    assert client_for(access).max_retries == 0
