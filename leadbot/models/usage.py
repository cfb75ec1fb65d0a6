"""What a company's talks cost at the model."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadbot.database.owned import Owned
from leadbot.database.session import Base


class ModelUsage(Owned, Base):
    """The tokens of one day (the company's own day): of one client, or of all in the row with `bot_user_id` 0.

    `reserved` is what turns begun in this `period` may still use up, `reserved_before` what those of the one before
    may: whoever died on the way holds nothing for longer. The company's row also keeps what was last sent to the model.
    """

    __tablename__ = "model_usage"
    __table_args__ = (UniqueConstraint("company_id", "day", "bot_user_id"),)

    day: Mapped[date]
    bot_user_id: Mapped[int] = mapped_column(default=0)  # not a foreign key: what is spent stays spent
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    reserved_before: Mapped[int] = mapped_column(default=0)
    period: Mapped[int] = mapped_column(default=0)  # see bot.budget
    last_sent: Mapped[str | None] = mapped_column(Text)  # the body of the last call, placeholders in it
    last_sent_at: Mapped[datetime | None]
