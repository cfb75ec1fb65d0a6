"""What the model may ask us to do: propose the lead, propose what is new on it, call a human. Nothing more.

Company, talk and client come from our own context: there is no argument for them, and a call that has one is refused.
There is none for a summary either: ours is written from facts that the client really said, see grounding.py.
"""

from __future__ import annotations

import json
from typing import Any

from leadbot.engines.base import SLOTS, EngineError

REGISTER_LEAD = "register_lead"
UPDATE_LEAD = "update_lead"
HAND_OFF = "hand_off"
VALUE_CHARACTERS = 200

DESCRIPTIONS = {
    "name": "How the client calls himself",
    "phone": "The phone or its placeholder, exactly as the client wrote it",
    "city": "City, town or village of the site",
    "object_type": "What is built or renovated: house, flat, office, bathhouse, ...",
    "area": "Floor area with its unit",
    "plot": "Whether there is a plot of land, or its size",
    "rooms": "Number of rooms",
    "floors": "Number of floors",
    "work": "Kind of work: building, renovation, design, ...",
    "budget": "Sum the client named",
    "materials": "Materials the client named",
    "callback": "When the client wants to be called",
}
PURPOSES = {
    REGISTER_LEAD: "Register the client's request, once he has given both his name and his phone. "
    "Only what the client himself said; null for everything else.",
    UPDATE_LEAD: "Put right or complete the client's registered request. Only what he himself has now said; "
    "null for everything else.",
    HAND_OFF: "Call a human, when the client asks for one in his own words.",
}
FIELDS = {REGISTER_LEAD: SLOTS, UPDATE_LEAD: SLOTS, HAND_OFF: ()}


def tools(registered: bool) -> list[dict[str, Any]]:
    """The tools that a talk may use: before it has its lead, or after."""
    return _TOOLS[registered]


def read_arguments(name: str, raw: object) -> dict[str, str]:
    """The proposed values by slot, without empty ones. Raises EngineError for all that the tool's schema forbids.

    Name and phone may be missing: the call then registers nothing, and the client is asked.
    """
    try:
        arguments = json.loads(raw or "{}") if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        raise EngineError("invalid arguments: no JSON") from None
    if not isinstance(arguments, dict):
        raise EngineError("invalid arguments: no object")
    if not arguments.keys() <= set(FIELDS[name]):
        raise EngineError("invalid arguments: unknown field")
    for slot, value in arguments.items():
        if not isinstance(value, str | None) or len(value or "") > VALUE_CHARACTERS:
            raise EngineError(f"invalid arguments: {slot}")
    return {slot: value.strip() for slot, value in arguments.items() if value and value.strip()}


def _tool(name: str) -> dict[str, Any]:
    """A tool with its schema in strict mode: every field is required, what is not known is null."""
    fields = {slot: {"type": ["string", "null"], "description": DESCRIPTIONS[slot]} for slot in FIELDS[name]}
    schema = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {
        "type": "function",
        "function": {"name": name, "description": PURPOSES[name], "strict": True, "parameters": schema},
    }


_TOOLS = {
    False: [_tool(REGISTER_LEAD), _tool(HAND_OFF)],
    True: [_tool(UPDATE_LEAD), _tool(HAND_OFF)],
}
