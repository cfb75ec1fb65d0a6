"""How a company leads its conversations: when the bot takes over again, and whether it reminds clients."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.models import AuditEvent, Company, User

RETURN_MINUTES, RETURN_MOST = 30, 24 * 60


@dataclass(frozen=True, slots=True)
class Inbox:
    """What is set, with what holds where nothing is."""

    return_minutes: int = RETURN_MINUTES  # of a manager's silence; 0: the bot never comes back by itself
    nudges: bool = True


def settings_of(company: Company) -> Inbox:
    """What the company has set."""
    return Inbox(**company.inbox)


def change(return_minutes: str, nudges: bool, *, by: User) -> Inbox:
    """Set it. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    text = return_minutes.strip() or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or int(text) > RETURN_MOST:
        raise Invalid("A whole number of minutes from 0 to %(max)s", field="return_minutes", max=RETURN_MOST)
    company = company_settings.company(lock=True)
    company.inbox = {**company.inbox, "return_minutes": int(text), "nudges": nudges}
    audit.note(by.id, AuditEvent.CONVERSATIONS)
    db.session.commit()
    return settings_of(company)
