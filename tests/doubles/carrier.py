"""Carriers at work whose sender is a double, at any pace.

outbox.deliver(row_id, carried_by(sender))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.carriers.at_work import AtWork
from leadbot.notifications.carriers.base import Sender
from leadbot.notifications.carriers.pace import Pace

AT_ONCE = Pace(0.0, 1e9)


def at_work(name: str, sender: object, pace: Pace = AT_ONCE) -> AtWork:
    """A carrier of this name that sends by a double."""
    made = AtWork(next(each for each in CARRIERS if each.name == name), cast(Any, None))
    made.use(cast(Sender, sender))
    made.pace = pace
    return made


def carried_by(sender: object, pace: Pace = AT_ONCE) -> Callable[[str], AtWork]:
    """Whoever carries the rows of whatever channel sends by this double."""
    return lambda name: at_work(name, sender, pace)
