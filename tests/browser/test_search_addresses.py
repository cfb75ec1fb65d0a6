"""Whom somebody looks for is in no address that a browser asks for or remembers, wherever and however it is typed."""

from __future__ import annotations

from urllib.parse import unquote_plus, urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Person, Sit
from browser.test_board import card

WORDS = "канат жумабек"


def listen(page: Page) -> list[str]:
    """All addresses that are asked for or shown from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(unquote_plus(request.url)))
    page.on("framenavigated", lambda frame: asked.append(unquote_plus(frame.url)))
    return asked


def look_everywhere(person: Person) -> None:
    page = person.page
    person.go("/board")
    page.get_by_role("searchbox").press_sequentially(WORDS)
    expect(page.locator(".card")).to_have_count(1)
    page.wait_for_url("**/board?find=*")
    page.wait_for_timeout(3500)  # the board has looked for news
    card(page, "new").locator("h3 a").click()
    page.locator("#facts").wait_for()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value(WORDS)
    page.locator("[data-table]").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Площадь").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    person.go("/conversations")
    page.locator("[name=q]").press_sequentially("жумабек")
    page.wait_for_url("**/conversations?*find=*")
    page.locator("[data-talk-row]").click()
    page.locator("#composer, .takeover").first.wait_for()
    expect(page.locator(".bar [name=q]")).to_have_value("жумабек")
    page.keyboard.press("Control+k")
    page.locator("#quick-dialog [name=q]").press_sequentially(WORDS)
    expect(page.locator("#quick-found a").first).to_contain_text("Канат Жумабеков")
    page.keyboard.press("Enter")
    page.locator("#facts").wait_for()
    person.go(urlsplit(page.url).path + "/merge")
    page.locator("#merge-q").press_sequentially(WORDS)
    page.get_by_role("button", name="Найти").click()
    expect(page.locator("#merge-q")).to_have_value(WORDS)


def test_no_address_tells_whom_somebody_looks_for(sit: Sit) -> None:
    person = sit(expected="404")
    person.make_lead("Канат Жумабеков")
    asked = listen(person.page)
    look_everywhere(person)
    assert len(asked) > 20 and [url for url in asked if "жумабек" in url.lower()] == []


@pytest.mark.parametrize("place", ["/board", "/board/table", "/conversations", "/quick"])
def test_nor_without_a_script(sit: Sit, place: str) -> None:
    owner = sit()
    owner.make_lead("Канат Жумабеков")
    page = sit(java_script_enabled=False, email=owner.email).page
    asked = listen(page)
    page.goto(owner.site + place)
    page.get_by_role("searchbox").fill(WORDS)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**find=*")
    expect(page.get_by_role("searchbox")).to_have_value(WORDS)
    expect(page.locator("main")).to_contain_text("Канат")
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value(WORDS)
    assert [url for url in asked if "жумабек" in url.lower()] == []
