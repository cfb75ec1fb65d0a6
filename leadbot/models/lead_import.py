"""Files of leads: one that is being taken over, one that is being written."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, same_company, stored_enum
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User


class ImportState(enum.StrEnum):
    """Being written down, all written down, or broken off: somebody was erased meanwhile, or the file has gone; being
    taken back, taken back."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


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
    imported: Mapped[int] = mapped_column(default=0)  # of these came onto the board; the others were left out
    removed: Mapped[int] = mapped_column(default=0)  # of these taken off it again; the others had been worked with
    lease_until: Mapped[datetime | None]  # until then some worker is at it
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(viewonly=True)

    @property
    def is_running(self) -> bool:
        return self.state in {ImportState.RUNNING, ImportState.UNDOING}


class ExportState(enum.StrEnum):
    """Being written, ready to be fetched, or broken off."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class LeadExport(Owned, Base):
    """A large table of leads that the worker writes; see services.exports_job. The file lies in the data folder for an
    hour."""

    __tablename__ = "lead_exports"
    __table_args__ = (same_company("user_id", "users", cascade=False),)

    key: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int]
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # which leads, in which words
    state: Mapped[ExportState] = mapped_column(stored_enum(ExportState), default=ExportState.RUNNING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def is_running(self) -> bool:
        return self.state is ExportState.RUNNING
