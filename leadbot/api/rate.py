"""How often a company may ask the API, and what each answer says of it."""

from __future__ import annotations

from functools import lru_cache

from flask import Response, g

from leadbot.accounts.limits import Limit, Standing
from leadbot.errors import TooMany
from leadbot.state import state

# name: what it says; as the draft of the IETF's working group on HTTP has it
HEADERS = {
    "RateLimit-Limit": "Requests that a company may make in a minute",
    "RateLimit-Remaining": "How many of them are left",
    "RateLimit-Reset": "In how many seconds the count begins anew",
}


def count(company_id: int) -> None:
    """Count a request of this company. Raises TooMany."""
    limit, key = _limit(state().config.api_requests_per_minute), str(company_id)
    is_within = limit.takes(key)
    standing = g.api_standing = limit.standing(key)
    if not is_within:
        raise TooMany(retry_after_seconds=standing.seconds if standing else 1)


def tell(response: Response) -> Response:
    """Put on the answer how the limit stands, where something was counted."""
    standing: Standing | None = g.get("api_standing")
    if standing is not None:
        told = (standing.allowed, standing.left, standing.seconds)
        response.headers.update(dict(zip(HEADERS, map(str, told), strict=True)))
    return response


@lru_cache(maxsize=1)
def _limit(per_minute: int) -> Limit:
    return Limit("api", f"{per_minute} per minute")
