"""Browsers that a person has come in at before: whoever else guesses at his password does not shut him out there.

Such a browser keeps a signed cookie for each person, good for guessing no faster than anywhere else, and for no more.
"""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeTimedSerializer

from leadbot.accounts.limits.entry import known_by
from leadbot.state import state

LASTS_SECONDS = 180 * 24 * 3600  # from the last log-in


def remember(email: str) -> None:
    """From this answer on the browser is known to be this person's."""
    config = state().config
    value = _seal().dumps([known_by(email), known_as(email) or secrets.token_hex(8)])

    @after_this_request
    def put(response: Response) -> Response:
        response.set_cookie(
            _name(email), str(value), LASTS_SECONDS, secure=config.is_https, httponly=True, samesite="Lax"
        )
        return response


def known_as(email: str) -> str:
    """The name of this browser, where this person has come in at it; else empty."""
    try:
        whose, device = _seal().loads(request.cookies.get(_name(email), ""), max_age=LASTS_SECONDS)
    except BadData:
        return ""
    return str(device) if whose == known_by(email) else ""


def _name(email: str) -> str:
    config = state().config
    prefix = "__Host-leadbot" if config.is_https else f"leadbot-{config.port}"
    return f"{prefix}-device-{known_by(email)[:16]}"


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(state().config.signing_keys, salt="known device")
