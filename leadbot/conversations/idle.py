"""Talks whose time has come, whichever company they are of: to nudge, to finish, to give back to the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from leadbot.accounts import due_rows
from leadbot.conversations import chat, hand_off, hot_lane, talks
from leadbot.database.session import utcnow
from leadbot.models import Conversation


def nudge_due() -> int:
    """Remind the clients who fell silent in the hot lane; returns how many."""
    return _each(Conversation.nudge_due_at, hot_lane.nudge)


def finish_due() -> int:
    """Register the talks whose time has come with what is known of them; returns how many leads came of it."""
    return _each(Conversation.idle_due_at, chat.finish_idle)


def return_due() -> int:
    """Give talks whose manager has fallen silent back to the bot; returns how many."""
    return _each(Conversation.return_due_at, hand_off.give_back_silent)


def _each(due_at: InstrumentedAttribute[Any], do: Callable[[Conversation], object]) -> int:
    """Do it with every talk that still is due once it is its turn."""

    def do_if_due(talk_id: int) -> bool:
        talk = talks.get(talk_id)
        moment = getattr(talk, due_at.key)
        return bool(moment and moment <= utcnow() and do(talk))

    return due_rows.each(due_at, do_if_due)
