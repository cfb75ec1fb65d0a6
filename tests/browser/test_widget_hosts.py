"""The widget on sites as they really are: on each of them it stands where it should, opens, and is answered."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PHONE, STILL, WIDE
from browser.hosts import BOX, PLAIN, SITES, TEXT, WITHIN
from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company


@pytest.fixture(scope="module")
def key(site_app: Flask) -> str:
    """The widget of a company."""
    with site_app.app_context():
        users.sign_up("hosts@example.kz", "test123", "СтройДом")
        with tenancy.all_companies():
            return str(db.session.query(Company).order_by(Company.id.desc()).first().widget_key)


@pytest.fixture(scope="module")
def address(site: str, key: str) -> Iterator[str]:
    """Where the sites are: each under its name."""
    values = {"home": site, "key": key, "src": f"{site}/widget.js?bot={key}"}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").replace("%20", " ")
            if name == "joined.js":
                import urllib.request

                self._send(urllib.request.urlopen(values["src"]).read(), "text/javascript")
            elif name in SITES:
                page = SITES[name]
                more = {each: value.replace("{home}", site) for each, value in page.headers.items()}
                self._send(page.html(**values).encode(), "text/html; charset=utf-8", more)
            elif name == "box":
                self._send(f"{PLAIN}</head><body>{BOX}".encode(), "text/html; charset=utf-8")
            elif name == "within":
                line = WITHIN.replace("{src}", values["src"])
                self._send(f"{PLAIN}</head><body>{TEXT}{line}".encode(), "text/html; charset=utf-8")
            else:
                self._send(b"", "text/plain", status=204)

        def _send(self, body: bytes, kind: str, more: dict[str, str] | None = None, status: int = 200) -> None:
            self.send_response(status)
            for each, value in {"Content-Type": kind, **(more or {})}.items():
                self.send_header(each, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, **STILL)
    yield context.new_page()
    context.close()


def talk(page: Page) -> None:
    """Open, write, be answered; all of it where it can be seen."""
    button = page.locator("#leadbot-launcher")
    box = button.bounding_box()
    assert box, "no button"
    width, height = (page.evaluate(each) for each in ("innerWidth", "innerHeight"))
    assert (round(box["width"]), round(box["height"])) == (56, 56)
    assert width - 100 < box["x"] < width and height - 100 < box["y"] < height, box
    assert page.evaluate("getComputedStyle(document.querySelector('html > div:last-of-type')).opacity") == "1"
    button.click()
    frame = page.locator("iframe[title=Чат]")
    chat = page.frame_locator("iframe[title=Чат]")
    field = chat.locator("[name=text]")
    expect(field).to_be_visible()
    expect(frame).to_be_visible()
    size = frame.bounding_box()
    assert size and round(size["width"]) == 380 and 550 < size["height"] <= 600, size
    assert size["x"] + size["width"] <= width and size["y"] + size["height"] <= height
    field.fill("Хочу дом")
    field.press("Enter")
    expect(chat.locator("[data-author=bot]")).to_have_count(2)


@pytest.mark.parametrize("name", SITES)
def test_a_site(page: Page, address: str, site: str, key: str, name: str) -> None:
    host = SITES[name]
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/{name}")
    if " src=" in host.line or "write" in host.line or "{src}" in host.head:
        page.locator("#leadbot-launcher").wait_for()
    if host.after:
        page.evaluate(f"() => {{ {host.after.replace('{src}', f'{site}/widget.js?bot={key}')} }}")
    page.locator("#leadbot-launcher").wait_for()
    expect(page.locator("#leadbot-launcher")).to_have_count(1)
    talk(page)
    if host.quiet:
        assert wrong == []


def test_there_are_enough_of_them() -> None:
    assert len(SITES) >= 40


@pytest.mark.parametrize("name", ["a global called leadbot", "a variable called leadbot"])
def test_the_sites_own_name_stays_its_own(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    page.locator("#leadbot-launcher").wait_for()
    assert page.evaluate("leadbot.site") == 1


def test_a_body_that_is_replaced_takes_nothing_of_the_talk(page: Page, address: str) -> None:
    page.goto(f"{address}/plain")
    page.locator("#leadbot-launcher").wait_for()
    talk(page)
    for way in ("react replaces body", "vue empties the body", "next replaces the page", "document.open"):
        page.evaluate(f"() => {{ {SITES[way].after} }}")
        chat = page.frame_locator("iframe[title=Чат]")
        expect(chat.locator("[data-author=client]")).to_have_text(["Хочу дом"])


def test_paper_has_no_button(page: Page, address: str) -> None:
    page.goto(f"{address}/plain")
    page.locator("#leadbot-launcher").wait_for()
    page.emulate_media(media="print")
    expect(page.locator("#leadbot-launcher")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.locator("#leadbot-launcher")).to_be_visible()


def test_within_a_box_as_amp_has_it(page: Page, address: str) -> None:
    page.goto(f"{address}/box")
    box = page.frame_locator("iframe")
    box.locator("#leadbot-launcher").click()
    expect(box.frame_locator("iframe[title=Чат]").locator("[name=text]")).to_be_visible()


def test_the_chat_within_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/within")
    chat = page.frame_locator("#place iframe")
    chat.locator("[name=text]").fill("Хочу дом")
    assert page.evaluate("document.activeElement.tagName") != "BODY"
    chat.locator("[name=text]").press("Enter")
    expect(chat.locator("[data-author=bot]")).to_have_count(2)
    expect(chat.locator("#close")).to_be_hidden()
    expect(page.locator("#leadbot-launcher")).to_be_hidden()
    page.evaluate("document.querySelector('#place').outerHTML = '<div id=\"place\" style=\"height:600px\"></div>'")
    expect(page.frame_locator("#place iframe").locator("[data-author=client]")).to_have_text(["Хочу дом"])


def test_back_closes_the_chat_of_a_phone_and_the_site_does_not_scroll_under_it(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, **STILL)
    page = context.new_page()
    page.goto(f"{address}/plain")
    page.locator("#leadbot-launcher").click()
    expect(page.frame_locator("iframe").locator("[name=text]")).to_be_visible()
    box = page.locator("iframe").bounding_box()
    assert box and (round(box["x"]), round(box["width"]), round(box["height"])) == (0, 390, 844)
    page.wait_for_function("history.state && history.state.leadbot")
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    page.go_back()
    expect(page.locator("iframe")).to_be_hidden()
    assert page.url == f"{address}/plain"
    assert page.evaluate("document.documentElement.style.overflow") == ""
    context.close()
