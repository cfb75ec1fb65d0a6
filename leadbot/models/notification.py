"""What a person wants to be told of, where and when; the devices that take Web Push for him; chats of a company."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned, same_company
from leadbot.database.session import Base, utcnow


class NotificationChoices(Owned, Base):
    """A person's own choices; without a row he is told nothing by himself, the company's chat is.

    `hours` is "any", "work" (the company's) or "own": on `days` (0 is Monday), from one minute of the day to another.
    """

    __tablename__ = "notification_choices"
    __table_args__ = (same_company("user_id", "users"), UniqueConstraint("company_id", "user_id"))

    user_id: Mapped[int]
    wanted: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)  # by carrier the groups of notices
    hours: Mapped[str] = mapped_column(String(10), default="any")
    days: Mapped[str] = mapped_column(String(7), default="0123456")
    from_minute: Mapped[int] = mapped_column(default=9 * 60)
    to_minute: Mapped[int] = mapped_column(default=20 * 60)
    sound: Mapped[bool] = mapped_column(default=True)  # in an open page


class PushSubscription(Owned, Base):
    """A browser that takes notices for a person, for as long as he is logged in there.

    `endpoint` is the address its maker's push service has given it, `p256dh` and `auth` are the keys it is encrypted
    with. One endpoint belongs to one person of a company.
    """

    __tablename__ = "push_subscriptions"
    __table_args__ = (
        same_company("user_id", "users"),
        same_company("session_id", "web_sessions"),
        UniqueConstraint("company_id", "endpoint_hash"),
    )

    user_id: Mapped[int]
    session_id: Mapped[int]
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[str] = mapped_column(String(64))
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(40))
    browser: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class ProvenChat(Owned, Base):
    """A Telegram chat from which a code of the company's was sent: its managers may be told of leads there."""

    __tablename__ = "proven_chats"
    __table_args__ = (
        same_company("proven_by_id", "users", cascade=False),
        UniqueConstraint("company_id", "chat_id"),
    )

    chat_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(128), default="")  # a group's, as it was then
    proven_by_id: Mapped[int | None]  # who made the code
    proven_at: Mapped[datetime] = mapped_column(default=utcnow)
