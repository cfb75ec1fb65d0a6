"""The team page and its links for everybody: nothing in the way, in two languages and widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import PASSWORD, PHONE, WIDE, Sit
from browser.test_access import look


@pytest.mark.parametrize(("viewport", "theme", "language"), [(WIDE, "light", "ru"), (PHONE, "dark", "kk")])
def test_an_owner_invites_and_changes_people(sit: Sit, viewport: dict[str, int], theme: str, language: str) -> None:
    person = sit(viewport, color_scheme=theme)
    page = person.page
    person.reads(language)
    person.go("/settings/team")
    page.fill("[name=email]", f"guest{viewport['width']}@example.kz")
    page.click("#invite button.primary")
    link = page.locator("#one-time-link").inner_text()
    page.locator(".person-more summary").first.click()
    wrong = look(page, "team")
    page.context.clear_cookies()
    page.goto(person.site + "/join/" + link.rpartition("/")[2])
    wrong += look(page, "join")
    page.fill("[name=name]", "Айгуль Серикова")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/board*")
    person.go("/settings/team")
    expect(page.locator(".people > li")).to_have_count(2)
    expect(page.locator("#invite")).to_have_count(0)
    person.go("/settings/password")
    assert wrong + look(page, "password") == []
