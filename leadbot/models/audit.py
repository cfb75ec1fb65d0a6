"""Who did what to the company's settings, team and data."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, same_company, stored_enum
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User


class AuditEvent(enum.StrEnum):
    """What a company's audit log writes down."""

    LOGGED_IN = "logged_in"
    PASSWORD = "password"  # noqa: S105 an event, no secret
    RESET_LINK = "reset_link"
    INVITED = "invited"
    UNINVITED = "uninvited"
    JOINED = "joined"
    ROLE = "role"
    SHUT_OUT = "shut_out"
    LET_IN = "let_in"
    REMOVED = "removed"
    COMPANY = "company"
    STAGES = "stages"
    HOURS = "hours"
    TURNS = "turns"
    CONVERSATIONS = "conversations"
    ANSWERS = "answers"
    BOT = "bot"
    MODEL_KEY = "model_key"
    WIDGET = "widget"
    WIDGET_KEY = "widget_key"
    RETENTION = "retention"
    EXPORTED = "exported"
    IMPORTED = "imported"
    IMPORT_UNDONE = "import_undone"
    ERASED = "erased"
    SWITCHED = "switched"
    LIMITS = "limits"


class AuditEntry(Owned, Base):
    """One line of the audit log. It bears nothing of clients: what it was about is a person of the company, a role, a
    number, the name of a setting."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        same_company("user_id", "users", cascade=False),
        same_company("about_id", "users", cascade=False),
        Index(None, "company_id", "id"),
        Index(None, "company_id", "created_at"),
    )

    user_id: Mapped[int | None]  # who did it; None: the operator of the installation
    act: Mapped[AuditEvent] = mapped_column(stored_enum(AuditEvent))
    about_id: Mapped[int | None]  # to whom
    detail: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(
        viewonly=True, primaryjoin="AuditEntry.user_id == User.id", foreign_keys="AuditEntry.user_id"
    )
    about: Mapped[User | None] = relationship(
        viewonly=True, primaryjoin="AuditEntry.about_id == User.id", foreign_keys="AuditEntry.about_id"
    )
