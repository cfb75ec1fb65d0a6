"""The widget on sites as they really are: on each of them it stands where it should, opens, and is answered."""

from __future__ import annotations

import http.server
import itertools
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Frame, Page, expect

from browser.conftest import PHONE, STILL, WIDE
from browser.hosts import BOX, PLAIN, SITES, TEXT, WITHIN
from browser.hosts_harsh import HARSH
from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company

ALL = SITES | HARSH
AT_ONCE, PATIENCE_MS = 6, 10_000
SOME = [list(ALL)[first::4] for first in range(4)]


@pytest.fixture(scope="session")  # a module may be left and come back to
def key(site_app: Flask) -> str:
    """The widget of a company."""
    with site_app.app_context():
        users.sign_up("hosts@example.kz", "test123", "СтройДом")
        with tenancy.all_companies():
            return str(db.session.query(Company).order_by(Company.id.desc()).first().widget_key)


@pytest.fixture(scope="session")
def address(site: str, key: str) -> Iterator[str]:
    """Where the sites are: each under its name, and as the path of any host that ends in `.localhost`."""
    values = {"home": site, "key": key, "src": f"{site}/widget.js?bot={key}"}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = urllib.parse.unquote(self.path.partition("?")[0].strip("/"))
            if name == "joined.js":
                self._send(urllib.request.urlopen(values["src"]).read(), "text/javascript")
            elif name in ALL:
                page = ALL[name]
                more = {each: value.replace("{home}", site) for each, value in page.headers.items()}
                self._send(page.html(**values).encode(), more.pop("Content-Type", "text/html; charset=utf-8"), more)
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


class Visit:
    """A client on one of the sites. Each step begins something and leaves it to go on by itself, so that many sites
    are visited at once."""

    def __init__(self, page: Page, name: str, src: str) -> None:
        self.page, self.name, self.host, self.src = page, name, ALL[name], src
        self.said: list[str] = []
        self.button = page.locator("#leadbot-launcher")
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("console", lambda said: self.said.append(said.text) if said.type == "error" else None)

    def come(self, address: str) -> None:
        # Each site is a host of its own: one context, and none knows of the other's talk.
        place = address.replace("127.0.0.1", f"s{list(ALL).index(self.name)}.localhost")
        self.page.goto(f"{place}/{urllib.parse.quote(self.name)}", wait_until="commit")

    def see(self) -> None:
        if self.host.has_line:
            self.button.wait_for()
        if self.host.after:
            self.page.evaluate(f"() => {{ {self.host.after.replace('{src}', self.src)} }}")
        self.button.wait_for()
        expect(self.button).to_have_count(1)

    def open(self) -> None:
        box, (width, height) = self.button.bounding_box(), self._window()
        assert box, "no button"
        assert {round(box[side] / self.host.zoom) for side in ("width", "height")} == {56}, box
        assert width - 100 < box["x"] < width and height - 100 < box["y"] < height, box
        self.button.click(timeout=5000)

    def ask(self) -> None:
        frame, (width, height) = self.page.locator("iframe[title=Чат]"), self._window()
        frame.wait_for()
        field = self.chat.locator("[name=text]")
        field.wait_for()
        expect(frame).to_be_visible()
        size = frame.bounding_box()
        assert size and round(size["width"] / self.host.zoom) == 380, size
        assert 550 < size["height"] / self.host.zoom <= 600, size
        assert size["x"] + size["width"] <= width and size["y"] + size["height"] <= height, size
        field.fill("Хочу дом")
        field.press("Enter")

    def hear(self) -> None:
        expect(self.chat.locator("[data-author=bot]")).to_have_count(2, timeout=PATIENCE_MS)
        assert not (self.host.quiet and self.said), self.said

    @property
    def chat(self) -> Frame:
        """By its address: Playwright takes no frame of an XHTML page for one."""
        return next(frame for frame in self.page.frames if frame.parent_frame and "/w/" in frame.url)

    def _window(self) -> tuple[int, int]:
        size = self.page.viewport_size or {}
        return size["width"], size["height"]


def talk(page: Page, name: str = "plain") -> None:
    """Open, write, be answered; all of it where it can be seen."""
    visit = Visit(page, name, "")
    visit.open()
    visit.ask()
    visit.hear()


@pytest.mark.parametrize("names", SOME, ids=lambda names: names[0])
def test_on_every_site_it_stands_where_it_should_opens_and_is_answered(
    browser: Browser, address: str, site: str, key: str, names: list[str]
) -> None:
    wrong: dict[str, str] = {}
    context = browser.new_context(viewport=WIDE, **STILL)
    context.set_default_timeout(PATIENCE_MS)
    for first in range(0, len(names), AT_ONCE):
        visits = [
            Visit(context.new_page(), name, f"{site}/widget.js?bot={key}") for name in names[first : first + AT_ONCE]
        ]
        steps = [lambda visit: visit.come(address), Visit.see, Visit.open, Visit.ask, Visit.hear]
        for step, visit in itertools.product(steps, visits):
            try:
                if visit.name not in wrong:
                    step(visit)
            except (AssertionError, Error, StopIteration) as error:
                wrong[visit.name] = f"{step.__name__}: {str(error)[:300]} {visit.said[:3]}"
        for visit in visits:
            visit.page.close()
    context.close()
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 120


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


def test_a_page_opened_from_a_disk(page: Page, site: str, key: str, tmp_path: Path) -> None:
    saved = tmp_path / "index.html"
    saved.write_text(SITES["plain"].html(src=f"{site}/widget.js?bot={key}"))
    page.goto(saved.as_uri())
    page.locator("#leadbot-launcher").wait_for()
    talk(page)
    expect(page.frame_locator("iframe[title=Чат]").locator("[data-author=client]")).to_have_text(["Хочу дом"])


def test_a_policy_that_only_reports_takes_no_button_away(page: Page, address: str) -> None:
    page.goto(f"{address}/policy that only reports")
    page.locator("#leadbot-launcher").wait_for()
    talk(page, "policy that only reports")
    with page.expect_response("**/site.js*"):  # now that there is a talk it comes with the page
        page.reload()
    talk_is = page.frame_locator("iframe[title=Чат]").locator("[data-author=client]")
    page.locator("#leadbot-launcher").click()
    expect(talk_is).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#leadbot-launcher")).to_be_visible()


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
