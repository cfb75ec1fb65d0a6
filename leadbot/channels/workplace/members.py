"""Who is who in Telegram: each person of a company sends the bot a code of his own once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from leadbot.accounts import links
from leadbot.database.session import db, utcnow
from leadbot.errors import LinkExpired
from leadbot.models import LinkKind, OneTimeLink, User
from leadbot.notifications.carriers.telegram import buttons
from leadbot.texts.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class WorkplaceAnswer:
    """What to answer, in a chat or to the person who pressed a button. `delivery_id`: a row to carry out at once."""

    text: str
    chat_id: str = ""
    press_id: str = ""
    is_long: bool = False
    delivery_id: int | None = None


def make_code(person: User) -> str:
    """A code of this person; the one before is worth nothing. Part of the caller's transaction."""
    db.session.execute(delete(OneTimeLink).where(_codes_of(person)))
    return links.make(OneTimeLink(kind=LinkKind.PERSON, user_id=person.id), links.TELEGRAM_LASTS)


def waits(person: User) -> bool | None:
    """Is a code of this person still to be sent? None where it has run out."""
    link: OneTimeLink | None = db.session.scalars(select(OneTimeLink).where(_codes_of(person)).limit(1)).first()
    if link is not None and link.expires_at <= utcnow():
        return None
    return link is not None


def connect(code: str, telegram_id: int | None) -> str:
    """The person who made this code is that one in Telegram; returns what to say. Raises LinkExpired.

    Part of the caller's transaction.
    """
    link = links.find(code, LinkKind.PERSON)
    if telegram_id is None or link.user_id is None:
        raise LinkExpired
    links.use_up(link)
    person = know(link.user_id, telegram_id)
    return buttons.phrase("person", person.language or person.company.language, manager=person.shown_name)


def know(user_id: int, telegram_id: int) -> User:
    """This person is that one in Telegram, and nobody else of the company is. Part of the caller's transaction."""
    person: User = db.session.scalars(select(User).where(User.id == user_id)).one()
    db.session.execute(update(User).where(User.telegram_id == telegram_id).values(telegram_id=None))
    person.telegram_id = telegram_id
    return person


def disconnect(person: User) -> None:
    """Nobody in Telegram is this person any more."""
    person.telegram_id = None
    db.session.execute(delete(OneTimeLink).where(_codes_of(person)))
    db.session.commit()


def find(sender: dict[str, Any]) -> User | None:
    """The person of the acting company behind an account; None for strangers and for people whose access is off."""
    telegram_id = id_of(sender)
    if telegram_id is None:
        return None
    found: User | None = db.session.scalars(select(User).where(User.telegram_id == telegram_id)).first()
    return found if found and found.is_active else None


def id_of(sender: dict[str, Any]) -> int | None:
    """The number of a human; None for bots, which stand in for anonymous admins."""
    number = sender.get("id")
    is_human = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**62
    return number if is_human and not sender.get("is_bot") else None


def language_of(sender: dict[str, Any]) -> str | None:
    """What his Telegram speaks, where it is one of ours."""
    language = str(sender.get("language_code", ""))[:2]
    return language if language in LANGUAGES else None


def part(whole: object, name: str) -> dict[str, Any]:
    """An object within what Telegram sent; {} where there is none."""
    found = whole.get(name) if isinstance(whole, dict) else None
    return found if isinstance(found, dict) else {}


def _codes_of(person: User) -> Any:
    return (OneTimeLink.kind == LinkKind.PERSON) & (OneTimeLink.user_id == person.id)
