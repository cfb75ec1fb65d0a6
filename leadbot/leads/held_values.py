"""Whose word counts: what a manager has written on a card stays, whatever the client says to the bot later; and a talk
that found the card by its phone alone changes neither name nor number there, since anybody can type one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from leadbot import fields
from leadbot.database.session import db
from leadbot.models import Lead, LeadEvent, Source

_PAIRS = {row.follower: row.key for row in fields.TABLE if row.follower}
_WHO = {"name", "phone", "phone_e164"}  # whom to call
_UNSAID = {*_PAIRS, "language"}  # what follows from a client's words and is no statement of its own


def speakers(lead: Lead) -> set[int]:
    """The talks whose word changes the card: the one that made it, and those of the leads that a person has made part
    of it. All others came by the phone alone."""
    talks, parts = {lead.conversation_id}, [lead.id]
    while parts:
        joined = select(Lead.id, Lead.conversation_id).where(Lead.merged_into_id.in_(parts))
        rows = db.session.execute(joined).all()
        talks |= {row.conversation_id for row in rows}
        parts = [row.id for row in rows]
    return {talk for talk in talks if talk is not None}


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


def sort(lead: Lead, new: dict[str, Any], *, is_heard: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """What a talk may write on the card, and what it says otherwise than stands there, each value once.

    One whose word counts (`is_heard`) gives way to a manager's only. Any other brings the card up to date too, but for
    whom to call; and where a person wrote the card, it fills but what is empty.
    """
    free: dict[str, Any] = {}
    otherwise: dict[str, str] = {}
    for field, value in new.items():
        held = is_held(lead, field)
        may_write = is_heard or (lead.conversation_id is not None and field not in _WHO)
        if not held and (may_write or not standing(lead, _PAIRS.get(field, field))):
            free[field] = value
            continue
        entry = lead.edited.get(field, {})
        if field in _UNSAID or value in {entry.get("said"), standing(lead, field)}:
            continue
        if held:
            lead.edited = {**lead.edited, field: {"by": entry.get("by"), "said": value}}
        elif was_said(lead, field, value):
            continue
        otherwise[field] = value
    return free, otherwise


def was_said(lead: Lead, field: str, value: str | None) -> bool:
    """Has somebody said it who could not change what stands there?"""
    of_lead = select(LeadEvent.id).where(LeadEvent.lead_id == lead.id, LeadEvent.kind == "otherwise")
    return db.session.scalar(of_lead.where(LeadEvent.field == field, LeadEvent.to_value == value).limit(1)) is not None
