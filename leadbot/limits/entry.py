"""How often somebody may guess at the door: shared by everything that signs up and logs in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from leadbot.errors import EmailTaken, WrongLogin
from leadbot.limits import Limit, address
from leadbot.services.accounts import email_key

WRONG_LOGINS = Limit("wrong login", "10 per 15 minutes")
TAKEN = Limit("taken address", "5 per 15 minutes")
TAKEN_AGAIN = Limit("taken address again", "5 per 15 minutes")
RESETS = Limit("password resets", "3 per hour")
RESETS_FROM = Limit("password resets from", "20 per hour")
SIGN_UPS = Limit("sign-ups", "20 per hour")  # new companies from one address: each may spend the installation's tokens
TRIALS = Limit("talk on the first page", "120 per 10 minutes")
FIRST_TIME = Limit("taken address first", "1 per 15 minutes")


@contextmanager
def logging_in(email: str) -> Iterator[None]:
    """Around a log-in: ten wrong ones for an e-mail from one address, then TooMany; from elsewhere its owner gets in.

    Asked before and after, so that guesses sent all at once learn no more than ten answers.
    """
    key = (_known_by(email), address())
    WRONG_LOGINS.check(*key)
    try:
        yield
    except WrongLogin:
        WRONG_LOGINS.count(*key)
        raise
    WRONG_LOGINS.check(*key)
    WRONG_LOGINS.forget(*key)


@contextmanager
def founding(email: str) -> Iterator[None]:
    """Around the sign-up of a new company: as `signing_up`, and so many an hour from one address.

    Counted beforehand, so that many at once are no way round, and taken back where no company came of it.
    """
    SIGN_UPS.count(address())
    try:
        with signing_up(email):
            yield
    except Exception:
        SIGN_UPS.give_back(address())
        raise


@contextmanager
def signing_up(email: str) -> Iterator[None]:
    """Around a new account: who asks after five e-mails that are taken, or five times after one, has to wait.

    Colleagues who join are not counted: a whole office behind one address may come. Asking for one e-mail again tells
    nothing new and closes that e-mail only; five different ones look like somebody who tries out a list, and close the
    door.
    """
    asked, who = _known_by(email), address()
    TAKEN.check(who)
    TAKEN_AGAIN.check(who, asked)
    try:
        yield
    except EmailTaken:
        TAKEN_AGAIN.takes(who, asked)
        if FIRST_TIME.takes(who, asked):
            TAKEN.takes(who)
        raise


def check_reset(email: str) -> None:
    """Count a request for a new password: few for one e-mail, more from one address. Raises TooMany."""
    RESETS_FROM.count(address())
    RESETS.count(_known_by(email))


def check_trial() -> None:
    """Count a message on the first page; an office behind one address may play with it. Raises TooMany."""
    TRIALS.count(address())


def _known_by(email: str) -> str:
    """The e-mail as a counter's key: no personal data, of one length."""
    return hashlib.sha256(email_key(email).encode("utf-8", "surrogatepass")).hexdigest()
