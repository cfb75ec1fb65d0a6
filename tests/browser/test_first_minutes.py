"""The first five minutes of a new user: from the first page to the first lead on the board, every step counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import PASSWORD, PHONE, WIDE
from browser.test_access import look

CLICKS_MOST, FIELDS_MOST = 12, 5
Open = Callable[..., "Hand"]


@dataclass
class Hand:
    """Somebody who counts what he does: clicks (Enter is one too) and fields he fills in."""

    page: Page
    clicks: int = 0
    fields: int = 0

    def click(self, name: str, role: str = "link") -> None:
        self.page.locator("body").get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def fill(self, field: str, value: str) -> None:
        self.page.fill(f"[name={field}]", value)
        self.fields += 1


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """Come to the first page with an empty browser."""
    contexts: list[BrowserContext] = []

    def come(viewport: dict[str, int] = WIDE, path: str = "/", **more: object) -> Hand:
        contexts.append(browser.new_context(viewport=viewport, **({"locale": "ru-RU"} | more)))
        hand = Hand(contexts[-1].new_page())
        hand.page.goto(site + path)
        return hand

    yield come
    for context in contexts:
        context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_from_the_first_page_to_the_first_lead(open_page: Open, viewport: dict[str, int]) -> None:
    hand = open_page(viewport)
    page = hand.page
    hand.click("Создать бота")
    hand.fill("company_name", "СтройДом")
    hand.fill("email", f"first{viewport['width']}@example.kz")
    hand.fill("password", PASSWORD)
    hand.click("Создать бота", "button")
    page.wait_for_url("**/chat")
    hand.click("Дом", "button")
    expect(page.locator("[data-author=bot]").last).to_contain_text("?")
    hand.fill("text", "Алматы, 150 квадратов, Канат, 87768776637")
    page.keyboard.press("Enter")
    hand.clicks += 1
    expect(page.locator("[data-author=bot]").last).to_contain_text("Канат")
    hand.click("Доска")
    expect(page.locator("[data-status=new] [data-lead-id]")).to_contain_text("Канат")
    expect(page.locator("[data-step=chat][data-done]")).to_have_count(1)
    assert (hand.clicks <= CLICKS_MOST, hand.fields <= FIELDS_MOST) == (True, True), (hand.clicks, hand.fields)


@pytest.mark.parametrize(("locale", "viewport"), [("ru-RU", WIDE), ("kk-KZ", PHONE)])
def test_the_bot_on_the_first_page_answers(open_page: Open, locale: str, viewport: dict[str, int]) -> None:
    page = open_page(viewport, locale=locale).page
    assert look(page, "first page") == []
    for text in ("үй салғым келеді", "Қарағандыда", "Айгерім, 8 705 111 22 33"):
        before = (
            page.locator("[data-author=client]").count() if page.locator("[name=talk][value='']").count() == 0 else 0
        )
        page.fill("[name=text]", text)
        page.keyboard.press("Enter")
        expect(page.locator("[data-author=client]")).to_have_count(before + 1)
    expect(page.locator(".result")).to_contain_text("Айгерім")
    expect(page.locator("[data-author=bot]").last).to_be_in_viewport()
    assert look(page, "a talk on the first page") == []


def test_without_javascript_it_answers_too(open_page: Open) -> None:
    page = open_page(java_script_enabled=False).page
    page.fill("[name=text]", "Хочу баню 6 на 6")
    page.keyboard.press("Enter")
    expect(page.locator("[data-author=client]")).to_have_count(1)
    expect(page.locator(".result")).to_contain_text("36")
