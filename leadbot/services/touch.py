"""Where a client came from: the first page of his visit and what advertising led him there."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from leadbot.errors import Invalid
from leadbot.services import guard

MOST = 200  # characters of one value
URL_MOST = 2048
MARKS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "gclid", "fbclid", "yclid")


def read(page: str, referrer: str = "", topic: str = "") -> dict[str, str]:
    """What is kept of it: the page and the referrer without their queries, the marks of advertising, the site's topic.

    A query may hold what a visitor typed elsewhere, so nothing of it is kept but the marks. What is no web address is
    left out: it comes from a stranger's page.
    """
    kept = {"page": _address(page), "referrer": _address(referrer), "topic": _clean(topic)}
    query = parse_qs(urlsplit(page).query, max_num_fields=100) if kept["page"] else {}
    kept |= {mark: _clean(query[mark][0]) for mark in MARKS if mark in query}
    return {name: value for name, value in kept.items() if value}


def host_of(page: str) -> str:
    """The host of a web address, with its port where it has one; empty for anything else."""
    return urlsplit(_address(page)).netloc


def _address(url: str) -> str:
    try:
        parts = urlsplit(_clean(url, most=URL_MOST))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"[:MOST]


def _clean(value: str, most: int = MOST) -> str:
    try:
        return guard.line(value[:most], "touch", most=most, required=False)
    except Invalid:
        return ""
