"""The table of leads: many moved at once and put back, by keyboard, on a phone and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, WIDE, Sit

WORDS = {
    "ru": ("Таблица заявок", "Все на странице", "Смета отправлена", "Вернуть как было"),
    "kk": ("Өтінімдер кестесі", "Беттегінің бәрі", "Смета жіберілді", "Соңғы жылжытуды кері қайтару"),
}


@pytest.mark.parametrize(("language", "viewport"), [("ru", PHONE), ("kk", WIDE)], ids=["ru phone", "kk wide"])
def test_all_on_the_page_are_moved_and_put_back(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    table, everything, stage, undo = WORDS[language]
    person = sit(viewport)
    page = person.page
    person.make_lead()
    person.reads(language)
    person.go("/board")
    page.get_by_role("link", name=table).click()
    page.wait_for_load_state()
    page.get_by_label(everything).press("Space")
    expect(page.locator("[name=pick]")).to_be_checked()
    page.locator("main select[name=status]").select_option("estimate")
    page.locator("main form .primary").press("Enter")
    expect(page.locator("tbody tr")).to_contain_text(stage)
    expect(page.locator("#toasts")).to_contain_text(stage)
    page.get_by_role("button", name=undo).press("Enter")
    expect(page.locator("tbody tr")).not_to_contain_text(stage)
    plain = sit(viewport, email=person.email, java_script_enabled=False).page
    plain.goto(f"{person.site}/board/table")
    plain.locator("[name=pick]").check()
    plain.locator("main select[name=status]").select_option("estimate")
    plain.locator("main form .primary").click()
    expect(plain.locator("tbody tr")).to_contain_text(stage)
