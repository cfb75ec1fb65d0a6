"""A client's talk with a company."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, referable, same_company, stored_enum, where_set
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User
from leadbot.texts.folding import fold


class Source(enum.StrEnum):
    """The door a talk came through; `manual` is a lead that a manager wrote down."""

    TEST = "test"
    WIDGET = "widget"
    API = "api"
    TELEGRAM = "telegram"
    MANUAL = "manual"


class Author(enum.StrEnum):
    """Who says a line of a talk."""

    CLIENT = "client"
    BOT = "bot"
    MANAGER = "manager"


class BotUser(Owned, Base):
    """A client as one door knows him: the same `client_ref` in the API and the widget is two people."""

    __tablename__ = "bot_users"
    __table_args__ = (UniqueConstraint("company_id", "source", "client_ref"), referable())

    source: Mapped[Source] = mapped_column(stored_enum(Source))
    client_ref: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Conversation(Owned, Base):
    """The one talk of a client through one door; after a closed lead or long silence it goes on in a new episode."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("bot_user_id"),
        same_company("bot_user_id", "bot_users"),
        same_company("manager_id", "users", cascade=False),
        referable(),
        Index(None, "company_id", "last_message_at"),
        Index(None, "idle_due_at"),
        where_set("company_id", "waits_since"),
        where_set("company_id", "hot_since"),
        where_set("company_id", "manager_id"),
        where_set("company_id", "lead_id"),
        Index(
            None,
            *("company_id", "is_junk", "last_message_at"),
            sqlite_where=text("is_junk = 1"),
            postgresql_where=text("is_junk"),
        ),
        Index(
            None, "company_id", "source", sqlite_where=text("source = 'test'"), postgresql_where=text("source = 'test'")
        ),
        where_set("nudge_due_at"),
        where_set("return_due_at"),
        where_set("answer_due_at"),
    )

    bot_user_id: Mapped[int]
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_urlsafe(16))
    source: Mapped[Source] = mapped_column(stored_enum(Source))
    language: Mapped[str | None] = mapped_column(String(2))
    known: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    episode: Mapped[int] = mapped_column(default=1)
    lead_id: Mapped[int | None]  # the lead of this episode; of another talk where the same phone had an open one
    handled_by: Mapped[str] = mapped_column(String(10), default="bot")  # bot or manager
    manager_id: Mapped[int | None]  # who holds it, while a manager does
    first_touch: Mapped[dict[str, str] | None] = mapped_column(JSON)  # where he came from, see leads.attribution
    consent: Mapped[dict[str, str] | None] = mapped_column(JSON)  # what he agreed to, see conversations.consent
    message_count: Mapped[int] = mapped_column(default=0)
    # A turn is claimed until then; a process that dies lets go by the clock.
    lease_until: Mapped[datetime | None]
    # When a talk without a lead, but with a phone or a clear wish, counts as gone silent: see conversations.hot_lane.
    idle_due_at: Mapped[datetime | None]
    hot_since: Mapped[datetime | None]  # it stands in the hot lane
    nudge_due_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]  # once an episode
    waits_since: Mapped[datetime | None]  # a person is to look at it: see conversations.waiting
    waits_for: Mapped[str | None] = mapped_column(String(10))  # call, or silent
    is_in_telegram: Mapped[bool] = mapped_column(default=False)  # that manager reads and answers there
    return_due_at: Mapped[datetime | None]  # when a manager who says nothing gives the talk back to the bot
    is_junk: Mapped[bool] = mapped_column(default=False)  # spam, a job seeker, a supplier: see conversations.junk
    is_complaint: Mapped[bool] = mapped_column(default=False, server_default=false())  # of this episode
    is_withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())  # he needs it no more
    junk_is_settled: Mapped[bool] = mapped_column(default=False)  # a person has said so, or that it is none
    client_seq: Mapped[int] = mapped_column(default=0)  # of the client's last line
    client_at: Mapped[datetime | None]  # when he last wrote
    note_count: Mapped[int] = mapped_column(default=0)
    folded_who: Mapped[str] = mapped_column(String(400), default="")  # name and phone, to be searched
    # When a client who waits for a person is told honestly that nobody has answered, and when he was; once a wait.
    answer_due_at: Mapped[datetime | None]
    answer_told_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    bot_user: Mapped[BotUser] = relationship(viewonly=True)
    manager: Mapped[User | None] = relationship(viewonly=True)


def _folded(context: DefaultExecutionContext) -> str | None:
    said = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return fold(said["text"]) if said["author"] is Author.CLIENT and said["text"] else None


class Message(Owned, Base):
    """One line of a talk. The bot's lines say which engine wrote them and in how many milliseconds."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "message_id"),
        same_company("conversation_id", "conversations"),
        same_company("user_id", "users", cascade=False),
        referable(),
        # Few talks have a voice message, and a board asks it of every card.
        Index("ix_messages_voice", "company_id", "conversation_id",
              sqlite_where=text("audio_file IS NOT NULL"), postgresql_where=text("audio_file IS NOT NULL")),
        Index(None, "company_id", "answered_by", "created_at",
              sqlite_where=text("author = 'client'"), postgresql_where=text("author = 'client'")),
    )  # fmt: skip

    conversation_id: Mapped[int]
    user_id: Mapped[int | None]  # the manager who wrote it
    seq: Mapped[int]
    episode: Mapped[int] = mapped_column(default=1)
    author: Mapped[Author] = mapped_column(stored_enum(Author))
    text: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str | None] = mapped_column(String(255))  # the client's own id of it: sent twice, taken once
    digest: Mapped[str | None] = mapped_column(String(64))  # of what came under that id
    answers_seq: Mapped[int | None]  # a reply: the client's line it answers
    answered_by: Mapped[str | None] = mapped_column(String(10))  # a client's line; noted by the database: models.marks
    function_called: Mapped[str | None] = mapped_column(String(40))
    engine: Mapped[str | None] = mapped_column(String(20))
    engine_ms: Mapped[int | None]
    engine_note: Mapped[str | None] = mapped_column(String(200))
    tokens_in: Mapped[int | None]  # what the answer used up at the model, whoever answered in the end
    tokens_out: Mapped[int | None]
    audio_file: Mapped[str | None] = mapped_column(String(80))  # a name in the voice folder
    audio_type: Mapped[str | None] = mapped_column(String(40))
    file_name: Mapped[str | None] = mapped_column(String(80))  # a photo or PDF: a name in the files folder
    file_type: Mapped[str | None] = mapped_column(String(40))
    is_transcript: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str | None] = mapped_column(Text, default=_folded)  # the client's words, to be searched
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class TalkNote(Owned, Base):
    """What managers write to each other beside a talk. No message, so that nothing said to clients or models has it."""

    __tablename__ = "talk_notes"
    __table_args__ = (
        same_company("conversation_id", "conversations"),
        same_company("user_id", "users", cascade=False),
        Index(None, "company_id", "conversation_id"),
    )

    conversation_id: Mapped[int]
    user_id: Mapped[int | None]
    after_seq: Mapped[int]  # the line it stands below
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(viewonly=True)


class TalkRead(Owned, Base):
    """How far a person has read a talk."""

    __tablename__ = "talk_reads"
    __table_args__ = (
        UniqueConstraint("user_id", "conversation_id"),
        same_company("user_id", "users"),
        same_company("conversation_id", "conversations"),
        Index(None, "company_id", "conversation_id"),
    )

    user_id: Mapped[int]
    conversation_id: Mapped[int]
    seq: Mapped[int]


class CannedAnswer(Owned, Base):
    """A ready answer of the company: `texts` by language, with places such as {name}."""

    __tablename__ = "canned_answers"
    __table_args__ = (Index(None, "company_id", "title"),)

    title: Mapped[str] = mapped_column(String(80))
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
