"""A company and its people."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, Tenant, referable, same_company, stored_enum
from leadbot.database.session import Base, utcnow
from leadbot.models import slugs


def new_widget_key() -> str:
    """What a company's widget is addressed by; 128 random bits."""
    return "wk_" + secrets.token_urlsafe(16)


def _slug(context: DefaultExecutionContext) -> str:
    """The address of a new company's own page: its name in Latin letters and four more that nobody guesses."""
    return slugs.slug_of(context.get_current_parameters()["name"])  # type: ignore[no-untyped-call]


class Role(enum.StrEnum):
    """What a person may do: an owner everything, a manager work with clients, a viewer look."""

    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"


class Company(Tenant, Base):
    """A customer of Leadbot. Everything else belongs to one."""

    __tablename__ = "companies"
    __table_args__ = (Index(None, "digest_at"),)

    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="ru")  # of notices and summaries
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Almaty")
    telegram_chat_id: Mapped[str | None] = mapped_column(String(64))
    widget_key: Mapped[str] = mapped_column(String(64), unique=True, default=new_widget_key)
    slug: Mapped[str] = mapped_column(String(60), unique=True, index=True, default=_slug)  # its page is /c/<slug>
    widget: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # its looks and places: conversations.widget
    widget_is_paused: Mapped[bool] = mapped_column(default=False)
    widget_seen_host: Mapped[str | None] = mapped_column(String(255))  # where a client last opened it, and when
    widget_seen_at: Mapped[datetime | None]
    # What the bot knows of the company and how it speaks, as published: see bot.settings_fields
    bot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    hours: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # when it works, see accounts.hours
    take_minutes: Mapped[int] = mapped_column(default=15)  # of work, after which a lead has waited too long; 0: never
    deals_to: Mapped[str] = mapped_column(String(10), default="")  # whom new leads go to in turn, see leads.rotation
    dealt_to_id: Mapped[int | None]  # who had the last one
    answer_minutes: Mapped[int] = mapped_column(default=5)  # after which a client who waits is told so; 0: never
    morning_digest: Mapped[bool] = mapped_column(default=True)  # managers get a summary when the day begins
    digest_at: Mapped[datetime] = mapped_column(default=utcnow)  # when the next one is due
    is_active: Mapped[bool] = mapped_column(default=True)
    retention_days: Mapped[int | None]  # how long talks are kept after their last word; None: for ever
    limits: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # the operator's, see accounts.companies
    start_is_over: Mapped[bool] = mapped_column(default=False)  # the list of first steps has been put away
    stage_names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # its own, by key, see leads.stages
    board_version: Mapped[int] = mapped_column(default=0)  # grows with every change a board shows
    inbox: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # how talks are led: conversations.inbox
    inbox_version: Mapped[int] = mapped_column(default=0)  # grows with what changes in the list without a line said
    # How many leads stand at each stage; the database counts them itself, see database.counters
    leads_new: Mapped[int] = mapped_column(default=0)
    leads_in_progress: Mapped[int] = mapped_column(default=0)
    leads_measurement: Mapped[int] = mapped_column(default=0)
    leads_estimate: Mapped[int] = mapped_column(default=0)
    leads_won: Mapped[int] = mapped_column(default=0)
    leads_lost: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class FormerSlug(Owned, Base):
    """An address that a company's page had: it stands on banners and leads to the page for ever, to nobody else's."""

    __tablename__ = "former_slugs"
    __table_args__ = (Index(None, "company_id"),)

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class User(UserMixin, Owned, Base):  # type: ignore[misc]  # flask-login bears no types
    """A person of a company. `email` is shown as it was given, `email_key` is what it is known by."""

    __tablename__ = "users"
    __table_args__ = (referable(), Index(None, "company_id", "telegram_id", unique=True))

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    hashed_password: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(stored_enum(Role), default=Role.OWNER)
    language: Mapped[str | None] = mapped_column(String(2))
    theme: Mapped[str | None] = mapped_column(String(5))  # light, dark; None: as the system says
    read_until: Mapped[datetime | None]  # what clients wrote before is read; None: since the person is here
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)  # who he is in Telegram
    # Part of every session and token: one step up ends them all. It begins anywhere: SQLite gives a deleted person's id
    # to the next one, and the freed e-mail may be his too.
    token_version: Mapped[int] = mapped_column(default=lambda: secrets.randbelow(2**30) + 1)
    is_enabled: Mapped[bool] = mapped_column(default=True)  # an owner may shut a person out for a time
    removed_at: Mapped[datetime | None]  # gone for good: the row stays for the name on his leads, the e-mail is free
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    company: Mapped[Company] = relationship(lazy="joined")

    @property
    def is_active(self) -> bool:
        return self.company.is_active and self.is_enabled and self.removed_at is None

    @property
    def is_owner(self) -> bool:
        return self.role is Role.OWNER

    @property
    def shown_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @property
    def may_write(self) -> bool:
        """A viewer looks and changes nothing."""
        return self.role is not Role.VIEWER

    def get_id(self) -> str:
        return f"{self.id}.{self.token_version}"


class WebSession(Owned, Base):
    """A log-in in one browser. Its cookie holds a random key, `key_hash` is the key's SHA-256; a row gone is a session
    ended, whoever still has the cookie."""

    __tablename__ = "web_sessions"
    __table_args__ = (same_company("user_id", "users"), referable(), Index(None, "company_id", "user_id"))

    user_id: Mapped[int]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class LinkKind(enum.StrEnum):
    """What a one-time link lets its bearer do: join the company, set a new password, connect a Telegram chat, or say
    who he is in Telegram."""

    INVITATION = "invitation"
    RESET = "reset"
    TELEGRAM = "telegram"
    PERSON = "person"


class OneTimeLink(Owned, Base):
    """A link that works once. Its address holds a random key, `key_hash` is the key's SHA-256; a row gone is a link
    used or taken back."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        same_company("user_id", "users"),
        same_company("made_by_id", "users", cascade=False),
        Index(None, "company_id", "kind"),
    )

    kind: Mapped[LinkKind] = mapped_column(stored_enum(LinkKind))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))  # of whom is invited; None: whoever has the link
    role: Mapped[Role | None] = mapped_column(stored_enum(Role))  # of whom is invited
    user_id: Mapped[int | None]  # whose password is reset, who is in Telegram
    made_by_id: Mapped[int | None]  # None: he asked for it himself
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
