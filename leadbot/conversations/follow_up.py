"""Where a talk stands after a turn: who the client is, whether he is one, whom he waits for, what happens next."""

from __future__ import annotations

from leadbot.conversations import hot_lane, junk, waiting
from leadbot.models import Conversation
from leadbot.texts.folding import fold, phone_forms

WHO_MOST = 400


def after_turn(talk: Conversation, act: str | None) -> None:
    """Bring the talk's standing up to date with what the engine said of its last message.

    Part of the caller's transaction.
    """
    talk.folded_who = who(talk)
    junk.judge(talk, act)
    if talk.waits_for == waiting.SILENT:  # he speaks again
        waiting.end(talk)
    if act == "call_human" and not talk.is_junk:
        waiting.put(talk, waiting.CALL)
    hot_lane.follow(talk)


def who(talk: Conversation) -> str:
    """Name and phone as they are searched."""
    facts = talk.known.get("facts", {})
    phone = facts.get("phone", {})
    number = phone_forms(phone.get("e164") or phone.get("value", ""))
    return f"{fold(facts.get('name', {}).get('value', ''))} {number}".strip()[:WHO_MOST]
