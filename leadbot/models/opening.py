"""How often a company's chat is opened."""

from __future__ import annotations

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned
from leadbot.database.session import Base


class Opening(Owned, Base):
    """New visitors who opened the chat on one day (the company's own day), whether they wrote or not.

    A number and nothing else: who only looks leaves no trace.
    """

    __tablename__ = "openings"
    __table_args__ = (UniqueConstraint("company_id", "day"),)

    day: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)
