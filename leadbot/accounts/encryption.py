"""What this installation's secret key is good for besides sessions: keeping others' keys, and telling our own words.

Each use has a key of its own, derived from the secret key: what leaks of one says nothing of another.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from leadbot.state import state

# None of them is written as a digit by those who write so, and none is a vowel: no word of any language comes out.
CANARY_LETTERS = "cdfhjkmnpqruvwxy"
CANARY_LENGTH = 12


def seal(secret: str) -> str:
    """A secret as it may be stored."""
    from cryptography.fernet import Fernet  # imported where a company has a key of its own: it takes some megabytes

    return Fernet(_sealing_key()).encrypt(secret.encode()).decode()


def opened(sealed: str) -> str | None:
    """The secret again; None where it was sealed with another secret key, or is damaged."""
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Fernet(_sealing_key()).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def canary(company_id: int) -> str:
    """A word that stands in what a model is told of this company, and nowhere else in the world."""
    return _canary(_secret(), company_id)


@lru_cache(maxsize=4096)
def _canary(secret: bytes, company_id: int) -> str:
    digest = _derived(secret, f"canary {company_id}")
    return "".join(CANARY_LETTERS[byte % len(CANARY_LETTERS)] for byte in digest[:CANARY_LENGTH])


def _sealing_key() -> bytes:
    return urlsafe_b64encode(_derived(_secret(), "stored keys"))


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"leadbot: {purpose}".encode(), hashlib.sha256)


def _secret() -> bytes:
    config = state().config
    return config.secret_key.encode()
