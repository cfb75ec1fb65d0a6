"""Where a client came from is read from a stranger's page: whatever stands there, his message arrives."""

from __future__ import annotations

from collecting import over
from flask import Flask
from visiting import Visitor, bubbles

from leadbot.leads import attribution

MANY = "&".join(f"a{number}={number}" for number in range(300))
PAGES = {
    "300 fields": f"https://stroy.kz/?{MANY}",
    "300 fields and a mark": f"https://stroy.kz/?{MANY}&utm_source=google",
    "a port that is none": "https://stroy.kz:port/?utm_source=a",
    "a bracket that stays open": "https://[::1/?utm_source=a",
    "letters that read as a slash": "https://stroy.kz℀/?utm_source=a",
    "bad escapes": "https://stroy.kz/?utm_source=%FF%FE&utm_medium=%zz&utm_term=%",
    "a surrogate": "https://stroy.kz/?utm_source=\ud800",
    "an escaped surrogate": "https://stroy.kz/?utm_source=%ED%A0%80",
    "a long value": f"https://stroy.kz/?utm_source={'a' * 100_000}",
    "a long host": f"https://{'a' * 5000}.kz/?{MANY}",
    "a zero byte": "https://stroy.kz/\x00?utm_source=%00",
    "no address": "javascript:alert(1)",
}


@over([page for page in PAGES.values() if "\ud800" not in page], "page")
def test_a_message_arrives_from_any_page(app: Flask, key: str, page: str) -> None:
    visitor = Visitor(app, key)
    answer = visitor.say("Хочу дом", page=page, referrer=page, topic=page[:500])
    assert answer.status_code == 200 and bubbles(answer.text, "bot")
    assert visitor.ask("POST", f"/w/{key}/open", {"page": page}).status_code == 204


@over(PAGES.values())
def test_what_is_kept_of_any_page_is_short_and_is_text(page: str) -> None:
    kept = attribution.read(page, page, page)
    assert all(len(value) <= attribution.MOST and "\ufffd" not in value for value in kept.values())
    "".join(kept.values()).encode()
    attribution.host_of(page).encode()


def test_a_mark_among_many_fields_is_found() -> None:
    assert attribution.read(PAGES["300 fields and a mark"]) == {"page": "https://stroy.kz/", "utm_source": "google"}


def test_a_mark_that_cannot_be_read_costs_no_other() -> None:
    kept = attribution.read("https://stroy.kz/p?utm_source=%FF&utm_medium=cpc&utm_term=%00&gclid=a%2Bb#utm_content=no")
    assert kept == {"page": "https://stroy.kz/p", "utm_medium": "cpc", "gclid": "a+b"}


def test_an_address_of_six_keeps_its_brackets() -> None:
    assert attribution.host_of("http://[::1]:8000/p") == "[::1]:8000"
    assert attribution.read("http://[::1]:8000/p")["page"] == "http://[::1]:8000/p"
