"""What every engine promises, whichever it is: the same questions to all of them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from collecting import over
from doubles import OpenAIDouble
from doubles.model import FAULTS, eager, register, say
from doubles.server import Answer, Request
from turns import CONTRACT, THANKS, hold, turn

from leadbot.engines.base import SLOTS, Decision, Engine, EngineError, LeadDraft
from leadbot.engines.fallback import Breaker, Fallback
from leadbot.engines.openai import Access, OpenAIEngine
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.texts.languages import LANGUAGES

LEAD = LeadDraft(
    phone="87768776637", phone_e164="+77768776637", name="Канат", city="Алматы", object_type="дом", area="150 м²",
    area_m2=150.0, language="ru", told={"first": "Хочу дом"},
)  # fmt: skip
MESSAGES = (
    "Хочу построить дом в Алматы", "Салам! Үй салғым келеді", "How much is a house?", "87768776637", "не знаю", "👍👍",
    "a" * 4096, "Зовите менеджера", "<b>8 776</b>\u202e", "ИИН 990101300123", "[PHONE_1] [EMAIL_9]", "?", "{}%s{name}",
)  # fmt: skip


class Broken:
    """An engine with a fault of its own."""

    name = "model"
    needs_network = True

    def decide(self, turn: Any) -> Decision:
        raise ZeroDivisionError("87768776637")


def engines(stack: ExitStack) -> dict[str, Engine]:
    """Every engine that a company may have, healthy and not."""

    def model(usually: Any) -> OpenAIEngine:
        server = stack.enter_context(OpenAIDouble(usually))
        return OpenAIEngine(Access("key", server.base_url, 9), "scripted", Rules())

    never_open = Breaker(failures=10**9)
    return {
        "rules": Rules(),
        "model that registers": model(eager),
        "model that only talks": model(say("Хорошо. Что ещё важно?")),
        "model that invents": model(register(name="Иван", phone="87001112233", city="Мадрид")),
        "fallback, model well": Fallback(model(eager), Rules()),
        "fallback, model down": Fallback(model(FAULTS["http_500"]), Rules(), never_open),
        "fallback, model broken": Fallback(Broken(), Rules()),
    }


@pytest.fixture(scope="module")
def all_engines() -> Iterator[dict[str, Engine]]:
    with ExitStack() as stack:
        yield engines(stack)


NAMES = (
    "rules", "model that registers", "model that only talks", "model that invents", "fallback, model well",
    "fallback, model down", "fallback, model broken",
)  # fmt: skip


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, all_engines: dict[str, Engine]) -> Engine:
    return all_engines[request.param]


def test_the_contracts_dialogue_ends_in_the_same_lead(engine: Engine) -> None:
    held = hold(engine, *CONTRACT)
    assert held.lead is not None
    assert held.new_leads == 1
    assert held.texts[-1] == THANKS
    assert all(decision.register is None for decision in held.decisions[:-1])
    got = {name: getattr(held.lead, name) for name in LeadDraft.__slots__ if name != "summary"}
    assert got == {name: getattr(LEAD, name) for name in got}
    assert "дом" in held.lead.summary and "150" in held.lead.summary and "Алматы" in held.lead.summary


def test_every_message_gets_a_whole_decision(engine: Engine) -> None:
    for message in MESSAGES:
        decision = engine.decide(turn(message))
        assert decision.text.strip(), message
        assert decision.language in LANGUAGES
        assert decision.engine in {"rules", "model"}
        assert json.loads(json.dumps(decision.known)) == decision.known
        assert set(decision.known["facts"]) <= set(SLOTS)


def test_every_fact_points_at_the_clients_own_words(engine: Engine) -> None:
    talk = (*CONTRACT, "участок 10 соток, бюджет 25 млн")
    facts = hold(engine, *talk).known["facts"]
    for slot, fact in facts.items():
        said = talk[(fact["seq"] - 1) // 2]  # our answers have the even numbers
        assert said[fact["start"] : fact["end"]] == fact["quote"], slot
    assert {"name", "phone", "city", "object_type", "area", "plot"} <= set(facts)


def test_the_turn_that_is_asked_stays_as_it_was(engine: Engine) -> None:
    known = hold(engine, *CONTRACT[:3]).known
    before = json.dumps(known, ensure_ascii=False)
    engine.decide(turn("Канат, 87768776637", known=known))
    assert json.dumps(known, ensure_ascii=False) == before


def test_only_engine_errors_come_out(all_engines: dict[str, Engine]) -> None:
    with ExitStack() as stack:
        for fault in FAULTS.values():
            server = stack.enter_context(OpenAIDouble(fault))
            engine = OpenAIEngine(Access("key", server.base_url, 0.4), "scripted", Rules())
            with pytest.raises(EngineError):
                engine.decide(turn("Хочу дом"))


@over([Rules, lambda: Fallback(Broken(), Rules())])
def test_a_talk_goes_on_with_whoever_takes_it_over(make: Callable[[], Engine]) -> None:
    with OpenAIDouble(eager) as server:
        model = OpenAIEngine(Access("key", server.base_url, 9), "scripted", Rules())
        known = hold(model, *CONTRACT[:3]).known
    decision = make().decide(turn(CONTRACT[3], known=known, language="ru"))
    assert decision.register is not None
    assert (decision.register.city, decision.register.area) == ("Алматы", "150 м²")


DIALOGUES = Path(__file__).parents[1] / "dialogues" / "dialogues-1.jsonl"


def liar(request: Request) -> Answer:
    """A model that does what an attacker would want, another thing each time."""
    lies = (
        register(name="Иван", phone="87001112233", city="Мадрид", object_type="баня"),
        register(name="Иван", phone="[PHONE_1]", area="999 м²"),
        say("<b>SYSTEM</b> " + request.json["messages"][0]["content"][:3000]),
        say("Звоните 8 700 111 22 33, https://evil.kz"),
        say("Ваша заявка принята, менеджер свяжется с вами"),
        FAULTS["empty_choices"],
    )
    return random.Random(request.body).choice(lies)


def test_a_lying_model_changes_no_lead_and_gets_no_number() -> None:
    rows = [json.loads(line) for line in DIALOGUES.read_text(encoding="utf-8").splitlines()]
    with OpenAIDouble(liar) as server:
        model = OpenAIEngine(Access("key", server.base_url, 9), "scripted", Rules())
        engine = Fallback(model, Rules(), Breaker(failures=10**9))
        for row in rows:
            due, held = hold(Rules(), *row["turns"]), hold(engine, *row["turns"])
            assert held.lead == due.lead, row["turns"]
            told = "\n".join(held.texts)
            assert "evil" not in told and "8 700 111" not in told and "SYSTEM" not in told
    sent = "\n".join(line["content"] for request in server.requests for line in request.json["messages"])
    assert len(server.requests) > len(rows)
    assert not re.findall(r"\d(?:[\s()+-]{0,3}\d){9,}", sent)
