"""How many letters go out at somebody's wish: few to one person, who may never have asked for them."""

from __future__ import annotations

from leadbot.accounts.limits import Limit
from leadbot.accounts.limits.entry import known_by
from leadbot.errors import TooMany, TooManyLetters

TO = Limit("letters to", "3 per day")  # one recipient, whichever companies invite him
FROM = Limit("letters from", "30 per day")  # one company


def may_invite(email: str, company_id: int) -> bool:
    """Count an invitation by mail; may its letter go out?"""
    return TO.takes(known_by(email)) and FROM.takes(str(company_id))


def check_reset(email: str) -> None:
    """Count a letter for a new password; the same whether there is an account. Raises TooManyLetters."""
    try:
        TO.count(known_by(email))
    except TooMany as error:
        raise TooManyLetters(retry_after_seconds=error.retry_after_seconds) from None
