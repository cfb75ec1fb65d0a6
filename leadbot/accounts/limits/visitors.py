"""How often clients may write from public pages: tight for one visitor, wide for an address, which may be an office or
a mobile operator's thousands. Beyond the wide ones nobody is turned away: the embedded engine answers, which costs
nothing. Only a flood that no number of people could type is refused.
"""

from __future__ import annotations

from leadbot.accounts.limits import Limit

VISITOR = Limit("widget visitor", "20 per minute")
VISITOR_DAY = Limit("widget visitor day", "300 per day")
ADDRESS = Limit("widget address", "120 per minute")  # with a model; then the embedded engine
FLOOD = Limit("widget flood", "3000 per minute")  # from one address
BOT = Limit("widget bot", "2000 per hour")  # with a model; then the embedded engine
CALLS = Limit("widget calls", "3 per hour")
CALLS_ADDRESS = Limit("widget calls address", "20 per hour")  # told one by one; then as a crowd
CALLS_BOT = Limit("widget calls bot", "60 per hour")  # the same
KILOBYTES = Limit("widget kilobytes", "150000 per hour")  # of files, from one address
KILOBYTES_DAY = Limit("widget kilobytes day", "400000 per day")
RENEWALS = Limit("widget renewals", "3000 per minute")


def check_message(key: str, visitor: str, address: str) -> bool:
    """Count a message; is it to be answered without the model? Raises TooMany for a visitor who floods."""
    FLOOD.count(address)
    VISITOR.count(key, visitor)
    VISITOR_DAY.count(key, visitor)
    within = ADDRESS.takes(address), BOT.takes(key)
    return not all(within)


def may_send(size_bytes: int, address: str) -> bool:
    """Count a file; is it no more from this address than photos of a house and its papers?"""
    within = [limit.takes(address, amount=-(-size_bytes // 1024)) for limit in (KILOBYTES, KILOBYTES_DAY)]
    return all(within)


def may_call(key: str, visitor: str) -> bool:
    """Count a visitor's call for a manager; may it disturb them? Whoever else calls, his first ones may."""
    return CALLS.takes(key, visitor)


def is_crowd(key: str, address: str) -> bool:
    """Count a call that may disturb; are there too many to tell of each? Those from one address beyond its own number
    use up nothing of the company's."""
    return not (CALLS_ADDRESS.takes(key, address) and CALLS_BOT.takes(key))
