"""What is looked for, a name or a phone: found from every search, and in no address of any page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote, unquote_plus

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.accounts import encryption
from leadbot.config import Config

HTMX = {"HX-Request": "true"}
NAME, PHONE = "Канат", "8 776 877"
# Where one searches: what the form sends beside the words, and what else stands in the address.
SEARCHES = {
    "/board": {"city": "Алматы", "since": "2026-01-01"},
    "/board/table": {"stage": "new", "who": "nobody"},
    "/conversations": {"show": "waiting"},
    "/quick": {},
    "/leads/1/merge": {},
    "/leads/export": {"source": "api"},
}
ADDRESS = re.compile(r'(?:href|action|formaction|src|hx-(?:get|post|put|patch|delete|push-url|replace-url))="([^"]*)"')


@pytest.fixture
def web(almaty: Web, api_almaty: Api) -> Web:
    contract_dialogue(api_almaty)
    contract_dialogue(api_almaty, "client_2", "87010000002")
    api_almaty.say("client_3", "Меня зовут Канат, позовите менеджера")
    return almaty


def addresses(html: str) -> list[str]:
    """All that a page may go to or fetch, as one reads it."""
    return [unquote_plus(unescape(found)) for found in ADDRESS.findall(html)]


def bears(text: str, words: str) -> bool:
    return words in unquote_plus(unquote(text)) or words.replace(" ", "") in text


@pytest.mark.parametrize("words", [NAME, PHONE])
@pytest.mark.parametrize("place", SEARCHES)
def test_every_search_finds_and_no_address_tells_whom(web: Web, place: str, words: str) -> None:
    others = SEARCHES[place]
    answer = web.post("/search", {"q": words, "to": place, **others})
    assert answer.status_code == 303 and answer.location.startswith(place + "?")
    assert not bears(answer.location, words) and "csrf" not in answer.location
    assert all(f"{name}={value}" in unquote(answer.location) for name, value in others.items())
    shown = web.get(answer.location)
    assert shown.status_code == 200 and f'value="{words}"' in shown.text
    found = addresses(shown.text)
    assert [each for each in found if bears(each, words) and not each.startswith(("tel:", "https://wa.me/"))] == []
    followed = [each for each in found if "find=" in each and "/move?" not in each]
    assert [each for each in followed if web.get(each, headers=HTMX).status_code not in (200, 204)] == []
    part = web.get(answer.location, headers=HTMX)
    assert [each for each in addresses(part.text) if bears(each, words) and not each.startswith("tel:")] == []
    assert not any(bears(value, words) for name, value in part.headers.items() if name.startswith("HX-"))


@pytest.mark.parametrize("place", SEARCHES)
def test_an_old_address_leads_to_one_without_the_words(web: Web, place: str) -> None:
    answer = web.client.get(place, query_string={"q": NAME, **SEARCHES[place]})
    assert answer.status_code == 303 and not bears(answer.location, NAME)
    assert f'value="{NAME}"' in web.get(answer.location).text
    assert web.client.get(place, query_string={"q": " "}).location == place


def test_what_is_found_is_what_was_looked_for(web: Web) -> None:
    def found(place: str, words: str) -> str:
        return web.get(web.post("/search", {"q": words, "to": place}).location).text

    for place, pattern in (
        ("/board", r'<article[^>]*data-lead-id="(\d+)"'),
        ("/board/table", r'<tr data-lead-id="(\d+)"'),
        ("/quick", r'<li><a href="/leads/(\d+)"'),
        ("/leads/1/merge", r'href="/leads/1/merge\?with=(\d+)"'),
        ("/conversations", r'data-talk-row="(\d+)"'),
    ):
        assert set(re.findall(pattern, found(place, "701 000"))) == {"2"}, place
        assert re.findall(pattern, found(place, "нет такого")) == [], place
    assert found("/leads/export.csv", "701 000").count("\n") == 2  # the head, and one lead


def test_the_same_words_make_the_same_address_and_the_empty_ones_none(web: Web) -> None:
    first, again = (web.post("/search", {"q": NAME, "to": "/board", "find": "x"}).location for _ in range(2))
    assert first == again
    assert web.post("/search", {"q": " \x00", "to": "/board", "city": "Алматы", "hot": ""}).location == (
        "/board?city=%D0%90%D0%BB%D0%BC%D0%B0%D1%82%D1%8B"
    )


def test_another_company_reads_nothing_out_of_an_address(web: Web, astana: Web) -> None:
    there = web.post("/search", {"q": NAME, "to": "/board"}).location
    page = astana.get(there)
    assert page.status_code == 200 and NAME not in page.text and 'name="find" value=""' in page.text


@pytest.mark.parametrize(
    "find", ["", "x", "====", "Канат", "a" * 2000, "\x00", "oWg3jzvJKwZGVvNj3MHAhaHKmCvgduiRXR_CGROytg"]
)
def test_what_cannot_be_read_looks_for_nothing(web: Web, find: str) -> None:
    page = web.get("/board", query_string={"find": find})
    assert page.status_code == 200 and 'name="find" value=""' in page.text and 'data-lead-id="1"' in page.text


@pytest.mark.parametrize(
    "to", ["", "/nowhere", "https://evil.kz/", "//evil.kz", "/settings/company", "/board\\@evil.kz", "/logout"]
)
def test_only_what_is_searched_is_gone_to(web: Web, to: str) -> None:
    assert web.post("/search", {"q": NAME, "to": to}).status_code == 404


def test_a_search_bears_the_token_of_its_session(web: Web) -> None:
    assert web.client.post("/search", data={"q": NAME, "to": "/board"}).status_code == 400


def test_an_address_outlives_a_new_secret_key_as_long_as_the_old_one_is_known(app: Flask, config: Config) -> None:
    with app.app_context():
        kept = encryption.veiled(NAME, 1)
        state = app.extensions["leadbot"]
        state.config = config.replace(secret_key="o" * 48, secret_key_fallbacks=(config.secret_key,))
        assert encryption.unveiled(kept, 1) == NAME and encryption.unveiled(kept, 2) is None
        state.config = config.replace(secret_key="o" * 48)
        assert encryption.unveiled(kept, 1) is None


@pytest.mark.parametrize("place", ["//board/table", "///conversations", "//leads/1/merge", "/\\board", "//x.kz/board"])
def test_a_search_never_leads_to_another_host(web: Web, place: str) -> None:
    for answer in (
        web.post("/search", {"q": NAME, "to": place}),
        web.client.get("/", query_string={"q": NAME}, environ_overrides={"PATH_INFO": place}),
    ):
        assert answer.status_code in (303, 308, 404)
        assert re.match(r"(?:http://localhost)?(?:/[a-z0-9]|$)", answer.headers.get("Location", "")), answer.location
