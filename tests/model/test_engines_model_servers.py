"""Servers that call themselves compatible: how they end an answer, where they are, what they take, how they think."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from collecting import over
from doubles import OpenAIDouble
from doubles.model import ENDINGS, completion, heard, refuse, say
from doubles.server import Answer, Double, Request
from test_engines_model import engine_on
from turns import turn

from leadbot.engines import address
from leadbot.engines.base import Decision, EngineError
from leadbot.engines.client import Access
from leadbot.engines.openai import OpenAIEngine
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.speech import OpenAISpeech

WORDS = "Где строим?"
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200


@pytest.fixture
def model() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(say(WORDS)) as server:
        yield server


class Anywhere(OpenAIDouble):
    """Answers at whatever address it is asked."""

    def answer(self, request: Request) -> Answer:
        return Double.answer(self, request)


def ask(server: OpenAIDouble, base_url: str | None = None, seconds: float = 5) -> Decision:
    access = Access("sk-key", base_url or server.base_url, seconds)
    return OpenAIEngine(access, "scripted", Rules()).decide(turn("Хочу дом"))


# --- how an answer ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
def test_twenty_of_twenty_turns_are_the_models_and_each_is_asked_once(model: OpenAIDouble, ending: str) -> None:
    model.usually = say(WORDS, **ENDINGS[ending])
    engine = engine_on(model, 5)
    decisions = [engine.decide(turn("Хочу дом")) for _ in range(20)]
    assert [(one.engine, one.text, one.note) for one in decisions] == [("model", WORDS, "")] * 20
    assert len(model.requests) == 20


@pytest.mark.parametrize(
    "drip", [{}, {"drips_head": True}, {"framing": "http10", "drips_head": True}, {"framing": "chunks"}]
)
def test_a_server_that_drips_holds_a_turn_no_longer_than_its_deadline(
    model: OpenAIDouble, drip: dict[str, Any]
) -> None:
    model.usually = say(WORDS, drip_seconds=0.1, **drip)
    started = time.monotonic()
    with pytest.raises(EngineError, match="timeout"):
        ask(model, seconds=0.8)
    assert time.monotonic() - started < 3


def test_an_endless_answer_is_read_no_further_than_it_may_be(model: OpenAIDouble) -> None:
    model.usually = Answer(body=b" " * 3_000_000)
    with pytest.raises(EngineError, match="over-long answer"):
        ask(model)


# --- where a server is ------------------------------------------------------------------------------------------------

PLACES = [
    # below the server's own address    what is called                                   with this in the query
    ("", "/v1/chat/completions"),
    ("/", "/v1/chat/completions"),
    ("/v1", "/v1/chat/completions"),
    ("/v1/", "/v1/chat/completions"),
    ("/v1beta/openai/", "/v1beta/openai/chat/completions"),
    ("/compatible-mode/v1", "/compatible-mode/v1/chat/completions"),
    ("/v1/chat/completions", "/v1/chat/completions"),
    ("/openai/deployments/four?api-version=2024-10-21",
     "/openai/deployments/four/chat/completions?api-version=2024-10-21"),
    ("?key=a%20b", "/v1/chat/completions?key=a+b"),
]  # fmt: skip


@over(PLACES)
def test_every_form_of_a_base_is_called_where_its_vendor_says(place: str, called: str) -> None:
    with Anywhere(say(WORDS)) as server:
        assert ask(server, server.url + place).engine == "model"
    assert server.requests[0].path.replace("%20", "+") == called
    assert server.requests[0].headers["Authorization"] == "Bearer sk-key"


@pytest.mark.parametrize(
    ("place", "called"),
    [("", "/openai/v1/{}"), ("/openai/v1/", "/openai/v1/{}"),
     ("/openai/deployments/four?api-version=2024-10-21", "/openai/deployments/four/{}?api-version=2024-10-21")],
)  # fmt: skip
def test_azure_gets_its_path_its_version_and_its_own_header(
    place: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "AZURE", ("127.0.0.1",))
    with Anywhere(say(WORDS)) as server:
        assert ask(server, server.url + place).engine == "model"
        server.usually = heard("хочу дом")
        assert OpenAISpeech(Access("sk-key", server.url + place), "whisper-1").transcribe(OGG) == "хочу дом"
    assert [request.path for request in server.requests] == [
        called.format("chat/completions"), called.format("audio/transcriptions"),
    ]  # fmt: skip
    for request in server.requests:
        assert request.headers["api-key"] == "sk-key" and "Authorization" not in request.headers


def test_a_redirect_is_not_followed_with_the_key(model: OpenAIDouble) -> None:
    with Anywhere(say(WORDS)) as other:
        model.usually = Answer(307, {}, headers={"Location": f"{other.url}/v1/chat/completions"})
        with pytest.raises(EngineError, match="HTTP 307"):
            ask(model)
    assert other.requests == []


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    model: OpenAIDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask(model).engine == "model"


# --- what a server takes ----------------------------------------------------------------------------------------------


def picky(*refused: str, answer: Answer | None = None, **told: Any) -> Any:
    """A server that knows none of these parameters, and says so one at a time."""

    def play(request: Request) -> Answer:
        for name in refused:
            if name in request.json or (name == "tools" and '"strict"' in request.body.decode()):
                return refuse(name, **told) if told.pop("param", True) else refuse(None, **told)
        return answer or say(WORDS)

    return play


def test_a_parameter_that_is_refused_is_left_out_at_once_and_ever_after(model: OpenAIDouble) -> None:
    model.usually = picky("max_tokens")
    assert ask(model).engine == "model"
    assert [sorted(request.json.keys() & {"max_tokens", "max_completion_tokens"}) for request in model.requests] == [
        ["max_tokens"], ["max_completion_tokens"],
    ]  # fmt: skip
    assert ask(model).engine == "model", "another engine on the same server and model"
    assert len(model.requests) == 3 and model.requests[2].json["max_completion_tokens"] == 400


def test_what_one_model_refuses_another_is_still_asked(model: OpenAIDouble) -> None:
    model.usually = picky("max_tokens")
    ask(model)
    OpenAIEngine(Access("sk-key", model.base_url), "another", Rules()).decide(turn("Хочу дом"))
    assert [request.json["model"] for request in model.requests] == ["scripted"] * 2 + ["another"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        refuse("tools[0].function.strict"),
        refuse(None, "Invalid JSON payload received. Unknown name \"strict\" at 'tools[0].function'"),
        refuse(None, "additionalProperties is not supported", 422),
    ],
)
def test_a_server_without_strict_schemas_gets_plain_ones(model: OpenAIDouble, answer: Answer) -> None:
    model.usually = lambda request: answer if b'"strict"' in request.body else say(WORDS)
    assert ask(model).engine == "model"
    assert len(model.requests) == 2
    plain = model.requests[1].json["tools"][0]["function"]["parameters"]
    assert set(plain) == {"type", "properties"} and plain["properties"]["area"]["type"] == "string"


def test_a_server_that_takes_neither_name_of_the_cap_is_asked_without(model: OpenAIDouble) -> None:
    model.usually = picky("max_tokens", "max_completion_tokens")
    assert ask(model).engine == "model"
    assert not model.requests[-1].json.keys() & {"max_tokens", "max_completion_tokens"}
    assert len(model.requests) == 3


@pytest.mark.parametrize("param", ["messages", "model", None])
def test_a_refusal_of_what_a_turn_is_made_of_is_final(model: OpenAIDouble, param: str | None) -> None:
    model.usually = refuse(param, "no such thing", code="model_not_found")
    with pytest.raises(EngineError, match=r"^HTTP 400 model_not_found$"):
        ask(model)
    assert len(model.requests) == 1


def test_a_server_that_refuses_everything_is_not_asked_for_ever(model: OpenAIDouble) -> None:
    model.usually = lambda request: refuse(next((name for name in request.json if name.startswith("max")), "tools"))
    with pytest.raises(EngineError, match="HTTP 400"):
        ask(model)
    assert len(model.requests) <= 5


# --- how a model thinks -----------------------------------------------------------------------------------------------


def eaten(hidden: int | None = 400) -> Answer:
    """All tokens went into hidden thinking."""
    body = completion({"content": ""}, "length")
    if hidden is not None:
        body["usage"]["completion_tokens"] = hidden
        body["usage"]["completion_tokens_details"] = {"reasoning_tokens": hidden}
    return Answer(body=body)


def thinker(request: Request) -> Answer:
    """A reasoning model: it needs a thousand tokens unless it is told to take it easy."""
    body = request.json
    room = body.get("max_tokens") or body.get("max_completion_tokens")
    return say(WORDS) if room >= 2000 and body.get("reasoning_effort") == "low" else eaten()


def test_a_reasoning_model_is_asked_for_low_effort_and_given_room(model: OpenAIDouble) -> None:
    model.usually = thinker
    decision = ask(model)
    assert (decision.engine, decision.text) == ("model", WORDS)
    assert len(model.requests) == 2, "within the same turn"
    assert decision.spent is not None and decision.spent.tokens_out == 400 + 20, "both calls are paid for"
    ask(model)
    assert len(model.requests) == 3, "remembered"


@pytest.mark.parametrize(
    "first",
    [eaten(None), say("<think>Клиент хочет дом, значит", "length"),
     Answer(body=completion({"content": None, "reasoning_content": "Клиент хочет дом"}, "length"))],
)  # fmt: skip
def test_thinking_is_noticed_where_the_server_counts_none(model: OpenAIDouble, first: Answer) -> None:
    model.then(first)
    assert ask(model).text == WORDS
    assert model.requests[1].json["max_tokens"] == 2000


def test_a_model_that_knows_no_effort_is_given_room_alone(model: OpenAIDouble) -> None:
    model.then(eaten())
    model.usually = picky("reasoning_effort", code="unsupported_value")
    assert ask(model).text == WORDS
    assert [request.json.get("reasoning_effort") for request in model.requests] == [None, "low", None]
    assert model.requests[-1].json["max_tokens"] == 2000


def test_a_model_that_thinks_without_end_is_asked_twice_and_no_more(model: OpenAIDouble) -> None:
    model.usually = eaten()
    with pytest.raises(EngineError, match="cut off"):
        ask(model)
    assert len(model.requests) == 2


def test_a_turn_that_learns_keeps_its_deadline(model: OpenAIDouble) -> None:
    model.usually = lambda request: Answer(**{**eaten().__dict__, "wait_seconds": 0.7})
    started = time.monotonic()
    engine = OpenAIEngine(Access("sk-key", model.base_url, 9), "scripted", Rules())
    with pytest.raises(EngineError):
        engine.decide(turn("Хочу дом", seconds_left=1.5))
    assert time.monotonic() - started < 4


def test_what_openai_itself_is_asked_first_is_its_own_name_of_the_cap() -> None:
    from leadbot.engines import manner

    for base_url in (None, "https://api.openai.com/v1", "https://firm.openai.azure.com"):
        assert "max_completion_tokens" in manner.manner_of(base_url, "gpt-4o-mini").options(registered=False)
    assert "max_tokens" in manner.manner_of("https://api.deepseek.com", "deepseek-chat").options(registered=False)
    assert json.dumps(manner.manner_of(None, "gpt-4o-mini").options(registered=True)).count("update_lead")
