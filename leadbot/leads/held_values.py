"""Whose word counts: what a manager has written on a card stays, whatever the client says to the bot later."""

from __future__ import annotations

from typing import Any

from leadbot import fields
from leadbot.models import Lead, Source

_PAIRS = {row.follower: row.key for row in fields.TABLE if row.follower}


def hold(lead: Lead, field: str, *, user_id: int | None, said: str | None) -> None:
    """Keep the bot off a field from now on; `said` is what stood there by the client's own words."""
    before = lead.edited.get(field, {})
    lead.edited = {**lead.edited, field: {"by": user_id, "said": before.get("said", said)}}


def is_held(lead: Lead, field: str) -> bool:
    """A manager has written it: over the client's words, or with a lead that he put down himself."""
    name = _PAIRS.get(field, field)
    return name in lead.edited or (lead.source is Source.MANUAL and bool(standing(lead, name)))


def standing(lead: Lead, field: str) -> str | None:
    """What stands on the card, None for nothing."""
    value: str | None = lead.details.get(field) if field in lead.details else getattr(lead, field, None)
    return value


def sort(lead: Lead, new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What a talk may write on the card, and what it says otherwise than a manager's word, each value once."""
    free: dict[str, Any] = {}
    otherwise: dict[str, str] = {}
    for field, value in new.items():
        if not is_held(lead, field):
            free[field] = value
            continue
        entry = lead.edited.get(field, {})
        if field in _PAIRS or value == entry.get("said"):
            continue
        if value == standing(lead, field):
            continue
        otherwise[field] = value
        lead.edited = {**lead.edited, field: {"by": entry.get("by"), "said": value}}
    return free, otherwise
