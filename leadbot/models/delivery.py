"""The outbox: what is to be told to the outside world. The row is the truth; whoever carries it may die."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned, referable, same_company, stored_enum, where_set
from leadbot.database.session import Base, utcnow


class DeliveryState(enum.StrEnum):
    """`dead` will not be tried again by itself: the target refused for good, or the tries ran out."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"


class TelegramBot(Base):
    """The platform's bot, by its id: what it is called, and the number of the next update that has not been taken."""

    __tablename__ = "telegram_bots"

    bot_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), default="")
    next_update_id: Mapped[int] = mapped_column(BigInteger, default=0)


class Delivery(Owned, Base):
    """One notice to one target, its text as it was built then.

    Rows of one target that bear the same `together` may go out as one; from the first try on their `batch` is the same.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        same_company("lead_id", "leads"),
        same_company("talk_id", "conversations"),
        same_company("edits_id", "deliveries"),
        same_company("user_id", "users"),
        referable(),
        Index(None, "state", "next_at"),
        Index(None, "company_id", "lead_id", "event", "state"),
        where_set("company_id", "edits_id"),
        Index(None, "target", "vendor_id"),
    )

    lead_id: Mapped[int | None]
    talk_id: Mapped[int | None]  # whose client an answer to the notice reaches
    edits_id: Mapped[int | None]  # no notice of its own: that one is to be shown as things stand now
    user_id: Mapped[int | None]  # whom it is for; None: the company
    event: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)  # what is sent, made once and kept until it has arrived
    together: Mapped[str | None] = mapped_column(String(20))
    batch: Mapped[str | None] = mapped_column(String(32))
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[DeliveryState] = mapped_column(stored_enum(DeliveryState), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=utcnow)
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))
    vendor_id: Mapped[str | None] = mapped_column(String(64))  # what the vendor calls the message
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
