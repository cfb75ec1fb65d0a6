"""A lead and what happened to it."""

from __future__ import annotations

import enum
import time
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, referable, same_company, stored_enum, where_set
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User
from leadbot.models.conversation import Source


class LeadStatus(enum.StrEnum):
    """The six stages, in the order of the board. Keys never change."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    MEASUREMENT = "measurement"
    ESTIMATE = "estimate"
    WON = "won"
    LOST = "lost"

    @property
    def is_open(self) -> bool:
        return self not in {LeadStatus.WON, LeadStatus.LOST}


IMPORTED = "import"  # in place of the source of a lead that came from a file


class LostReason(enum.StrEnum):
    """Why a lead was lost; a duplicate and spam don't count in conversion."""

    EXPENSIVE = "expensive"
    COMPETITOR = "competitor"
    UNREACHABLE = "unreachable"
    NOT_OURS = "not_ours"
    POSTPONED = "postponed"
    DUPLICATE = "duplicate"
    SPAM = "spam"


class Lead(Owned, Base):
    """A client who gave a phone. City and object type are canonical Russian; pages speak the reader's language."""

    __tablename__ = "leads"
    __table_args__ = (
        # One lead an episode of a talk, whatever is sent twice.
        UniqueConstraint("conversation_id", "episode"),
        same_company("conversation_id", "conversations"),
        same_company("bot_user_id", "bot_users"),
        same_company("assignee_id", "users", cascade=False),
        same_company("previous_id", "leads", cascade=False),
        same_company("merged_into_id", "leads", cascade=False),
        same_company("related_lead_id", "leads", cascade=False),
        referable(),
        Index(None, "company_id", "status", "rank"),
        Index(None, "company_id", "status", "search"),
        Index(None, "company_id", "city"),
        Index(None, "company_id", "phone_e164"),
        where_set("take_due_at"),
        where_set("company_id", "previous_id"),
        where_set("company_id", "merged_into_id"),
        where_set("company_id", "related_lead_id"),
        where_set("company_id", "import_id"),
        Index(None, "company_id", "created_at", "source", "merged_into_id"),
    )

    conversation_id: Mapped[int | None]
    bot_user_id: Mapped[int | None]
    episode: Mapped[int] = mapped_column(default=1)
    previous_id: Mapped[int | None]  # the same client's earlier lead, closed by then
    merged_into_id: Mapped[int | None]  # this one is a duplicate, all that hung on it is there
    import_id: Mapped[int | None]  # the import that brought it
    is_undated: Mapped[bool] = mapped_column(default=False, server_default=false())  # the file said no date of its own
    related_lead_id: Mapped[int | None]  # the same client's lead beside which he wants this one
    source: Mapped[Source] = mapped_column(stored_enum(Source))
    name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(32))  # 8 and ten digits for Kazakhstan, else E.164
    phone_e164: Mapped[str] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    object_type: Mapped[str | None] = mapped_column(String(100))
    area: Mapped[str | None] = mapped_column(String(64))
    area_m2: Mapped[float | None]
    summary: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2), default="ru")  # of the talk; "" where nobody knows it
    contact_by: Mapped[str | None] = mapped_column(String(10))  # call, whatsapp, telegram or message
    contact_name: Mapped[str | None] = mapped_column(String(200))  # whom to call instead of the client
    is_complaint: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())  # he needs it no more
    is_urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    first_touch: Mapped[dict[str, str] | None] = mapped_column(JSON)  # where he came from, see leads.attribution
    status: Mapped[LeadStatus] = mapped_column(stored_enum(LeadStatus), default=LeadStatus.NEW)
    lost_reason: Mapped[LostReason | None] = mapped_column(stored_enum(LostReason))
    assignee_id: Mapped[int | None]
    is_dealt: Mapped[bool] = mapped_column(default=False)  # given in turn, and nobody has done anything with it yet
    # What managers have written over: {field: {"by": a person's id, "said": what the client last said instead}}.
    edited: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    details: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # edited values that have no column, by slot
    # What the summary is made of besides values, see engines.base.LeadDraft.told; None: the summary is all there is.
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    task_at: Mapped[datetime | None]  # when the next open task is due, see leads.tasks
    # When the managers are next told that nobody has taken it, and when they first were; see leads.take_timer.
    take_due_at: Mapped[datetime | None]
    take_reminded_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    touched_at: Mapped[datetime | None]  # by a person, first; noted by the database, see models.marks
    raised_at: Mapped[datetime] = mapped_column(default=utcnow)  # when it came, came again or changed its stage
    # The order within a column, highest first: nanoseconds, so that what comes stands on top and between any two there
    # is room for a third.
    rank: Mapped[int] = mapped_column(BigInteger, default=time.time_ns)
    is_hot: Mapped[bool] = mapped_column(default=False)  # see leads.scoring
    search: Mapped[str] = mapped_column(Text, default="")  # what it is found by, folded: see leads.search
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    __mapper_args__ = {"version_id_col": version}

    assignee: Mapped[User | None] = relationship(viewonly=True)

    @property
    def is_test(self) -> bool:
        return self.source is Source.TEST

    @property
    def origin(self) -> str:
        """Where it came from, as pages say it: its source, or `IMPORTED`."""
        return IMPORTED if self.import_id is not None and self.source is Source.MANUAL else self.source.value


class LeadEvent(Owned, Base):
    """What happened to a lead; `user_id` None means the bot.

    `kind` is created, moved, changed (by the client's words), repeated, edited (by a manager), otherwise (the client
    said otherwise than an edit, or another talk than its own did), dealt (in turn), assigned, taken, released,
    task_set, task_moved, task_done, task_deleted, merged, unmerged, split, beside (the client wants something
    further, which has its own lead) or withdrawn (he needs it no more).
    """

    __tablename__ = "lead_events"
    __table_args__ = (
        same_company("lead_id", "leads"),
        same_company("user_id", "users", cascade=False),
        Index(None, "company_id", "lead_id"),
    )

    lead_id: Mapped[int]
    user_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20))
    field: Mapped[str | None] = mapped_column(String(30))
    from_value: Mapped[str | None] = mapped_column(Text)
    to_value: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(String(30))
    through: Mapped[str | None] = mapped_column(String(10))  # telegram: not on a page
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(viewonly=True)


class ErasedLead(Owned, Base):
    """That there was a lead, and since when there is none: for who keeps a copy."""

    __tablename__ = "erased_leads"
    __table_args__ = (Index(None, "company_id", "id"), Index(None, "erased_at"))

    lead_id: Mapped[int]
    erased_at: Mapped[datetime] = mapped_column(default=utcnow)


class LeadNote(Owned, Base):
    """What a manager wrote down about a lead."""

    __tablename__ = "lead_notes"
    __table_args__ = (
        same_company("lead_id", "leads"),
        same_company("user_id", "users", cascade=False),
        Index(None, "company_id", "lead_id"),
    )

    lead_id: Mapped[int]
    user_id: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(viewonly=True)


class LeadMerge(Owned, Base):
    """A duplicate made part of another lead, with all it takes to undo that: see leads.merging."""

    __tablename__ = "lead_merges"
    __table_args__ = (
        same_company("lead_id", "leads"),
        same_company("other_id", "leads"),
        same_company("user_id", "users", cascade=False),
        Index(None, "company_id", "lead_id"),
        Index(None, "company_id", "other_id"),
    )

    lead_id: Mapped[int]
    other_id: Mapped[int]
    user_id: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)  # ids by table
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(viewonly=True)


class Evidence(Owned, Base):
    """The client's own words a value on the card came from: where they stand in which message."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("lead_id", "field"),
        same_company("lead_id", "leads"),
        same_company("message_id", "messages"),
    )

    lead_id: Mapped[int]
    message_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(30))
    quote: Mapped[str] = mapped_column(Text)
    start: Mapped[int]
    end: Mapped[int]
