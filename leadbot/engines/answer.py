"""Reads the body of a Chat Completions answer: what the model said or wants done, and what it cost.

Works on plain JSON: servers that call themselves compatible send anything, so no shape is taken for granted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from leadbot.engines.base import EngineDeclined, EngineError
from leadbot.engines.tools import FIELDS, HAND_OFF, read_arguments

# An answer is capped at 400 tokens; whoever sends many times that is not answering.
TEXT_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Answer:
    """`proposal` holds what the model wants registered or put right; `text` may be empty where it called a tool."""

    text: str
    proposal: dict[str, str] | None = None
    calls_human: bool = False


def read_answer(body: bytes) -> Answer:
    """Raises EngineError where the body is no usable answer, EngineDeclined where the model wouldn't give one."""
    choice = _only_choice(body)
    finish = choice.get("finish_reason")
    if finish == "content_filter":
        raise EngineDeclined("content filter")
    if finish == "length":
        raise EngineError("cut off at its length")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise EngineError("malformed answer")
    if message.get("refusal"):
        raise EngineDeclined("refusal")
    text = message.get("content")
    if not isinstance(text, str | None):
        raise EngineError("malformed answer")
    text = (text or "").strip()
    if len(text) > TEXT_CHARACTERS:
        raise EngineError("over-long answer")
    tool, arguments = _call(message.get("tool_calls"))
    if not text and not tool:
        raise EngineError("empty answer")
    if tool == HAND_OFF:
        return Answer(text, calls_human=True)
    return Answer(text, arguments if tool else None)


def tokens(body: bytes) -> tuple[int, int] | None:
    """What the server says the call cost, in and out; None where it says nothing that can be believed."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(usage, dict):
        return None
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if all(type(count) is int and count >= least for count, least in zip(counts, (1, 0), strict=True)):
        return counts  # type: ignore[return-value]  # just checked
    return None


def _only_choice(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise EngineError("malformed body") from None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not choices:
        raise EngineError("empty choices")
    if not isinstance(choices[0], dict):
        raise EngineError("malformed answer")
    return choices[0]


def _call(calls: object) -> tuple[str, dict[str, str]]:
    """The one tool that is called, with its arguments; no name where none is."""
    if not calls:
        return "", {}
    if not isinstance(calls, list) or len(calls) > 1:
        raise EngineError("more than one tool call")
    call = calls[0]
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise EngineError("malformed tool call")
    name = function.get("name")
    if not isinstance(name, str) or name not in FIELDS:
        raise EngineError("unknown tool")
    return name, read_arguments(name, function.get("arguments"))
