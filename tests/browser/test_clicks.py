"""How many clicks a manager's ten commonest actions take: no more than written down here, by real mouse and keys.

A click, a key or a drag counts one each. Typing a text, with the Enter that ends it, does not, nor does scrolling.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Person, Sit
from browser.test_board import card

MOST = {
    "call": 1, "take": 2, "move": 1, "note": 2, "call back": 2, "lose": 4, "undo": 1, "find": 1, "reply": 1, "merge": 3,
}  # fmt: skip


class Hands:
    """A hand at the mouse and one at the keys; each deed is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)

    def drag(self, what: Locator, to: Locator) -> None:
        self.count += 1
        begin, end = what.bounding_box(), to.bounding_box()
        assert begin and end
        self.page.mouse.move(begin["x"] + 40, begin["y"] + 12)
        self.page.mouse.down()
        for step in range(1, 11):
            self.page.mouse.move(
                begin["x"] + 40 + (end["x"] + 80 - begin["x"] - 40) * step / 10,
                begin["y"] + 12 + (end["y"] + 120 - begin["y"] - 12) * step / 10,
            )
        self.page.mouse.up()

    def write(self, text: str, *, enter: bool = False) -> None:
        """Into whatever has the focus."""
        self.page.keyboard.type(text)
        if enter:
            self.page.keyboard.press("Enter")


def on_board(person: Person) -> Locator:
    person.go("/board")
    person.page.locator("#card-menu").wait_for(state="attached")
    return card(person.page, "new").first


def call(person: Person, hands: Hands) -> None:
    on_board(person)
    hands.page.evaluate("addEventListener('click', (e) => { window.called = e.target.href; e.preventDefault() })")
    hands.click(hands.page.locator(".card footer [href^='tel:']").first)
    assert hands.page.evaluate("window.called").startswith("tel:+7")


def take(person: Person, hands: Hands) -> None:
    hands.click(on_board(person).locator("[data-opens]"))
    hands.click(hands.page.locator("#card-menu [data-take]"))
    expect(card(hands.page, "in_progress")).to_have_count(1)


def move(person: Person, hands: Hands) -> None:
    hands.drag(on_board(person), hands.page.locator(".column[data-status=estimate]"))
    expect(hands.page.locator(".column[data-status=estimate] .card:not(.moving)")).to_have_count(1)


def note(person: Person, hands: Hands) -> None:
    hands.click(on_board(person).locator("h3 a"))
    hands.click(hands.page.locator("#notes [name=text]"))
    hands.write("Хочет газоблок", enter=True)
    expect(hands.page.locator("#notes .note")).to_contain_text("Хочет газоблок")


def call_back(person: Person, hands: Hands) -> None:
    hands.click(on_board(person).locator("h3 a"))
    hands.click(hands.page.locator("#tasks").get_by_role("button", name="Завтра"))
    expect(hands.page.locator("#tasks .task")).to_have_count(1)


def lose(person: Person, hands: Hands) -> None:
    hands.click(on_board(person).locator("[data-opens]"))
    hands.click(hands.page.locator("#card-menu [data-move=lost]"))
    hands.click(hands.page.locator("#lost-dialog").get_by_label("Дорого"))
    hands.click(hands.page.locator("#lost-dialog [type=submit]"))
    expect(hands.page.locator(".zone [data-count=lost]")).to_have_text("1")


def undo(person: Person, hands: Hands) -> None:
    move(person, Hands(person.page))
    hands.click(hands.page.locator(".toast").get_by_role("button", name="Вернуть"))
    expect(card(hands.page, "estimate")).to_have_count(0)


def find(person: Person, hands: Hands) -> None:
    on_board(person)
    hands.press("/")
    hands.write("марина")
    expect(hands.page.locator(".card")).to_have_count(1)
    expect(hands.page.locator(".card")).to_contain_text("Марина")


def reply(person: Person, hands: Hands) -> None:
    person.go(person.words["lead"])
    hands.click(hands.page.locator("#composer textarea"))
    hands.write("Приедем завтра", enter=True)
    expect(hands.page.locator("[data-author=manager]")).to_contain_text("Приедем завтра")


def merge(person: Person, hands: Hands) -> None:
    person.go(person.words["lead"])
    hands.click(hands.page.get_by_role("link", name="Объединить с другой заявкой"))
    expect(hands.page.locator("#merge-q")).to_be_focused()
    hands.write("марина")
    hands.click(hands.page.locator("#merge-found a", has_text="Марина"))
    hands.click(hands.page.locator("#related").get_by_role("button", name="Объединить"))
    expect(hands.page.locator("[data-merge]")).to_have_count(1)


ACTIONS: dict[str, Callable[[Person, Hands], None]] = {
    "call": call, "take": take, "move": move, "note": note, "call back": call_back, "lose": lose, "undo": undo,
    "find": find, "reply": reply, "merge": merge,
}  # fmt: skip


@pytest.mark.parametrize("action", MOST)
def test_it_takes_no_more_clicks_than(sit: Sit, action: str) -> None:
    person = sit()
    person.make_lead("Марина", "87010000102")
    person.page.locator("form[action='/chat/new'] button").click()
    person.page.locator("[data-author=client]").first.wait_for(state="detached")
    person.make_lead()
    person.go("/board")
    path = person.page.locator(".card", has_text="Канат").locator("h3 a").get_attribute("href")
    person.words["lead"] = str(path)
    hands = Hands(person.page)
    ACTIONS[action](person, hands)
    assert 0 < hands.count <= MOST[action], f"{action}: {hands.count}"
