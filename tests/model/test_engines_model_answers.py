"""Answers are read generously, values strictly: what a model writes in its own way still counts as its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from doubles import OpenAIDouble
from doubles.model import call, completion, register, say
from doubles.server import Answer
from test_engines_model import Deaf, engine_on
from turns import turn

from leadbot.engines.base import Decision, EngineError
from leadbot.engines.fallback import Breaker, Fallback
from leadbot.engines.openai import Access, OpenAIEngine
from leadbot.engines.rules.dialogue.qualifier import Rules

WORDS = "Где строим?"
SAID = "строим дом в Алматы, 150 квадратов, Жангельдыбай, 8 776 877 66 37"
GIVEN = {"name": "Жангельдыбай", "phone": "[PHONE_1]", "city": "Алматы", "area": 150, "object_type": "дом"}


@pytest.fixture
def model() -> Iterator[OpenAIDouble]:
    with OpenAIDouble() as server:
        yield server


def body(message: dict[str, Any], finish: str = "stop") -> Answer:
    return Answer(body=completion(message, finish))


def tool(arguments: Any, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "register_lead", "arguments": arguments}, **more}


def heard(model: OpenAIDouble, answer: Answer, said: str = SAID) -> Decision:
    """What comes of an answer where the embedded engine has understood nothing itself."""
    model.usually = answer
    return OpenAIEngine(Access("key", model.base_url, 5), "scripted", Deaf()).decide(turn(said))


RAW = json.dumps(GIVEN, ensure_ascii=False)
PROPOSALS = {
    "a number where a text is due": call(GIVEN),
    "extra nulls": call({**GIVEN, "plot": None, "company": None}),
    "unknown keys": call({**GIVEN, "lead_id": 7, "company_id": 1, "summary": "дом"}),
    "one wrong value": call({**GIVEN, "rooms": ["3"], "floors": {"n": 2}, "budget": True, "work": "я" * 500}),
    "fenced": call(f"```json\n{RAW}\n```"),
    "encoded twice": call(json.dumps(RAW, ensure_ascii=False)),
    "an object, not a text": body({"content": None, "tool_calls": [tool(GIVEN)]}, "tool_calls"),
    "the same call twice": call(GIVEN, times=2),
    "in two calls": body({"content": None, "tool_calls": [tool(RAW), tool('{"name": "Иван", "plot": "есть"}')]}),
    "without an id": body({"content": None, "tool_calls": [tool(RAW, id="")]}, "tool_calls"),
    "as it was before tools": body({"content": None, "function_call": tool(RAW)["function"]}, "function_call"),
    "one call, not a list": body({"content": None, "tool_calls": tool(RAW)}),
    "beside a tool that is none": body({"tool_calls": [{"function": {"name": "search"}}, tool(RAW)]}),
    "beside words": body({"content": "Записываю", "tool_calls": [tool(RAW)]}),
    "cut off after a whole call": body({"content": None, "tool_calls": [tool(RAW)]}, "length"),
}


@pytest.mark.parametrize("form", PROPOSALS)
def test_a_proposal_is_understood_in_whatever_form_it_comes(model: OpenAIDouble, form: str) -> None:
    decision = heard(model, PROPOSALS[form])
    assert decision.register is not None
    assert (decision.register.name, decision.register.phone) == ("Жангельдыбай", "87768776637")
    assert (decision.register.city, decision.register.area) == ("Алматы", "150 м²")
    assert set(decision.known["facts"]) == {*GIVEN, "work"}, "nothing that the client has not said"


@pytest.mark.parametrize(
    "values",
    [{"name": "Иван"}, {"phone": 87001112233}, {"phone": "8 700 111 22 33"}, {"area": 200}, {"area": 15},
     {"city": "Мадрид"}, {"phone": "[PHONE_7]"}, {"plot": "10 соток"}],
)  # fmt: skip
def test_a_value_that_the_client_never_said_is_dropped(model: OpenAIDouble, values: dict[str, Any]) -> None:
    facts = heard(model, call({**GIVEN, **values})).known["facts"]
    slot, value = next(iter(values.items()))
    assert slot not in facts or facts[slot]["value"] in {"Жангельдыбай", "87768776637", "150 м²", "Алматы"}
    assert str(value) not in {fact["value"] for fact in facts.values()}
    assert "Мадрид" not in str(facts) and "111 22 33" not in str(facts) and "сот" not in str(facts)


SAYINGS = {
    "parts": body({"content": [{"type": "text", "text": "Где "}, {"type": "text", "text": "строим?"}]}),
    "plain parts": body({"content": ["Где ", "строим?"]}),
    "thoughts": say("<think>Client wants a house. Ask for one missing thing at a time.</think>\nГде строим?"),
    "thoughts without a beginning": say("Client wants a house.</think> Где строим?"),
    "cut off after whole sentences": say("Где строим? А ещё расска", "length"),
    "a mark before it": Answer(body="\ufeff".encode() + say(WORDS).content),
    "no usage": Answer(body={key: value for key, value in completion({"content": WORDS}).items() if key != "usage"}),
    "no reason to end": Answer(body={"choices": [{"message": {"content": WORDS}}]}),
    "calls that are null": body({"content": WORDS, "tool_calls": None, "function_call": None, "refusal": None}),
    "a tool that is none": body({"content": WORDS, "tool_calls": [{"function": {"name": "search"}}]}),
    "a broken call": body({"content": WORDS, "tool_calls": [tool('{"name": "Кан')]}),
}


@pytest.mark.parametrize("form", SAYINGS)
def test_words_are_understood_in_whatever_form_they_come(model: OpenAIDouble, form: str) -> None:
    model.usually = SAYINGS[form]
    decision = engine_on(model).decide(turn("Хочу дом"))
    assert (decision.engine, decision.text) == ("model", WORDS)


@pytest.mark.parametrize("form", [*SAYINGS, *PROPOSALS])
def test_five_such_turns_do_not_open_the_breaker(model: OpenAIDouble, form: str) -> None:
    model.usually = SAYINGS.get(form) or PROPOSALS[form]
    engine = Fallback(engine_on(model), Rules(), Breaker(failures=1))
    assert {engine.decide(turn("Хочу дом")).engine for _ in range(5)} == {"model"}
    assert not engine.breaker.is_open


def test_a_client_is_registered_whatever_the_model_calls_beside_it(model: OpenAIDouble) -> None:
    calls = [tool(RAW), {"function": {"name": "hand_off", "arguments": ""}}]
    decision = heard(model, body({"content": None, "tool_calls": calls}, "tool_calls"))
    assert decision.register is not None and decision.act is None, "a model calls nobody by itself"
    assert "свяжется" in decision.text, "our thanks come first"


@pytest.mark.parametrize(
    ("message", "finish"),
    [({"content": ""}, "stop"), ({"content": "Оборвано на полу"}, "length"), ({"content": {"text": "да"}}, "stop"),
     ({"content": "<think>и так далее"}, "stop"), ({"tool_calls": [{"function": {"name": "drop_all"}}]}, "stop"),
     ({"tool_calls": [tool("не JSON")]}, "stop"), ({"tool_calls": [tool("[1]")]}, "stop")],
)  # fmt: skip
def test_what_says_nothing_is_no_answer(model: OpenAIDouble, message: dict[str, Any], finish: str) -> None:
    model.usually = body(message, finish)
    with pytest.raises(EngineError):
        engine_on(model).decide(turn("Хочу дом"))


def test_a_proposal_of_nothing_asks_on_in_our_words(model: OpenAIDouble) -> None:
    model.usually = register()
    assert engine_on(model).decide(turn("Хочу дом")).text == Rules().decide(turn("Хочу дом")).text
