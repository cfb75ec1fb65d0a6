"""What the model may ask us to do: propose the lead, propose what is new on it, call a human. Nothing more.

Company, talk and client come from our own context: there is no argument for them, and none is taken.
There is none for a summary either: ours is written from facts that the client really said, see grounding.py.
"""

from __future__ import annotations

import json
import re
from typing import Any

from leadbot import fields
from leadbot.engines.base import EngineError
from leadbot.fields import Fields

REGISTER_LEAD = "register_lead"
UPDATE_LEAD = "update_lead"
HAND_OFF = "hand_off"
VALUE_CHARACTERS = 200

_FENCE = re.compile(r"^```(?:json)?\s*(.*?)\s*```$", re.DOTALL)

PURPOSES = {
    REGISTER_LEAD: "Register the client's request, once he has given both his name and his phone. "
    "Only what the client himself said; null for everything else.",
    UPDATE_LEAD: "Put right or complete the client's registered request. Only what he himself has now said; "
    "null for everything else.",
    HAND_OFF: "Call a human, when the client asks for one in his own words.",
}


def tools(registered: bool, *, strict: bool = True, table: Fields | None = None) -> list[dict[str, Any]]:
    """The tools that a talk may use: before it has its lead, or after. Some servers know no strict schemas.

    `table` is the company's, whose own questions may be answered too.
    """
    table = table or fields.TABLE
    return [
        _tool(UPDATE_LEAD if registered else REGISTER_LEAD, table, strict=strict),
        _tool(HAND_OFF, Fields(()), strict=strict),
    ]


def read_arguments(raw: object, table: Fields | None = None) -> dict[str, str]:
    """The proposed values by slot, without empty ones. Raises EngineError where there is nothing to read.

    Models write their arguments in many ways: fenced, as a text within a text, with a number where a text is due. What
    is none of ours is left out, never the rest with it: every value is looked for in the client's own words anyway.
    """
    arguments = _opened(raw)
    if not isinstance(arguments, dict):
        raise EngineError("invalid arguments")
    read = {slot: _text(arguments.get(slot)) for slot in (table or fields.TABLE).keys}
    return {slot: value for slot, value in read.items() if 0 < len(value) <= VALUE_CHARACTERS}


def _opened(raw: object) -> object:
    """What stands in the text, itself perhaps a text; nothing at all is a call without arguments."""
    for _ in range(2):
        if not isinstance(raw, str):
            break
        text = _FENCE.sub(r"\1", raw.strip())
        try:
            raw = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            raise EngineError("invalid arguments") from None
    return {} if raw is None else raw


def _text(value: object) -> str:
    """A value as the client might have written it; empty where it is no value."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).strip()


def _tool(name: str, table: Fields, *, strict: bool) -> dict[str, Any]:
    """A tool with its schema; in strict mode every field is required, and what is not known is null."""
    kind: Any = ["string", "null"] if strict else "string"
    values = {row.key: {"type": kind, "description": row.told} for row in table if row.may_be_asked}
    schema: dict[str, Any] = {"type": "object", "properties": values}
    if strict:
        schema |= {"required": list(values), "additionalProperties": False}
    told = {"name": name, "description": PURPOSES[name], **({"strict": True} if strict else {})}
    return {"type": "function", "function": {**told, "parameters": schema}}
