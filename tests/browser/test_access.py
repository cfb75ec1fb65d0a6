"""Every page of the workplace for everybody: no violations found by axe, nothing larger than the screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from browser.conftest import PHONE, WIDE, Person, Sit

NARROW = {"width": 320, "height": 640}


def look(page: Page, where: str) -> list[str]:
    """What is wrong with the page as it stands."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    wrong = [f"{where}: {each['id']} {each['nodes'][0]['html'][:200]}" for each in found]
    return wrong + too_large(page, where)


def too_large(page: Page, where: str) -> list[str]:
    """What runs off the screen."""
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    # on a desk the board and the conversations are one screen high: whatever is long scrolls inside
    taller = page.evaluate("""() => document.querySelector(".page.fill") && innerWidth > 720
        ? document.documentElement.scrollHeight - innerHeight : 0""")
    return [f"{where}: {px} px too {how}" for px, how in ((wider, "wide"), (taller, "tall")) if px > 0]


def visit(person: Person) -> list[str]:
    page, wrong = person.page, []
    for path in (
        "/board",
        "/board?stage=lost",
        "/board?q=жоқ&hot=1",
        "/board/table",
        "/board/add",
        "/chat",
        "/conversations",
    ):
        person.go(path)
        wrong += look(page, path)
    page.locator(".talk-list a").first.click()
    wrong += look(page, "a conversation")
    page.get_by_role("button", name=person.words["take"]).click()
    page.locator("#composer").wait_for()
    wrong += look(page, "a conversation in hand")
    person.go("/board")
    page.locator("#card-menu").wait_for(state="attached")  # the page brings it after the cards
    page.locator(".card [data-opens]").click()
    page.locator("#card-menu [data-move]").first.wait_for()
    wrong += look(page, "the menu of a card")
    page.locator("#card-menu [data-move=lost]").click()
    wrong += look(page, "the dialog of a loss")
    page.locator("#lost-dialog [data-cancel]").click()
    page.locator(".card h3 a").click()
    page.locator("#facts").wait_for()
    return wrong + look(page, "a lead")


# each language and each width, the longest words where there is least room; test_every_page.py has the others
@pytest.mark.parametrize(
    ("viewport", "theme", "language"),
    [(WIDE, "light", "ru"), (PHONE, "dark", "kk"), (NARROW, "light", "kk")],
)
def test_nothing_stands_in_anybodys_way(sit: Sit, viewport: dict[str, int], theme: str, language: str) -> None:
    person = sit(viewport, color_scheme=theme)
    person.go("/board")
    empty = look(person.page, "the empty board")
    person.make_lead("Константин Александрович Преображенский-Задунайский")
    person.reads(language)
    person.words = {"take": {"ru": "Взять диалог", "kk": "Өзіме алу"}[language]}
    assert empty + visit(person) == []
