"""A company's site with the widget on it: the site is on 127.0.0.1 and a port of its own, Leadbot on localhost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

if TYPE_CHECKING:
    from browser.conftest import Person

DIALOGUE = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
THANKS = "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."
NARROW = {"width": 320, "height": 568}


@dataclass
class Host:
    """A company's site: each path answers the page that was put there."""

    address: str
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def put(self, path: str, code: str, *, policy: str = "", body: str = "") -> str:
        html = (
            '<!doctype html><html lang="ru"><meta charset="utf-8"><title>СтройКЗ</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><body>'
            f"<main><h1>Строим дома</h1><p>Сайт компании</p>{body}</main>{code}</body></html>"
        )
        self.pages[path] = (html, policy)
        return self.address + path


@dataclass
class Visit:
    """A client on the company's site."""

    context: BrowserContext
    page: Page
    complaints: list[str]

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def field(self) -> Locator:
        return self.chat.locator("[name=text]")

    @property
    def bubbles(self) -> Locator:
        return self.chat.locator(".bubble:not(.typing)")

    def open(self) -> None:
        self.page.click("#leadbot-launcher")
        expect(self.field).to_be_visible()

    def say(self, text: str) -> None:
        """Write, and wait for the answer."""
        answers = self.chat.locator("[data-author=bot]")
        before = answers.count()
        self.field.fill(text)
        self.field.press("Enter")
        answers.nth(before).wait_for()


Come = Callable[..., Visit]


@dataclass
class Shop:
    """A company with its widget's key. Its manager comes to the board when he is needed, by way of the settings."""

    site: str
    key: str
    come_in: Callable[[], Person]

    @cached_property
    def manager(self) -> Person:
        person = self.come_in()
        person.go("/settings/widget")
        return person

    @property
    def code(self) -> str:
        return f'<script src="{self.site}/widget.js" data-bot="{self.key}" async></script>'


def take(manager: Person, text: str) -> None:
    """The manager takes the talk and writes."""
    manager.go("/conversations")
    manager.page.locator(".talk-list a").first.click()
    manager.page.get_by_role("button", name="Взять диалог").click()
    manager.page.locator("#composer [name=text]").fill(text)
    manager.page.keyboard.press("Enter")
    expect(manager.page.locator("#log [data-author=manager]")).to_have_text(text)
