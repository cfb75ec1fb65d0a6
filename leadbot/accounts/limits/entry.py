"""How often somebody may guess at the door: shared by everything that signs up and logs in.

`address` is who calls, as `limits.caller` tells it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from leadbot.accounts.limits import Limit
from leadbot.accounts.users import email_key
from leadbot.errors import EmailTaken, WrongLogin

WRONG_LOGINS = Limit("wrong login", "10 per 15 minutes")
WRONG_FROM = Limit("wrong logins from", "50 per 15 minutes")  # one address, whatever the e-mails
WRONG_FOR = Limit("wrong logins for", "30 per hour")  # one e-mail, whatever the addresses
CAME_IN = Limit("came in from", "1 per 30 days")  # not to limit, but to know who has been there
TAKEN = Limit("taken address", "5 per 15 minutes")
TAKEN_AGAIN = Limit("taken address again", "5 per 15 minutes")
RESETS = Limit("password resets", "3 per hour")
RESETS_FROM = Limit("password resets from", "20 per hour")
SIGN_UPS = Limit("sign-ups", "20 per hour")  # new companies from one address: each may spend the installation's tokens
TRIALS = Limit("talk on the first page", "120 per 10 minutes")
FIRST_TIME = Limit("taken address first", "1 per 15 minutes")


@contextmanager
def logging_in(email: str, address: str, device: str = "") -> Iterator[None]:
    """Around a log-in: ten wrong ones for an e-mail from one address, then TooMany; fewer where somebody tries many
    e-mails from one address or one e-mail from many.

    `device` names a browser at which this person came in before: it has ten of its own and goes on whatever others do.
    An address he has lately come in from is spared the wide limits. All are asked before and after, so that guesses
    sent all at once learn no more than the answers that are allowed.
    """
    who, where = known_by(email), address
    narrow = WRONG_LOGINS, (who, device or where)
    wide = () if device or CAME_IN.is_used_up(who, where) else ((WRONG_FROM, (where,)), (WRONG_FOR, (who,)))
    for limit, key in (narrow, *wide):
        limit.check(*key)
    try:
        yield
    except WrongLogin:
        for limit, key in (narrow, *wide):
            limit.count(*key)
        raise
    for limit, key in (narrow, *wide):
        limit.check(*key)
    WRONG_LOGINS.forget(*narrow[1])
    CAME_IN.takes(who, where)


@contextmanager
def founding(email: str, address: str) -> Iterator[None]:
    """Around the sign-up of a new company: as `signing_up`, and so many an hour from one address.

    Counted beforehand, so that many at once are no way round, and taken back where no company came of it.
    """
    SIGN_UPS.count(address)
    try:
        with signing_up(email, address):
            yield
    except Exception:
        SIGN_UPS.give_back(address)
        raise


@contextmanager
def signing_up(email: str, address: str) -> Iterator[None]:
    """Around a new account: who asks after five e-mails that are taken, or five times after one, is told no more.

    Who signs up with an e-mail of his own is never turned away for it: a whole office may stand behind one address.
    Asking for one e-mail again tells nothing new and closes that e-mail only; five different ones look like somebody
    who tries out a list, and whatever else is taken is answered with TooMany.
    """
    asked, who = known_by(email), address
    TAKEN_AGAIN.check(who, asked)
    try:
        yield
    except EmailTaken:
        TAKEN.check(who)
        TAKEN_AGAIN.takes(who, asked)
        if FIRST_TIME.takes(who, asked):
            TAKEN.takes(who)
        raise


def check_reset(email: str, address: str) -> None:
    """Count a request for a new password: few for one e-mail, more from one address. Raises TooMany."""
    RESETS_FROM.count(address)
    RESETS.count(known_by(email))


def check_trial(address: str) -> None:
    """Count a message on the first page; an office behind one address may play with it. Raises TooMany."""
    TRIALS.count(address)


def known_by(email: str) -> str:
    """The e-mail as a counter's key: no personal data, of one length."""
    return hashlib.sha256(email_key(email).encode("utf-8", "surrogatepass")).hexdigest()
