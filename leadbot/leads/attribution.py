"""Where a client came from: the first page of his visit and what advertising led him there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from leadbot.errors import Invalid
from leadbot.texts import text_input

MOST = 200  # characters of one value
URL_MOST = 2048
QUERY_MOST = 8190  # characters: the longest request line that servers take
MARKS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "gclid", "fbclid", "yclid")
UNREADABLE = "\ufffd"  # what stands for bytes that are no text


def read(page: str, referrer: str = "", topic: str = "") -> dict[str, str]:
    """What is kept of it: the page and the referrer without their queries, the marks of advertising, the site's topic.

    A query may hold what a visitor typed elsewhere, so nothing of it is kept but the marks. What is no web address, and
    a mark that can't be read, is left out: it comes from a stranger's page, and must not cost the client's message.
    """
    kept = {"page": _address(page), "referrer": _address(referrer), "topic": _clean(topic)}
    if kept["page"]:
        kept |= _marks(page)
    return {name: value for name, value in kept.items() if value}


def given(values: Mapping[str, str]) -> dict[str, str]:
    """What is kept of what an integrator says himself: `page`, `referrer`, `topic`, MARKS; a mark goes before the
    page's own.
    """
    kept = read(values.get("page", ""), values.get("referrer", ""), values.get("topic", ""))
    return kept | {mark: said for mark in MARKS if (said := _clean(values.get(mark, "")))}


def host_of(page: str) -> str:
    """The host of a web address, with its port where it has one; empty for anything else."""
    parts = _split(page)
    return _host(parts) if parts else ""


def _marks(page: str) -> dict[str, str]:
    query = page.partition("#")[0].partition("?")[2][:QUERY_MOST]
    given = parse_qs(query)
    return {mark: _clean(given[mark][0]) for mark in MARKS if mark in given and UNREADABLE not in given[mark][0]}


def _address(url: str) -> str:
    parts = _split(url)
    return f"{parts.scheme}://{_host(parts)}{parts.path}"[:MOST] if parts else ""


def _split(url: str) -> SplitResult | None:
    """A web address in its parts; None for anything else."""
    try:
        parts = urlsplit(_clean(url, most=URL_MOST))
        parts.port  # noqa: B018  (raises where it is no number)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host


def _clean(value: str, most: int = MOST) -> str:
    try:
        return text_input.line(value[:most], "touch", most=most, required=False)
    except Invalid:
        return ""
