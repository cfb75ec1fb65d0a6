"""Working hours and taking a lead at a browser: by hand, by keyboard, without JavaScript, on a phone, in ru and kk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, WIDE, Person, Sit
from browser.test_access import NARROW, look

TEXTS = {
    "ru": {
        "public": "Добавить праздники Казахстана", "filled": "Заполнено", "lunch": "Пн–пт с обедом",
        "words": "пн–пт 9:00–13:00, 14:00–18:00", "wrong": "Напишите так", "take": "Взять себе", "yours": "Заявка ваша",
        "undo": "Вернуть", "holiday": "15.03 День Конституции",
    },
    "kk": {
        "public": "Қазақстан мерекелерін қосу", "filled": "Толтырылды", "lunch": "түскі үзіліспен",
        "words": "дс–жм 9:00–13:00, 14:00–18:00", "wrong": "Былай жазыңыз", "take": "Өзіме алу",
        "yours": "Өтінім сізге бекітілді", "undo": "Кері қайтару", "holiday": "15.03",
    },
}  # fmt: skip


def at_the_hours(sit: Sit, viewport: dict[str, int], language: str, **more: object) -> Person:
    person = sit(viewport, expected="422", reduced_motion="reduce", **more)
    person.go("/board")
    person.reads(language)
    person.words = TEXTS[language]
    person.go("/settings/hours")
    return person


# each language and each width, the longest words where there is least room
@pytest.mark.parametrize(
    ("viewport", "theme", "language"), [(WIDE, "light", "ru"), (PHONE, "dark", "ru"), (NARROW, "light", "kk")]
)
def test_hours_are_set(sit: Sit, viewport: dict[str, int], theme: str, language: str) -> None:
    person = at_the_hours(sit, viewport, language, color_scheme=theme)
    page, words = person.page, person.words
    assert look(page, "no hours yet") == []
    page.get_by_role("button", name=words["lunch"]).click()
    expect(page.locator("[name=day4]")).to_have_value("9:00–13:00, 14:00–18:00")
    expect(page.locator("#hours [role=status]")).to_contain_text(words["filled"])
    page.get_by_role("button", name=words["public"]).click()
    expect(page.locator("[name=holidays]")).to_have_value(re.compile(words["holiday"]))
    page.fill("[name=day5]", "когда-то")
    page.keyboard.press("Enter")
    expect(page.locator("#day5-e")).to_contain_text(words["wrong"])
    expect(page.locator("[name=day5]")).to_be_focused()
    assert look(page, "a wrong day") == []
    page.fill("[name=day5]", "10-15")
    page.keyboard.press("Enter")
    expect(page.locator("#hours .notice")).to_contain_text(words["words"])
    expect(page.locator("[name=day5]")).to_have_value("10:00–15:00")
    assert look(page, "hours") == []


def test_hours_without_javascript(sit: Sit) -> None:
    person = at_the_hours(sit, WIDE, "ru", java_script_enabled=False)
    page = person.page
    page.get_by_role("button", name="Пн–сб 9–19").click()
    page.get_by_role("button", name="Добавить праздники Казахстана").click()
    assert page.locator("[name=day5]").input_value() == "9:00–19:00"
    page.locator(".save-bar button").click()
    expect(page.locator("#hours .notice")).to_contain_text("пн–сб 9:00–19:00")
    assert "16.12 День Независимости" in page.locator("[name=holidays]").input_value()


def toast(page: Page, text: str) -> None:
    expect(page.locator(".toasts")).to_contain_text(text)


@pytest.mark.parametrize(("viewport", "language"), [(WIDE, "ru"), (PHONE, "kk")])
def test_a_lead_is_taken_from_its_card_and_the_other_browser_sees_it(
    sit: Sit, viewport: dict[str, int], language: str
) -> None:
    person = sit(viewport)
    person.make_lead()
    person.reads(language)
    words = TEXTS[language]
    other = sit(WIDE, email=person.email)
    person.go("/board")
    page = person.page
    page.locator("#card-menu").wait_for(state="attached")
    page.locator(".card [data-opens]").click()
    page.locator("#card-menu").get_by_role("button", name=words["take"]).click()
    toast(page, words["yours"])
    taken = other.page.locator('.column[data-status="in_progress"] .card .avatar')
    expect(taken).to_have_count(1, timeout=10_000)
    page.locator(".toasts").get_by_role("button", name=words["undo"]).click()
    expect(other.page.locator('.column[data-status="new"] .card')).to_have_count(1, timeout=10_000)


def test_a_lead_is_taken_by_keyboard_from_its_page(sit: Sit) -> None:
    person = sit(reduced_motion="reduce")
    person.make_lead()
    person.go("/board")
    page = person.page
    page.goto(person.site + (page.locator(".card h3 a").get_attribute("href") or ""))
    page.locator("#lead-take").focus()
    page.keyboard.press("Enter")
    toast(page, "Заявка ваша")
    expect(page.locator("#lead-take")).to_have_count(0)
    expect(page.locator("#lead-status")).to_have_value("in_progress")
    assert look(page, "a taken lead") == []


def test_a_lead_is_taken_without_javascript(sit: Sit) -> None:
    person = sit()
    person.make_lead()
    plain = sit(PHONE, email=person.email, java_script_enabled=False)
    plain.go("/board")
    plain.page.locator(".card h3 a").click()
    plain.page.locator("#lead-take").click()
    expect(plain.page.locator("body")).to_contain_text("Заявка ваша")
    expect(plain.page.locator("#lead-take")).to_have_count(0)
