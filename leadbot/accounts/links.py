"""Links that work once: an invitation, a new password. The address holds the key, the database only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import LinkExpired
from leadbot.models import Company, LinkKind, OneTimeLink, Role, User
from leadbot.state import state

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)  # asked for by oneself; it comes by mail
TELEGRAM_LASTS = timedelta(minutes=15)
GIVEN_RESET_LASTS = timedelta(days=1)  # given by an owner
PATHS = {LinkKind.INVITATION: "/join/", LinkKind.RESET: "/reset/"}


def make(link: OneTimeLink, lasts: timedelta) -> str:
    """Store a link and return its key, which nobody can read out again. Part of the caller's transaction."""
    key = secrets.token_urlsafe(32)
    link.key_hash, link.expires_at = _hash(key), utcnow() + lasts
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < utcnow()))
    db.session.add(link)
    return key


def address(kind: LinkKind, key: str) -> str:
    """The whole address that the bearer opens."""
    return f"{state().config.base_url}{PATHS[kind]}{key}"


def find(key: str, kind: LinkKind) -> OneTimeLink:
    """The link with this key, of whatever company; the session then acts for it.

    Raises LinkExpired for one that is used, taken back, out of date, of a company that is off, or given by somebody who
    is no active owner any more.
    """
    named = (
        select(OneTimeLink)
        .join(Company, Company.id == OneTimeLink.company_id)
        .where(OneTimeLink.key_hash == _hash(key), OneTimeLink.kind == kind)
        .where(OneTimeLink.expires_at > utcnow(), Company.is_active, is_backed())
    )
    with tenancy.all_companies():
        link: OneTimeLink | None = db.session.scalar(named)
    if link is None:
        raise LinkExpired
    tenancy.act_for(link.company_id)
    return link


def is_backed() -> ColumnElement[bool]:
    """Whoever gave the link is still an active owner; nobody did where a person asked for it himself."""
    giver = select(User.id).where(User.id == OneTimeLink.made_by_id, User.company_id == OneTimeLink.company_id)
    stands = giver.where(User.role == Role.OWNER, User.is_enabled, User.removed_at.is_(None))
    return or_(OneTimeLink.made_by_id.is_(None), stands.exists())


def take_back_from(giver: User) -> None:
    """What this person gave is worth nothing from the commit on."""
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.made_by_id == giver.id))


def use_up(link: OneTimeLink) -> None:
    """The link is worth nothing from the commit on. Raises LinkExpired where somebody was quicker."""
    gone = db.session.execute(delete(OneTimeLink).where(OneTimeLink.id == link.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise LinkExpired


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def sends_mail() -> bool:
    """Has the installation a mail server, or does whoever makes a link hand it over himself?"""
    config = state().config
    return config.smtp_url is not None
