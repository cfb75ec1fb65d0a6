"""A scripted server that is compatible with OpenAI's: chat completions with tool calls, transcriptions, and faults.

with OpenAIDouble() as model:
    model.then(say("В каком городе?"), register(name="Канат", phone="87768776637"), FAULTS["http_500"])
"""

from __future__ import annotations

import json
import re
from typing import Any

from doubles.server import Answer, Double, Play, Request

PHONE = "87768776637"

# What never may come in, told otherwise than the house itself tells it: ten digits or more with at most three other
# signs between them are a phone, an ИИН or a card; and e-mails.
NUMBER = re.compile(r"\d(?:[^\w\[\]{}\":]{0,3}\d){9,}")
EMAIL = re.compile(r"[^\s@\"\\]+@[^\s@\"\\]+\.[a-z]{2,}", re.IGNORECASE)


def personal_data(request: Request) -> list[str]:
    """The phones, ИИН, card numbers and e-mails in what was sent to the model, as text."""
    if not request.path.endswith("/chat/completions"):
        return []  # a voice message can only be sent as it is
    if not request.body:
        return []  # who asked gave up before he had said anything
    texts = [str(message.get("content")) for message in request.json["messages"]]
    return [found[0] for text in texts for pattern in (NUMBER, EMAIL) for found in pattern.finditer(text)]


# How servers and the proxies before them end an answer; each is an answer all the same.
ENDINGS: dict[str, dict[str, Any]] = {
    "length": {}, "closed": {"framing": "closed"}, "chunks": {"framing": "chunks"},
    "until_closed": {"framing": "until_closed"}, "http10": {"framing": "http10"},
    "late_body": {"late_seconds": 0.05}, "late_body_closed": {"late_seconds": 0.05, "framing": "until_closed"},
}  # fmt: skip


class OpenAIDouble(Double):
    """`base_url` is what OPENAI_BASE_URL takes; the model lives at /v1. Unscripted, it says `usually`.

    Whatever test it plays in: that test fails at the end if anybody's personal data came in.
    """

    def __init__(self, usually: Answer | Play | None = None) -> None:
        super().__init__(usually or say("Расскажите подробнее?"))

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        leaks = [leak for request in self.requests for leak in personal_data(request)]
        assert not leaks, f"personal data left for the model: {leaks[:5]}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def answer(self, request: Request) -> Answer:
        if request.path == "/v1/chat/completions" or request.path == "/v1/audio/transcriptions":
            return super().answer(request)
        return Answer(404, {"error": {"message": f"no such path: {request.path}"}})

    @property
    def last_talk(self) -> list[dict[str, Any]]:
        """The messages of the last call."""
        return self.requests[-1].json["messages"]


def completion(message: dict[str, Any], finish: str = "stop") -> dict[str, Any]:
    """The body of an answer with one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1769592600,
        "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520},
    }


def say(text: str | None, finish: str = "stop", **options: Any) -> Answer:
    """The model talks."""
    return Answer(body=completion({"content": text}, finish), **options)


def call(arguments: object, name: str = "register_lead", times: int = 1) -> Answer:
    """The model calls a tool; `arguments` goes out as it is if it's a string, else as JSON."""
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    calls = [
        {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": raw}} for i in range(times)
    ]
    return Answer(body=completion({"content": None, "tool_calls": calls}, "tool_calls"))


def register(**values: str) -> Answer:
    """The model calls register_lead."""
    return call(values)


def heard(text: str) -> Answer:
    """A transcription."""
    return Answer(body={"text": text})


def eager(request: Request) -> Answer:
    """A model as a real one would be: registers as soon as the client's words hold a phone, else asks on."""
    talk = request.json["messages"]
    said = " ".join(line["content"] for line in talk if line["role"] == "user")
    phone = re.search(r"\[PHONE_\d+\]", said)
    return register(name="Канат", phone=phone[0]) if phone else say("Понятно. Что ещё расскажете?")


def refuse(param: str | None, message: str = "", status: int = 400, code: str = "unsupported_parameter") -> Answer:
    """The server says no, as OpenAI does."""
    error = {"message": message or f"Unsupported parameter: '{param}'", "type": "invalid_request_error"}
    return Answer(status, {"error": {**error, "param": param, "code": code}})


def _status(status: int, **headers: str) -> Answer:
    return Answer(status, {"error": {"message": "scripted", "type": "scripted"}}, headers=headers)


# Everything that a server, a proxy before it, or a model may do instead of answering.
FAULTS: dict[str, Answer] = {
    "hang": say("поздно", wait_seconds=60),
    "drip": say("по капле", drip_seconds=0.05),
    "drip_from_the_first_byte": say("по капле", drip_seconds=0.05, drips_head=True),
    "drop": Answer(drop=True),
    "cut_body": say("обрезано", cut=20),
    "not_json": Answer(body=b"<html>502 Bad Gateway</html>", headers={"Content-Type": "text/html"}),
    "half_json": Answer(body=b'{"choices": [{"message": {"content": "'),
    "deep_json": Answer(body=b"[" * 100_000),
    "null": Answer(body=b"null"),
    "empty_choices": Answer(body={"choices": []}),
    "no_choices": Answer(body={"object": "chat.completion"}),
    "wrong_shape": Answer(body={"choices": ["text"]}),
    "no_message": Answer(body={"choices": [{"message": None, "finish_reason": "stop"}]}),
    "nothing_said": say(None),
    "http_400": _status(400),
    "http_401": _status(401),
    "http_404": _status(404),
    "no_money": refuse(None, "You exceeded your current quota", 429, "insufficient_quota"),
    "http_429": _status(429),
    "http_429_long": _status(429, **{"Retry-After": "3600"}),
    "http_500": _status(500),
    "http_503": _status(503),
    "redirect": _status(302, Location="http://127.0.0.1:1/v1"),
    "length": say("Оборвано на полу", "length"),
    "content_filter": say("", "content_filter"),
    "refusal": Answer(body=completion({"content": None, "refusal": "I can't help with that"})),
    "huge_text": say("слово " * 17_000),
    "invalid_arguments": call('{"name": "Канат", "phone": '),
    "arguments_are_a_list": call([]),
    "unknown_tool": call({"lead": 1}, name="delete_all_leads"),
    "call_without_function": Answer(body=completion({"tool_calls": [{"id": "1"}]}, "tool_calls")),
}
