"""The first five minutes: what is still to be set up, told from what has really happened."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.database.session import db
from leadbot.leads import samples
from leadbot.models import BotUser, Company, Delivery, DeliveryState, Source, User
from leadbot.state import state as installation

STEPS = ("chat", "telegram", "widget", "colleague")


@dataclass(frozen=True, slots=True)
class Launch:
    """How far a company has come: the steps in order with whether each is done, and whether sample leads are about.

    Steps that can't be taken at this installation are not among them.
    """

    done: dict[str, bool]
    is_over: bool
    has_samples: bool

    @property
    def count(self) -> int:
        return sum(self.done.values())

    @property
    def is_shown(self) -> bool:
        """Steps are left and nobody has put the list away."""
        return not self.is_over and self.count < len(self.done)


def state() -> Launch:
    """One statement, whatever the size of the company.

    The test chat counts once somebody has talked in it, Telegram once a message has arrived there, the widget once it
    was opened on a site that is not ours, a colleague once he has come in.
    """
    talked = BotUser.source == Source.TEST, BotUser.client_ref.between("user-", "user.")
    sent = Delivery.channel == "telegram", Delivery.state == DeliveryState.SENT
    people = select(func.count()).select_from(User).where(User.removed_at.is_(None)).scalar_subquery()
    row = db.session.execute(
        select(
            exists(select(BotUser.id).where(*talked)),
            exists(select(Delivery.id).where(*sent)),
            Company.widget_seen_at.is_not(None),
            people > 1,
            Company.start_is_over,
            exists(select(BotUser.id).where(*samples.CLIENTS)),
        ).select_from(Company)
    ).one()
    done = dict(zip(STEPS, map(bool, row[:4]), strict=True))
    if installation().config.telegram_bot_token is None:
        del done["telegram"]
    return Launch(done, bool(row[4]), bool(row[5]))


def dismiss(*, by: User) -> None:
    """Put the list of steps away for good. Raises Forbidden."""
    users.check_is_owner(by)
    company_settings.company().start_is_over = True
    db.session.commit()
