"""Who a visitor is: a random name, signed for one bot. Nothing is stored until he writes.

A token is good for half an hour. One that has run out still tells who asks for a new one, for as long as a talk may be
taken up again; so the talk survives the night, and a token that leaked into a log does not.
"""

from __future__ import annotations

import hashlib
import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer

from leadbot.errors import LeadbotError
from leadbot.state import state

LIFE_SECONDS = 30 * 60
RENEWAL_SECONDS = 90 * 24 * 3600
CARRY_SECONDS = 30 * 24 * 3600  # a link that carries the talk to another device


class NotAVisitor(LeadbotError):
    """No token, one of another bot, one that has run out: the page asks for a new one and goes on."""

    status = 401
    code = "not_a_visitor"
    text = "This page is out of date. Reload it, your input will be kept"


def mint(key: str, visitor: str | None = None) -> str:
    """A token for this bot: a new visitor's, or a known one's once more."""
    return _signer(key).dumps(visitor or secrets.token_urlsafe(16))


def read(key: str, token: str, life_seconds: int = LIFE_SECONDS) -> str:
    """The visitor. Raises NotAVisitor."""
    return _read(_signer(key), token, life_seconds)


def renew(key: str, token: str) -> str:
    """The same visitor's token anew; another visitor's where the old one says nothing."""
    try:
        return mint(key, read(key, token, RENEWAL_SECONDS))
    except NotAVisitor:
        return mint(key)


def ticket(key: str, visitor: str) -> str:
    """What a site's page may ask with whether something was said: it opens nothing else."""
    return _signer(key, "ticket").dumps(visitor)


def read_ticket(key: str, given: str) -> str:
    """The visitor of a ticket. Raises NotAVisitor."""
    return _read(_signer(key, "ticket"), given, RENEWAL_SECONDS)


def carry(key: str, visitor: str) -> str:
    """What a link bears that carries the talk to another device, or a later day."""
    return _signer(key, "carried visitor").dumps(visitor)


def read_carried(key: str, given: str) -> str:
    """The visitor of such a link. Raises NotAVisitor."""
    return _read(_signer(key, "carried visitor"), given, CARRY_SECONDS)


def _read(signer: URLSafeTimedSerializer, given: str, life_seconds: int) -> str:
    try:
        visitor = signer.loads(given, max_age=life_seconds)
    except BadSignature:  # and what comes under it: malformed, of another bot, run out
        raise NotAVisitor from None
    if not isinstance(visitor, str):
        raise NotAVisitor
    return visitor


def _signer(key: str, what: str = "visitor") -> URLSafeTimedSerializer:
    """The bot's key is part of what is signed with: a token of one bot is no token at another."""
    return URLSafeTimedSerializer(
        state().config.signing_keys, salt=f"widget {what} of {key}", signer_kwargs={"digest_method": hashlib.sha256}
    )
