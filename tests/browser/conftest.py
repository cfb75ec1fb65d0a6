"""A copy of Leadbot on a free port, real browsers, and people who sit at them."""

from __future__ import annotations

import http.server
import itertools
import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from doubles.push import PRIVATE_KEY
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from browser.hosting import Come, Host, Shop, Visit
from leadbot import create_app
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import Base, db
from leadbot.models import Company

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "test123"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What Chromium and htmx say of a request that reached nobody.
OFFLINE = r"ERR_(FAILED|INTERNET_DISCONNECTED)|^undefined$|^htmx:(afterRequest|sendError)"
# No graphics card, nothing of the browser's own that would reach for the network, and a microphone that hums.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
# Nothing moves: a colour in mid-change is no colour to be judged.
BLOCKED = "Service Worker registration blocked by Playwright"
# What pages ask for passes no service worker: a test that cuts them off sees what they do by themselves.
STILL: dict[str, Any] = {"locale": "ru-RU", "reduced_motion": "reduce", "service_workers": "block"}
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: neither chromium nor google-chrome is on the PATH")
    return {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def site_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A copy with an empty database."""
    return make_site(tmp_path_factory.mktemp("site"))


def make_site(folder: Path) -> Flask:
    """A copy with an empty database in a folder."""
    url = f"sqlite:///{folder / 'leadbot.db'}"
    config = Config(data_dir=folder, secret_key="k" * 48, database_url=url, ratelimit_enabled=False)
    app = create_app(config.replace(vapid_private_key=PRIVATE_KEY))
    with (
        app.app_context(),
        tenancy.all_companies(),
        db.engine.connect() as connection,
        connection.begin(),
    ):
        Base.metadata.create_all(connection)
    return app


@pytest.fixture(scope="session")
def site(site_app: Flask) -> Iterator[str]:
    """The address where it runs, without a worker."""
    with serving(site_app) as address:
        yield address


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@dataclass
class Person:
    """Somebody at a browser. What the browser complains about is kept and must be nothing in the end."""

    page: Page
    site: str
    email: str = ""
    words: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)

    def sign_up(self, email: str, company: str = "СтройДом") -> None:
        self.send("/signup", company_name=company, email=email, password=PASSWORD)
        self.go("/chat")

    def log_in(self, email: str) -> None:
        self.send("/login", email=email, password=PASSWORD)
        self.go("/board")

    def send(self, path: str, **form: str) -> None:
        """Send the form of a page without drawing it: what it does is tried elsewhere, and a page takes its time."""
        shown = self.page.request.get(self.site + path).text()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)
        assert token, shown
        assert self.page.request.post(self.site + path, form={"csrf_token": token[1], **form}).ok

    def say(self, text: str) -> None:
        """Write one message in the test chat and wait for its answer."""
        answers = self.page.locator("[data-author=bot]")
        before = answers.count()
        self.page.fill("[name=text]", text)
        self.page.keyboard.press("Enter")
        answers.nth(before).wait_for()

    def make_lead(self, name: str = "Канат", phone: str = "87768776637") -> None:
        """Hold the contract's dialogue in the test chat."""
        for text in ("Хочу дом", "Алматы", "150 квадратов", f"{name}, {phone}"):
            self.send("/chat", text=text)
        self.go("/chat")

    def reads(self, language: str) -> None:
        """Choose the language of the pages."""
        token = self.page.locator("[name=csrf_token]").first.get_attribute("value")
        answer = self.page.request.post(
            f"{self.site}/language", form={"csrf_token": token or "", "language": language, "next": "/board"}
        )
        assert answer.ok


Sit = Callable[..., Person]


@pytest.fixture
def sit(browser: Browser, site: str) -> Iterator[Sit]:
    """Sit down at a browser of one's own: sit(), sit(PHONE), sit(email="…") for one who has an account.

    `expected` is a pattern of what the browser may complain of.
    """
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def sit_down(
        viewport: dict[str, int] = WIDE, *, email: str | None = None, expected: str = "", **more: object
    ) -> Person:
        context = browser.new_context(viewport=viewport, **(STILL | more))
        contexts.append(context)
        person = Person(context.new_page(), site)
        people.append(person)

        def hear(text: str) -> None:
            if text != BLOCKED and (not expected or not re.search(expected, text)):
                person.complaints.append(text)

        person.page.on("console", lambda message: hear(message.text) if message.type in {"error", "warning"} else None)
        person.page.on("pageerror", lambda error: hear(str(error)))
        if email:
            person.log_in(email)
        else:
            person.email = f"person{next(_numbers)}@example.kz"
            person.sign_up(person.email)
        return person

    yield sit_down
    for context in contexts:
        context.close()
    assert [complaint for person in people for complaint in person.complaints] == []


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """A web server for the company's site."""
    pages: dict[str, tuple[str, str]] = {}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, policy = pages.get(self.path.partition("?")[0], ("", ""))
            self.send_response(200 if html else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Host(f"http://127.0.0.1:{server.server_port}", pages)
    server.shutdown()


@pytest.fixture
def shop(sit: Sit, site: str, site_app: Flask) -> Shop:
    email = f"shop{next(_numbers)}@example.kz"
    with site_app.app_context(), tenancy.all_companies():
        owner = users.sign_up(email, PASSWORD, "СтройДом")
        key = str(db.session.get_one(Company, owner.company_id).widget_key)
    return Shop(site, key, lambda: sit(email=email))


@pytest.fixture
def come(browser: Browser, host: Host, shop: Shop) -> Iterator[Come]:
    """A client comes to the site: come(), come(PHONE), come(policy=…); nothing on his console, ever."""
    visits: list[Visit] = []

    def visit(
        viewport: dict[str, int] = WIDE, *, code: str = "", policy: str = "", body: str = "", **more: object
    ) -> Visit:
        context = browser.new_context(viewport=viewport, **(STILL | more))
        made = Visit(context, context.new_page(), [])
        visits.append(made)
        made.page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.goto(host.put("/", code or shop.code, policy=policy.format(home=shop.site), body=body))
        return made

    yield visit
    for made in visits:
        made.context.close()
    assert [complaint for made in visits for complaint in made.complaints] == []
