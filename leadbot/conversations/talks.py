"""Taking a talk: one message at a time, each stored once, in an order of its own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.engines.embedded import renewed
from leadbot.errors import Busy, Invalid, NotFound, StillAnswering
from leadbot.models import Author, BotUser, Conversation, Lead, Message, Source
from leadbot.texts.folding import fold

LEASE_SECONDS = 30  # longer than any turn; a process that died lets go by the clock
WAIT_SECONDS = 14  # for the turn before this one
SILENCE_DAYS = 30  # after so long a message begins a new episode

# Built once: every turn asks them.
_PUT_LINE = insert(cast(Table, Message.__table__)).inline()
_OF_CLIENT = tenancy.scoped(
    select(Conversation)
    .join(BotUser, BotUser.id == Conversation.bot_user_id)
    .where(BotUser.source == bindparam("source"), BotUser.client_ref == bindparam("client_ref"))
)
_OF_CLIENT_ALONE = _OF_CLIENT.with_for_update(of=Conversation).execution_options(populate_existing=True)
_BEFORE = tenancy.scoped(
    select(Message.author, Message.text, Message.seq)
    .where(Message.conversation_id == bindparam("talk_id"), Message.episode == bindparam("episode"))
    .where(Message.seq < bindparam("seq"))
    .order_by(Message.seq.desc())
    .limit(bindparam("most"))
)


class Taken(NamedTuple):
    """A talk that is ours for one turn. Of a message sent before under the same id: its number, and its reply if it
    has got one."""

    talk: Conversation
    seq: int | None = None
    reply: Message | None = None


def take(source: Source, client_ref: str, message_id: str | None, digest: str) -> Taken:
    """Take the client's talk for a message of his.

    The talk is ours until the commit; who commits before he has answered must `hold` it. Two quick messages are taken
    one after the other. Raises StillAnswering while the very same message is being answered,
    Invalid where its id came with another text, Busy where the turn before takes too long. Does not commit.
    """
    give_up_at = time.monotonic() + WAIT_SECONDS
    pause_seconds = 0.02
    while True:
        talk = _find_or_begin(source, client_ref)
        earlier = _earlier(talk, message_id, digest)
        if earlier is not None and (reply := _reply_to(earlier)):
            return Taken(talk, earlier.seq, reply)
        if talk.lease_until is None or talk.lease_until < utcnow():
            return Taken(talk, earlier.seq if earlier else None)
        db.session.rollback()
        if earlier is not None:
            raise StillAnswering
        if time.monotonic() > give_up_at:
            raise Busy
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 1.5, 0.25)


def hear(talk: Conversation, text: str, **more: object) -> int:
    """Put the client's message at the end of a taken talk, in a new episode where the one before is over; its number.

    `more` are columns of the message.
    """
    if talk.message_count and _is_over(talk):
        talk.episode += 1
        talk.known, talk.lead_id, talk.nudged_at = renewed(talk.known), None, None
        talk.is_complaint = talk.is_withdrawn = False
        talk.hot_since = talk.nudge_due_at = talk.idle_due_at = None
    return add(talk, Author.CLIENT, text, **more)


def turn_over(talk: Conversation, seq: int) -> None:
    """Begin a new episode with this line of the client: he speaks of something else from here on."""
    talk.episode += 1
    line = update(Message).where(Message.conversation_id == talk.id, Message.seq >= seq)
    db.session.execute(line.values(episode=talk.episode).execution_options(synchronize_session=False))


def put_into_words(talk: Conversation, seq: int, text: str) -> None:
    """What was heard in a voice message, with what was written beside it."""
    words = {"text": text, "folded": fold(text), "is_transcript": True}
    line = update(Message).where(Message.conversation_id == talk.id, Message.seq == seq)
    db.session.execute(line.values(words).execution_options(synchronize_session=False))


def add(talk: Conversation, author: Author, text: str, **more: object) -> int:
    """Put a line at the end of a claimed talk; its number."""
    talk.message_count += 1
    talk.last_message_at = utcnow()
    if author is Author.CLIENT:
        talk.client_seq, talk.client_at = talk.message_count, talk.last_message_at
    place = {"conversation_id": talk.id, "seq": talk.message_count, "episode": talk.episode}
    line = {**place, "company_id": talk.company_id, "author": author, "text": text, **more}
    db.session.execute(_PUT_LINE, line)  # the session's own way takes twice as long
    return talk.message_count


def before(talk: Conversation, seq: int, *, most: int) -> list[tuple[str, str, int]]:
    """The last lines of the episode before this one, oldest first: author, text, number."""
    if seq == 1:
        return []
    asked = {"talk_id": talk.id, "episode": talk.episode, "seq": seq, "most": most}
    rows = db.session.execute(_BEFORE, asked).all()
    return [(author.value, text, number) for author, text, number in reversed(rows)]


def lock(talk: Conversation) -> None:
    """Keep others from adding lines until the commit, and see the talk as it stands now."""
    db.session.refresh(talk, with_for_update=True)


def hold(talk: Conversation) -> None:
    """Keep a talk that was taken beyond the next commit."""
    talk.lease_until = utcnow() + timedelta(seconds=LEASE_SECONDS)


@contextmanager
def let_go_if_fails(talk: Conversation) -> Iterator[None]:
    """A turn whose end can't be stored gives a talk that was held back at once: the client need not wait for the clock.

    Where the database takes nothing at all it does.
    """
    talk_id, held_until = talk.id, talk.lease_until
    try:
        yield
    except Exception:
        db.session.rollback()
        ours = update(Conversation).where(Conversation.id == talk_id, Conversation.lease_until == held_until)
        if held_until is not None:
            with suppress(SQLAlchemyError):
                db.session.execute(ours.values(lease_until=None).execution_options(synchronize_session=False))
                db.session.commit()
        raise


def let_go(talk: Conversation) -> None:
    """End the claim; takes effect with the commit."""
    talk.lease_until = None


def talk_of(message: Message) -> Conversation:
    """The talk a message stands in."""
    return get(message.conversation_id)


def get(talk_id: int) -> Conversation:
    """The company's talk. Raises NotFound for any other."""
    talk = db.session.get(Conversation, talk_id) if 0 < talk_id < 2**31 else None
    if talk is None:
        raise NotFound
    return talk


def find(source: Source, client_ref: str) -> Conversation | None:
    """The talk of a client through a door, if he has one."""
    return db.session.scalars(_OF_CLIENT, {"source": source, "client_ref": client_ref}).first()


def begun(source: Source, prefix: str) -> int:
    """How many clients of a door have a reference that begins so."""
    known = select(func.count()).select_from(BotUser)
    found = known.where(BotUser.source == source, BotUser.client_ref.startswith(prefix, autoescape=True))
    return db.session.scalar(found) or 0


def digest(text: str, audio: bytes | None) -> str:
    """What a message was, to know it again."""
    return hashlib.sha256(text.encode() + b"\0" + (audio or b"")).hexdigest()


def _find_or_begin(source: Source, client_ref: str) -> Conversation:
    asked = {"source": source, "client_ref": client_ref}
    talk: Conversation | None = db.session.scalars(_OF_CLIENT_ALONE, asked).first()
    if talk is not None:
        return talk
    try:
        with db.session.begin_nested():
            client = BotUser(source=source, client_ref=client_ref)
            db.session.add(client)
            db.session.flush()
            talk = Conversation(bot_user_id=client.id, source=source)
            db.session.add(talk)
        return talk
    except IntegrityError:  # his two first messages came at once
        theirs: Conversation = db.session.scalars(_OF_CLIENT_ALONE, asked).one()
        return theirs


def _earlier(talk: Conversation, message_id: str | None, digest: str) -> Message | None:
    if message_id is None:
        return None
    earlier: Message | None = db.session.scalars(
        select(Message).where(Message.conversation_id == talk.id, Message.message_id == message_id)
    ).first()
    if earlier is not None and earlier.digest != digest:
        raise Invalid("This Idempotency-Key came with another message", field="Idempotency-Key")
    return earlier


def _reply_to(message: Message) -> Message | None:
    reply: Message | None = db.session.scalars(
        select(Message)
        .where(Message.conversation_id == message.conversation_id, Message.answers_seq == message.seq)
        .order_by(Message.seq)
    ).first()
    return reply


def claim(talk: Conversation) -> bool:
    """Take the talk for one turn, unless somebody has it; takes effect with the commit."""
    now = utcnow()
    claimed = db.session.execute(
        update(Conversation)
        .where(Conversation.id == talk.id, or_(Conversation.lease_until.is_(None), Conversation.lease_until < now))
        .values(lease_until=now + timedelta(seconds=LEASE_SECONDS))
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(talk)
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def _is_over(talk: Conversation) -> bool:
    """The lead is closed, or the client was silent for long: what comes now is a new wish."""
    if talk.last_message_at < utcnow() - timedelta(days=SILENCE_DAYS):
        return True
    lead = db.session.get(Lead, talk.lead_id) if talk.lead_id else None
    return lead is not None and not lead.status.is_open
