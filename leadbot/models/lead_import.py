"""A file of leads that is being taken over."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned, same_company, stored_enum
from leadbot.database.session import Base, utcnow


class ImportState(enum.StrEnum):
    """Being written down, all written down, or broken off: somebody was erased meanwhile, or the file has gone."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class LeadImport(Owned, Base):
    """How far a file of leads has been taken over; see transfer.imports. It says nothing of what stands in the file."""

    __tablename__ = "lead_imports"
    __table_args__ = (same_company("user_id", "users", cascade=False),)

    key: Mapped[str] = mapped_column(String(40), unique=True)  # the file lies under it in the data folder
    user_id: Mapped[int]
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what columns and stages may be called
    state: Mapped[ImportState] = mapped_column(stored_enum(ImportState), default=ImportState.RUNNING)
    total: Mapped[int]  # rows of the file
    done: Mapped[int] = mapped_column(default=0)  # of them settled, from the top
    imported: Mapped[int] = mapped_column(default=0)  # of these on the board now; the others were left out
    lease_until: Mapped[datetime | None]  # until then some worker is at it
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def is_running(self) -> bool:
        return self.state is ImportState.RUNNING
