"""What a person has read: how far in each talk, and a moment before which all is read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from leadbot.conversations.talks import lock
from leadbot.database.session import db, utcnow
from leadbot.models import Author, Conversation, Message, Source, TalkRead, User

COUNTED = 99  # of unread talks; more are “99+”
# What is being written this very moment is not yet to be seen.
COMMIT_SECONDS = 10


def put(talk: Conversation, person: User, seq: int) -> None:
    """The person has seen a locked talk up to this line. Part of the caller's transaction."""
    seen = db.session.scalars(
        select(TalkRead).where(TalkRead.user_id == person.id, TalkRead.conversation_id == talk.id)
    ).first()
    upto = min(max(seq, 0), talk.message_count)
    if seen is not None:
        seen.seq = max(seen.seq, upto)
    elif upto and talk.client_at is not None and talk.client_at > since(person):
        db.session.add(TalkRead(user_id=person.id, conversation_id=talk.id, seq=upto))


def mark(talk: Conversation, person: User, seq: int) -> None:
    """The person has seen the talk up to this line; with nothing unread left, everything until now."""
    lock(talk)
    put(talk, person, seq)
    db.session.flush()
    if not count(person):
        person.read_until = utcnow() - timedelta(seconds=COMMIT_SECONDS)
    db.session.commit()


def mark_all(person: User) -> None:
    """Nothing is unread any more."""
    person.read_until = utcnow()
    db.session.commit()


def since(person: User) -> datetime:
    """Before this all is read."""
    return person.read_until or person.created_at


def row_of(person: User) -> ColumnElement[bool]:
    """Which row of TalkRead belongs to a talk, for a join."""
    return and_(TalkRead.conversation_id == Conversation.id, TalkRead.user_id == person.id)


def is_unread(person: User) -> ColumnElement[bool]:
    """The condition of a talk with something unread, where TalkRead is joined by `row_of`. Test talks have none."""
    return and_(
        Conversation.client_at > since(person),
        Conversation.last_message_at > since(person),  # nothing else can be: the index ends there
        Conversation.client_seq > func.coalesce(TalkRead.seq, 0),
        Conversation.source != Source.TEST,
        ~Conversation.is_junk,
    )


def unread_lines(person: User) -> ColumnElement[int]:
    """How many lines of a talk a person has not read; none are counted where none can be."""
    later = select(func.count()).select_from(Message).where(Message.conversation_id == Conversation.id)
    lines = later.where(Message.author == Author.CLIENT, Message.seq > func.coalesce(TalkRead.seq, 0))
    return (
        lines.where(Message.created_at > since(person), is_unread(person))
        .correlate(Conversation, TalkRead)
        .scalar_subquery()
    )


def count(person: User) -> int:
    """How many talks have something unread; at most one more than COUNTED."""
    unread = select(Conversation.id).outerjoin(TalkRead, row_of(person)).where(is_unread(person))
    first = unread.order_by(Conversation.last_message_at.desc()).limit(COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(first)) or 0
