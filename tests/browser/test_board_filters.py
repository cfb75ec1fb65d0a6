"""Search and filters in a real browser: while one types, by keyboard, on a phone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, WIDE, Sit
from browser.test_board import card

WORDS = {
    "ru": ("Горячие", "По запросу «жоқ» ничего нет", "Очистить поиск"),
    "kk": ("Ыстық", "«жоқ» бойынша ештеңе табылмады", "Іздеуді тазалау"),
}


@pytest.mark.parametrize(("language", "viewport"), [("ru", WIDE), ("kk", PHONE)], ids=["ru wide", "kk phone"])
def test_the_board_narrows_while_one_types(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    hot, nothing, clear = WORDS[language]
    person = sit(viewport)
    page = person.page
    person.make_lead()
    person.reads(language)
    person.go("/board")
    search = page.get_by_role("searchbox")
    search.press_sequentially("КАНАТ")
    expect(page).to_have_url(re.compile("/board\\?find="))
    expect(card(page, "new")).to_contain_text("Канат")
    search.fill("жоқ")
    expect(page.get_by_text(nothing)).to_be_visible()
    expect(page.locator("[data-tab=new] .count")).to_have_text("0")
    expect(search).to_be_focused()
    page.reload()
    expect(search).to_have_value("жоқ")
    page.get_by_role("link", name=clear).click()
    expect(card(page, "new")).to_contain_text("Канат")
    expect(page).to_have_url(re.compile("/board$"))
    if viewport is PHONE:
        page.locator(".filter-button").click()
    page.get_by_label(hot).press("Space")
    expect(card(page, "new")).to_have_count(0)
    page.get_by_label(hot).press("Space")
    expect(card(page, "new")).to_be_visible()


def test_the_filter_is_a_plain_form(sit: Sit) -> None:
    maker = sit()
    maker.make_lead()
    plain = sit(PHONE, email=maker.email, java_script_enabled=False).page
    plain.get_by_role("searchbox").fill("8 776 877")
    plain.locator("[data-plain]").click()
    expect(plain).to_have_url(re.compile("/board\\?find="))
    expect(card(plain, "new")).to_contain_text("Канат")
    plain.locator(".filter-button").click()
    plain.locator("select[name=city]").select_option("Алматы")
    plain.locator("select[name=source]").select_option("widget")
    plain.locator("[data-plain]").click()
    expect(card(plain, "new")).to_have_count(0)
    plain.locator("[data-clear]").first.click()
    expect(card(plain, "new")).to_have_count(1)
