"""What a client of the API is told without having asked: a manager's words, and the bot's about who answers him.

No line to him is open. It reaches him with his next answer, or as soon as the integrator asks for it; only where one
does ask may the bot promise that an answer comes into this chat.
"""

from __future__ import annotations

from dataclasses import dataclass

from limits.errors import StorageError
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from leadbot.conversations import talks
from leadbot.conversations.hand_off import own_name
from leadbot.database.session import db
from leadbot.models import Author, Conversation, Message, Source, User
from leadbot.state import state

READ_WITHIN_SECONDS = 24 * 3600  # who has asked for messages within a day passes them on


@dataclass(frozen=True, slots=True)
class UnaskedLine:
    """A line of a talk, and the own name of the manager who wrote it, where he has given one."""

    message: Message
    name: str | None
    answers_id: int | None  # the client's message it answers


def after(client_ref: str, message_id: int, *, most: int) -> list[UnaskedLine]:
    """The lines of a client's talk behind a message, oldest first; none where he has not written yet."""
    talk = talks.find(Source.API, client_ref)
    return [] if talk is None else _lines(talk, Message.id > message_id, most=most)


def before(client_ref: str, seq: int) -> list[UnaskedLine]:
    """What a client was told unasked between his message of this number and the one before it."""
    talk = talks.find(Source.API, client_ref)
    if talk is None:
        return []
    own = aliased(Message)
    earlier = select(func.max(own.seq)).where(
        own.conversation_id == talk.id, own.author == Author.CLIENT, own.seq < seq
    )
    told = Message.seq > func.coalesce(earlier.scalar_subquery(), 0), Message.seq < seq
    return _lines(talk, *told, Message.author != Author.CLIENT, Message.answers_seq.is_(None))


def note_reader(company_id: int) -> None:
    """The company's integrator asks for messages."""
    try:
        state().counters.incr(_key(company_id), READ_WITHIN_SECONDS)
    except StorageError:
        return  # then clients are asked for a phone


def has_reader(company_id: int) -> bool:
    """Has somebody lately asked for the messages of this company's clients?"""
    try:
        return state().counters.get(_key(company_id)) > 0
    except StorageError:
        return False


def _key(company_id: int) -> str:
    return f"reads messages {company_id}"


def _lines(talk: Conversation, *which: object, most: int = 500) -> list[UnaskedLine]:
    asked = aliased(Message)
    found = (
        select(Message, User, asked.id)
        .outerjoin(User, (User.id == Message.user_id) & (Message.author == Author.MANAGER))
        .outerjoin(asked, (asked.conversation_id == Message.conversation_id) & (asked.seq == Message.answers_seq))
        .where(Message.conversation_id == talk.id, *which)  # type: ignore[arg-type]
        .order_by(Message.seq)
        .limit(most)
    )
    return [
        UnaskedLine(message, (own_name(person) if person else "") or None, answers_id)
        for message, person, answers_id in db.session.execute(found)
    ]
