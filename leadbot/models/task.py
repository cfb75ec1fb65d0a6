"""What is to be done about a lead, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leadbot.database.owned import Owned, same_company
from leadbot.database.session import Base, utcnow
from leadbot.models.company import User
from leadbot.models.lead import Lead


class LeadTask(Owned, Base):
    """A call back on a day: of one person, or of whoever sees it. Open until `done_at`; told of once when it is due."""

    __tablename__ = "lead_tasks"
    __table_args__ = (
        same_company("lead_id", "leads"),
        same_company("assignee_id", "users", cascade=False),
        same_company("user_id", "users", cascade=False),
        same_company("done_by_id", "users", cascade=False),
        Index(None, "company_id", "lead_id"),
        Index(None, "company_id", "done_at", "due_at"),
        Index(None, "reminded_at", "due_at"),
    )

    lead_id: Mapped[int]
    text: Mapped[str] = mapped_column(String(500), default="")
    due_at: Mapped[datetime]
    assignee_id: Mapped[int | None]
    user_id: Mapped[int | None]  # who set it
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None]
    reminded_at: Mapped[datetime | None]  # when the worker saw that it was due
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    lead: Mapped[Lead] = relationship(viewonly=True)
    assignee: Mapped[User | None] = relationship(
        viewonly=True, primaryjoin="LeadTask.assignee_id == User.id", foreign_keys="LeadTask.assignee_id"
    )
