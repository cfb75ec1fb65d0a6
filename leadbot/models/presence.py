"""Where the two sides of a talk are: what has reached the client's screen, who is writing, who has left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned, same_company
from leadbot.database.session import Base


class TalkPresence(Owned, Base):
    """A client's side as his browser tells it, and whether a manager is writing. Goes with the talk."""

    __tablename__ = "talk_presences"
    __table_args__ = (UniqueConstraint("conversation_id"), same_company("conversation_id", "conversations"))

    conversation_id: Mapped[int]
    delivered_seq: Mapped[int] = mapped_column(default=0)  # the last line his browser has
    read_seq: Mapped[int] = mapped_column(default=0)  # the last one that stood before his eyes
    left_at: Mapped[datetime | None]  # he has left the page, or closed it
    typing_at: Mapped[datetime | None]  # he was seen writing
    manager_typing_at: Mapped[datetime | None]
