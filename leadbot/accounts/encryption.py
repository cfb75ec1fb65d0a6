"""What this installation's secret key is good for besides sessions: keeping others' keys, telling our own words, and
keeping what is looked for out of addresses.

Each use has a key of its own, derived from the secret key: what leaks of one says nothing of another.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from leadbot.state import state

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

MARK = "gAAAA"  # whatever is sealed begins so: Fernet's version and the first bytes of a time

# None of them is written as a digit by those who write so, and none is a vowel: no word of any language comes out.
CANARY_LETTERS = "cdfhjkmnpqruvwxy"
CANARY_LENGTH = 12


def seal(secret: str) -> str:
    """A secret as it may be stored."""
    return _sealer().encrypt(secret.encode()).decode()


def opened(sealed: str) -> str | None:
    """The secret again; None where it was sealed with a key that is none of SECRET_KEY and its fallbacks, or is
    damaged."""
    from cryptography.fernet import InvalidToken

    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def resealed(sealed: str) -> str | None:
    """The same, sealed with the secret key of today; None where it can't be opened."""
    from cryptography.fernet import InvalidToken

    try:
        return _sealer().rotate(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def veiled(words: str, company_id: int) -> str:
    """Words as they may stand in an address: the same for the same words, and read again for this company alone."""
    found = _veil(_secret()).encrypt(words.encode(errors="replace"), [_whose(company_id)])
    return urlsafe_b64encode(found).decode().rstrip("=")


def unveiled(text: str, company_id: int) -> str | None:
    """The words again; None where they are none of this company's, or of a key that is no longer ours."""
    from cryptography.exceptions import InvalidTag

    try:
        found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    for secret in _secrets():
        try:
            return _veil(secret).decrypt(found, [_whose(company_id)]).decode()
        except (InvalidTag, ValueError):
            continue
    return None


def canary(company_id: int) -> str:
    """A word that stands in what a model is told of this company, and nowhere else in the world."""
    return _canary(_secret(), company_id)


@lru_cache(maxsize=4096)
def _canary(secret: bytes, company_id: int) -> str:
    digest = _derived(secret, f"canary {company_id}")
    return "".join(CANARY_LETTERS[byte % len(CANARY_LETTERS)] for byte in digest[:CANARY_LENGTH])


def _sealer() -> MultiFernet:
    """Seals with the secret key of today and opens with earlier ones too."""
    from cryptography.fernet import Fernet, MultiFernet  # where there is something sealed: it takes some megabytes

    return MultiFernet([Fernet(urlsafe_b64encode(_derived(each, "stored keys"))) for each in _secrets()])


def _veil(secret: bytes) -> AESSIV:
    """One that needs no number of its own for each message, and so makes the same of the same."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(_derived(secret, "words in addresses"))


def _whose(company_id: int) -> bytes:
    return str(company_id).encode()


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"leadbot: {purpose}".encode(), hashlib.sha256)


def _secrets() -> list[bytes]:
    """The secret key of today, and earlier ones."""
    config = state().config
    return [each.encode() for each in (config.secret_key, *config.secret_key_fallbacks)]


def _secret() -> bytes:
    return _secrets()[0]
