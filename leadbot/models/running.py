"""Sums over all companies that only grow, so that nobody has to count all rows again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.session import Base, utcnow


class RunningCount(Base):
    """What the rows of one table up to a number come to, by what is counted; see services.vitals.

    `next_id` was the highest number at `next_at`.
    """

    __tablename__ = "running_counts"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    upto_id: Mapped[int] = mapped_column(default=0)
    next_id: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=utcnow)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
