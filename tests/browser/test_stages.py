"""Names of stages at a browser: typed wrong and right, taken over by an open board, and no column breaks by them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, WIDE, Sit
from browser.test_access import look

WORDS = {"ru": ("Так уже называется другой этап", "Сохранено"), "kk": ("Басқа кезең осылай аталып тұр", "Сақталды")}


@pytest.mark.parametrize(("language", "viewport"), [("ru", WIDE), ("kk", PHONE)], ids=["ru wide", "kk phone"])
def test_a_company_names_its_stages(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    taken, saved = WORDS[language]
    person = sit(viewport, expected="422", reduced_motion="reduce")
    person.make_lead()
    person.reads(language)
    person.go("/settings/stages")
    page, board = person.page, person.page.context.new_page()
    board.goto(f"{person.site}/board")
    page.locator("#new").fill("Звоним")
    page.locator("#in_progress").fill("звоним")
    page.locator("#stage-names .primary").press("Enter")
    expect(page.locator("#in_progress-e")).to_contain_text(taken)
    expect(page.locator("#in_progress")).to_be_focused()
    assert look(page, "a name that is taken") == []
    page.locator("#new").fill("Щ" * 30)
    page.locator("#won").fill("<i>Ж</i>" + "Ж" * 22)
    page.locator("#stage-names .primary").press("Enter")
    expect(page.locator("#toasts")).to_contain_text(saved)
    expect(board.locator("#stage-new")).to_have_text("Щ" * 30, timeout=10_000)
    expect(board.locator(".zone[data-status=won] b")).to_have_text("<i>Ж</i>" + "Ж" * 22)
    assert look(board, "a board of long names") == []
    broken = (
        "[...document.querySelectorAll('html, .column-head, .zone')].filter((e) => e.scrollWidth > e.clientWidth + 1)"
    )
    assert board.evaluate(f"{broken}.map((e) => e.className)") == []
    assert all(tab.bounding_box()["width"] < 300 for tab in board.locator("[data-tab]:visible").all())
