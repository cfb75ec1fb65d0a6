"""Talks that wait for a person: the client asked for one, or went silent with a wish and no phone."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select

from leadbot.accounts import page_versions, users
from leadbot.conversations import talks
from leadbot.database.session import db, utcnow
from leadbot.models import Conversation, User

CALL, SILENT = "call", "silent"


def put(talk: Conversation, reason: str) -> None:
    """From now on somebody is waited for; who has called keeps his time, and a call is more than a silence.

    Part of the caller's transaction.
    """
    if talk.waits_for != reason and talk.waits_for != CALL:
        talk.waits_for, talk.waits_since = reason, utcnow()


def end(talk: Conversation) -> None:
    """Somebody has come. Part of the caller's transaction."""
    talk.waits_for = talk.waits_since = None


def settle(talk: Conversation, *, by: User) -> None:
    """It has been dealt with otherwise, by a phone call for example. Raises Forbidden."""
    users.check_may_write(by)
    talks.lock(talk)
    if talk.waits_since is not None:
        end(talk)
        talk.answer_due_at = None  # he need not be told that nobody came
        touch_list()
        db.session.commit()


def count() -> int:
    """How many talks wait."""
    waiting = select(func.count()).select_from(Conversation)
    return db.session.scalar(waiting.where(Conversation.waits_since.is_not(None), ~Conversation.is_junk)) or 0


def count_for(person: User) -> int:
    """How many talks wait for a human: those that wait for anybody, and those that this person holds where the client
    had the last word."""
    his = and_(Conversation.manager_id == person.id, Conversation.handled_by == "manager")
    unanswered = and_(Conversation.client_seq > 0, Conversation.client_seq == Conversation.message_count)
    waits = or_(Conversation.waits_since.is_not(None), and_(his, unanswered))
    return db.session.scalar(select(func.count()).select_from(Conversation).where(waits, ~Conversation.is_junk)) or 0


def touch_list() -> None:
    """What the list shows has changed without a line said. Part of the caller's transaction."""
    page_versions.grow(page_versions.LIST)
