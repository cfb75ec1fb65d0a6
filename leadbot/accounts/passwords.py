"""Changing a password and setting a new one; both end all sessions, tokens and links of the person."""

from __future__ import annotations

from sqlalchemy import delete, select

from leadbot.accounts import audit, links, users
from leadbot.accounts.limits import letters
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import LinkExpired, WrongLogin
from leadbot.events import PasswordChanged, PasswordResetAsked, publish
from leadbot.models import AuditEvent, LinkKind, OneTimeLink, User, WebSession


def change(user: User, current: str, new: str) -> User:
    """Another password for who knows the present one. Raises Invalid, WrongLogin."""
    new = users.clean_password(new)
    user_id, hashed = user.id, user.hashed_password
    db.session.rollback()  # no transaction is held over two quarters of a second of hashing
    if not users.is_password(current, hashed):
        raise WrongLogin("The present password is not right")
    return _set(user_id, users.hash_password(new))


def ask_for_reset(email: str) -> None:
    """Send a letter with a link to who has an account with this e-mail; nobody is told whether there is one.

    Raises TooManyLetters, and that for anybody alike.
    """
    letters.check_reset(email)
    user = users.by_email(email) if "\x00" not in email and len(email) <= users.EMAIL_MOST + 64 else None
    if user is None or not user.is_active:
        return
    tenancy.act_for(user.company_id)
    url = _reset_link(user)
    publish(PasswordResetAsked(user.id, url))
    db.session.commit()


def print_reset(email: str) -> str | None:
    """The address of a link for a new password, for the operator of the installation; None for an unknown e-mail."""
    user = users.by_email(email)
    if user is None or user.removed_at is not None:
        return None
    tenancy.act_for(user.company_id)
    url = _reset_link(user)
    db.session.commit()
    return url


def reset(key: str, new: str) -> User:
    """Use a link: set a new password. Raises LinkExpired, Invalid."""
    links.find(key, LinkKind.RESET)
    new = users.clean_password(new)
    db.session.rollback()  # as above
    hashed = users.hash_password(new)
    link = links.find(key, LinkKind.RESET)
    links.use_up(link)
    if link.user_id is None:
        raise LinkExpired
    return _set(link.user_id, hashed)


def end_everything(user: User) -> None:
    """End all sessions, tokens and password links of a person; takes effect with the commit."""
    user.token_version += 1
    db.session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user.id))


def _set(user_id: int, hashed: str) -> User:
    user: User = db.session.scalars(select(User).where(User.id == user_id)).one()
    user.hashed_password = hashed
    end_everything(user)
    publish(PasswordChanged(user.id))
    audit.note(user.id, AuditEvent.PASSWORD)
    db.session.commit()
    return user


def _reset_link(user: User) -> str:
    link = OneTimeLink(kind=LinkKind.RESET, user_id=user.id)
    return links.address(link.kind, links.make(link, links.RESET_LASTS))
