"""Who is there: what of a talk has reached the client, whether he is writing or has left, whether a manager writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from leadbot.accounts import users
from leadbot.conversations import talks
from leadbot.database.session import db, utcnow
from leadbot.models import Author, Conversation, Message, Source, TalkPresence, User

TYPING = timedelta(seconds=8)  # who has written nothing for so long has stopped
AWAITED = timedelta(hours=1)  # after the last word somebody may still answer
AWAITED_OF_MANAGER = timedelta(hours=24)
SOONEST_SECONDS, LATEST_SECONDS = 5, 900
PREVIEW_MOST = 140


@dataclass(frozen=True, slots=True)
class Seen:
    """What a manager may know of the client's side."""

    is_typing: bool = False
    mark: str = ""  # of the manager's last line: sent, delivered, read
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnseenAnswers:
    """What was said to a client who has the chat closed, and after how many seconds to look again; 0: not at all."""

    count: int
    text: str
    seconds: int


def put(client_ref: str, *, delivered: int = 0, read: int = 0, is_typing: bool = False, has_left: bool = False) -> None:
    """What a client's browser says of itself. Nothing where he has no talk; whatever he says otherwise, he is there."""
    talk = talks.find(Source.WIDGET, client_ref)
    if talk is None:
        return
    seen = _of(talk)
    seen.read_seq = max(seen.read_seq, min(read, talk.message_count))
    seen.delivered_seq = max(seen.delivered_seq, seen.read_seq, min(delivered, talk.message_count))
    seen.typing_at = utcnow() if is_typing else None
    seen.left_at = utcnow() if has_left else None
    db.session.commit()


def manager_types(talk: Conversation, *, by: User) -> None:
    """The client sees that somebody is writing to him. Raises Forbidden for who may only look."""
    users.check_may_write(by)
    if talk.handled_by != "manager" or talk.manager_id != by.id:
        return
    _of(talk).manager_typing_at = utcnow()
    db.session.commit()


def seen_by(talk: Conversation) -> Seen:
    """The client's side of a talk in the widget; nothing is known of other doors."""
    seen = _found(talk) if talk.source is Source.WIDGET else None
    if seen is None:
        return Seen()
    said = select(Message.seq).where(Message.conversation_id == talk.id, Message.author == Author.MANAGER)
    last = db.session.scalars(said.order_by(Message.seq.desc()).limit(1)).first()
    return Seen(is_recent(seen.typing_at), _mark(seen, last) if last else "", seen.left_at)


def is_recent(moment: datetime | None) -> bool:
    """Is somebody still writing who was seen so at this moment?"""
    return moment is not None and utcnow() - moment < TYPING


def news(client_ref: str, *, after: int) -> UnseenAnswers | None:
    """What a client has missed since line `after`; None where that is nothing and nothing is to be expected.

    One looks the more rarely, the longer nothing was said: a talk that rests costs some dozen looks.
    """
    talk = talks.find(Source.WIDGET, client_ref)
    if talk is None:
        return None
    silent = utcnow() - talk.last_message_at
    is_with_people = talk.handled_by == "manager" or talk.waits_since is not None
    awaited = AWAITED_OF_MANAGER if is_with_people else AWAITED
    seconds = min(max(int(silent.total_seconds() / 2), SOONEST_SECONDS), LATEST_SECONDS) if silent < awaited else 0
    missed = (
        select(Message.text)
        .where(Message.conversation_id == talk.id, Message.seq > min(max(after, 0), 2**31 - 1))
        .where(Message.author != Author.CLIENT)
        .order_by(Message.seq.desc())
        .limit(100)
    )
    texts = list(db.session.scalars(missed)) if talk.message_count > after else []
    if not texts and not seconds:
        return None
    return UnseenAnswers(len(texts), _preview(texts[0]) if texts else "", seconds)


def _mark(seen: TalkPresence, seq: int) -> str:
    if seen.read_seq >= seq:
        return "read"
    return "delivered" if seen.delivered_seq >= seq else "sent"


def _preview(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW_MOST else line[: PREVIEW_MOST - 1].rstrip() + "…"


def _found(talk: Conversation) -> TalkPresence | None:
    seen: TalkPresence | None = db.session.scalars(
        select(TalkPresence).where(TalkPresence.conversation_id == talk.id)
    ).first()
    return seen


def _of(talk: Conversation) -> TalkPresence:
    seen = _found(talk)
    if seen is not None:
        return seen
    try:
        with db.session.begin_nested():
            seen = TalkPresence(conversation_id=talk.id, delivered_seq=0, read_seq=0)
            db.session.add(seen)
        return seen
    except IntegrityError:  # both sides were seen for the first time at once
        return db.session.scalars(select(TalkPresence).where(TalkPresence.conversation_id == talk.id)).one()
