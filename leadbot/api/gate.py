"""Who is calling: the one place of the API that looks at credentials."""

from __future__ import annotations

from flask import g, request

from leadbot.accounts import users
from leadbot.api import bodies, operations, rate, tokens
from leadbot.api.errors import NotAuthenticated
from leadbot.database import tenancy
from leadbot.models import User


def pass_gate() -> None:
    """Let a request through to its view: its body received, its token good, the session held to its company.

    The signature is looked at before the body, so that strangers can't send much; the person is read after it, so that
    a slow sender holds no transaction. Only the Authorization header counts, never a cookie or the address. Raises
    NotAuthenticated, TooMany.
    """
    asked = operations.asked_for()
    claims = None if asked and asked.is_public else _claims()
    if asked and asked.takes_sound:
        bodies.allow_sound()
    bodies.take_in()
    if claims is None:
        return
    user = users.of_token(claims.user_id, claims.version, claims.email)
    if user is None:
        raise NotAuthenticated("Could not validate credentials")
    tenancy.act_for(user.company_id)
    g.api_user = user
    rate.count(user.company_id)


def caller() -> User:
    """The person whose token this request bears."""
    user: User = g.api_user
    return user


def _claims() -> tokens.Claims:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated
    try:
        return tokens.read(token.strip())
    except tokens.BadToken:
        raise NotAuthenticated("Could not validate credentials") from None
