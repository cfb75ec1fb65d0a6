"""Tokens of the installation's own model key, all companies together: so many a day (UTC), however many sign up.

Counted in the counters of limits, but whatever RATELIMIT_ENABLED says. A counter, not a sum over the companies' rows:
a company that gives a key of its own afterwards takes nothing back of what it has spent. A turn that died in mid-call
holds what it has reserved until the day is over. Where nothing can be counted a turn passes: each company's own day
still stands in the database.
"""

from __future__ import annotations

import logging

from limits.errors import StorageError
from limits.storage import Storage

from leadbot.database.outage import OnceAMinute
from leadbot.database.session import utcnow
from leadbot.state import state

KEPT_SECONDS = 2 * 24 * 3600  # a turn at midnight is still settled on its own day
log = logging.getLogger(__name__)
_spoken = OnceAMinute()


def reserve(tokens: int) -> str | None:
    """Set tokens aside; the day they are of, or None where that would be more than MODEL_TOKENS_PER_DAY."""
    config = state().config
    day = utcnow().date().isoformat()
    if _add(day, tokens) <= config.model_tokens_per_day:
        return day
    _add(day, -tokens)
    return None


def settle(day: str, *, reserved: int, spent: int) -> None:
    """What was set aside on this day has cost so much."""
    _add(day, spent - reserved)


def _add(day: str, tokens: int) -> int:
    counters: Storage = state().counters
    try:
        return counters.incr(f"model tokens {day}", KEPT_SECONDS, tokens)
    except StorageError:
        if _spoken.may_say("model tokens"):
            log.warning("the installation's tokens can't be counted", exc_info=True)
        return 0
