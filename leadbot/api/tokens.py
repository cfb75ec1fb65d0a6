"""The tokens of the API: JWT, signed with HS256 and this installation's key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from leadbot.config import Config
from leadbot.models import User
from leadbot.state import state

ALGORITHM = "HS256"


class BadToken(Exception):
    """Not a token of ours, or its time is over."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: an e-mail alone would pass to whoever registers the freed address later."""

    email: str
    user_id: int
    version: int


def issue(user: User) -> str:
    """A token for this person, good for ACCESS_TOKEN_EXPIRE_MINUTES."""
    config = _config()
    expires_at = datetime.now(UTC) + timedelta(minutes=config.access_token_expire_minutes)
    claims = {"sub": user.email, "exp": expires_at, "uid": user.id, "ver": user.token_version}
    return jwt.encode(claims, config.secret_key, algorithm=ALGORITHM)


def read(token: str) -> Claims:
    """What the token says, its signature and time checked. Raises BadToken."""
    claims, ends_at = _signed(token, tuple(reversed(_config().signing_keys)))
    if ends_at <= datetime.now(UTC).timestamp():
        raise BadToken
    return claims


@lru_cache(maxsize=1024)
def _signed(token: str, secret_keys: tuple[str, ...]) -> tuple[Claims, int]:
    """What a token says and when it ends, its signature checked: once, since that costs 0.1 ms. Raises BadToken."""
    try:
        claims = _decoded(token, secret_keys)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise BadToken from None
    user_id, version = claims.get("uid"), claims.get("ver")
    if type(user_id) is not int or type(version) is not int or not 0 < user_id < 2**31:
        raise BadToken
    return Claims(claims["sub"], user_id, version), int(claims["exp"])


def _decoded(token: str, secret_keys: tuple[str, ...]) -> dict[str, Any]:
    key, *earlier = secret_keys
    try:
        # iat and nbf are not ours: a clock that was set back must not refuse what it signed itself.
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            options={"require": ["exp", "sub"], "verify_iat": False, "verify_nbf": False, "verify_aud": False},
        )
    except jwt.InvalidSignatureError:
        if not earlier:
            raise
        return _decoded(token, tuple(earlier))
    return claims


def _config() -> Config:
    return state().config
