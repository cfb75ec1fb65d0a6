"""Reads the body of a Chat Completions answer: what the model said or wants done, and what it cost.

Servers that call themselves compatible send anything, so no shape is taken for granted, and what can be understood is:
a fault here costs the client the model's answer. What a model proposes is checked elsewhere, see grounding.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from leadbot.engines.base import EngineDeclined, EngineError
from leadbot.engines.tools import HAND_OFF, PURPOSES, read_arguments
from leadbot.fields import Fields

# An answer is capped at 400 tokens; whoever sends many times that is not answering.
TEXT_CHARACTERS = 4_000

# Thoughts said aloud: some servers leave the first mark to the prompt, so that only the second one is there.
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|$)|^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_SENTENCE = re.compile(r".*[.!?…](?=[\s»\")]|$)", re.DOTALL)

Body = dict[str, Any]


class CutOff(EngineError):
    """All its tokens were used up before the model had said anything whole."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`proposal` holds what the model wants registered or put right; `text` may be empty where it called a tool."""

    text: str
    proposal: dict[str, str] | None = None
    calls_human: bool = False


def opened(content: bytes) -> Body:
    """The body as an object. Raises EngineError where it is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise EngineError("malformed body") from None
    if not isinstance(body, dict):
        raise EngineError("malformed body")
    return body


def read_answer(body: Body, table: Fields | None = None) -> ModelAnswer:
    """What the model said, proposing values of the company's `table`.

    Raises EngineError where the body is no usable answer, EngineDeclined where the model wouldn't give one."""
    choice = _first_choice(body)
    finish = choice.get("finish_reason")
    if finish == "content_filter":
        raise EngineDeclined("content filter")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise EngineError("malformed answer")
    if message.get("refusal"):
        raise EngineDeclined("refusal")
    text = _THOUGHT.sub("", _text(message.get("content"))).strip()
    if finish == "length":
        text = _whole_sentences(text)
    if len(text) > TEXT_CHARACTERS:
        raise EngineError("over-long answer")
    try:
        proposal, calls_human = _called(message, table)
    except EngineError:
        if finish != "length" and not text:
            raise
        proposal, calls_human = None, False
    if not text and proposal is None and not calls_human:
        raise CutOff("cut off at its length") if finish == "length" else EngineError("empty answer")
    return ModelAnswer(text, proposal, calls_human)


def thinks(body: Body) -> bool:
    """Has the model thought before it spoke, in tokens that are paid for and not shown?"""
    usage = body.get("usage")
    details = usage.get("completion_tokens_details") if isinstance(usage, dict) else None
    hidden = details.get("reasoning_tokens") if isinstance(details, dict) else None
    if isinstance(hidden, int) and hidden > 0:
        return True
    message = _first_choice(body).get("message")
    if not isinstance(message, dict):
        return False
    aloud = message.get("reasoning_content") or message.get("reasoning")
    return bool(aloud) or bool(_THOUGHT.search(_text(message.get("content"))))


def tokens(body: Body) -> tuple[int, int] | None:
    """What the server says the call cost, in and out; None where it says nothing that can be believed."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if all(type(count) is int and count >= least for count, least in zip(counts, (1, 0), strict=True)):
        return counts  # type: ignore[return-value]  # just checked
    return None


def _first_choice(body: Body) -> dict[str, Any]:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        raise EngineError("empty choices")
    if not isinstance(choices[0], dict):
        raise EngineError("malformed answer")
    return choices[0]


def _text(content: object) -> str:
    """A text, or a list of parts that have one."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "".join(part for part in parts if isinstance(part, str))


def _whole_sentences(text: str) -> str:
    found = _SENTENCE.match(text)
    return found[0] if found else ""


def _called(message: dict[str, Any], table: Fields | None) -> tuple[dict[str, str] | None, bool]:
    """What all the tools that are called propose together, None where none is; and whether a human is called."""
    calls = message.get("tool_calls") or []
    functions = [call.get("function") if isinstance(call, dict) else None for call in _list(calls)]
    if message.get("function_call"):  # as it was before there were tools
        functions.append(message["function_call"])
    proposal: dict[str, str] | None = None
    calls_human, trouble = False, None
    for function in functions:
        try:
            name, values = _read_call(function, table)
        except EngineError as error:
            trouble = error
            continue
        if name == HAND_OFF:
            calls_human = True
        else:
            proposal = {**values, **(proposal or {})}  # called twice: what was said first counts
    if trouble and proposal is None and not calls_human:
        raise trouble
    return proposal, calls_human


def _list(calls: object) -> list[Any]:
    return calls if isinstance(calls, list) else [calls]


def _read_call(function: object, table: Fields | None) -> tuple[str, dict[str, str]]:
    """A tool's name with its arguments. Raises EngineError."""
    if not isinstance(function, dict):
        raise EngineError("malformed tool call")
    name = function.get("name")
    if not isinstance(name, str) or name not in PURPOSES:
        raise EngineError("unknown tool")
    return name, {} if name == HAND_OFF else read_arguments(function.get("arguments"), table)
