"""How a company's bot has been set up over time, and the talks it is rehearsed with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, referable, same_company
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User


class BotVersion(Owned, Base):
    """The bot's settings as they were published; number 0 is the draft, of which a company has one at most.

    A published version holds all `values`, the draft only those that differ from what is published.
    """

    __tablename__ = "bot_versions"
    __table_args__ = (UniqueConstraint("company_id", "number"), same_company("user_id", "users", cascade=False))

    number: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=1)  # of a draft: grows each time it is saved
    user_id: Mapped[int | None]  # who published it, or saved the draft last; None: nobody, it was so from the start
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(viewonly=True)

    @property
    def is_draft(self) -> bool:
        return self.number == 0


class Scenario(Owned, Base):
    """A talk kept to rehearse changes with. It goes with the talk it was taken from: erasing a client erases it too.

    `turns` are {"text": the client's words, "answer": the bot's, "engine": who wrote them}.
    """

    __tablename__ = "scenarios"
    __table_args__ = (
        UniqueConstraint("conversation_id", "episode"),
        same_company("conversation_id", "conversations"),
        same_company("user_id", "users", cascade=False),
        referable(),
    )

    conversation_id: Mapped[int]
    episode: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    turns: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(2))  # what the talk's page spoke before any word was said
    user_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
