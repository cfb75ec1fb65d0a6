"""P11: what a person feels, in a slow Chromium on a slow line. P9: how often an idle page asks in an hour."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from benchmarks import rounds
from benchmarks.house import Firm, House, filled
from benchmarks.servers import Server
from benchmarks.table import Row, not_run
from benchmarks.widget import widget_key

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_CHROMIUM = "neither chromium nor google-chrome is on the PATH"
# Frames of other sites stay in the same process, so that what slows the page slows them too.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-site-isolation-trials",
             "--disable-features=IsolateOrigins,site-per-process", "--no-first-run"]  # fmt: skip
SLOWER, RTT_MS, BITS_A_SECOND = 4, 150, 1_600_000
LEADS = 10_000
ANSWER_MS = 30
HOUR_SECONDS, STEP_SECONDS, POLLS_MOST = 3600, 10, 40
# In the page: when a card has been let go, and when it is first seen in the column it was dragged to.
WATCH_DRAG = """status => {
  const column = document.querySelector(`.column[data-status="${status}"]`);
  const before = column.querySelectorAll(".card").length;
  for (const name of ["mouseup", "drop"]) addEventListener(name, () => { window.letGo ??= performance.now(); }, true);
  new MutationObserver(() => {
    if (column.querySelectorAll(".card").length > before) window.seen ??= performance.now();
  }).observe(column, { childList: true, subtree: true });
}"""


def p11() -> Iterator[Row]:
    """The board, a drag, the test chat, the widget."""
    if CHROMIUM is None:
        yield not_run("P11", "what a person feels", NO_CHROMIUM)
        return
    house = filled()
    firm = house.firms[LEADS]
    with _browser() as browser, _site(house.server, firm) as site:
        boards = [_board(browser, house, firm) for _ in range(rounds.tries())]
        yield _felt("board usable, cold", [cold for cold, _ in boards], 2.5)
        yield _felt("board usable, warm", [warm for _, warm in boards], 1.0)
        drags = [_drag(browser, house, firm) for _ in range(rounds.tries())]
        yield _felt("a dragged card is in its new column", [shown for shown, _ in drags], 0.1)
        yield _felt("  and stored", [stored for _, stored in drags], 0.6)
        yield _felt("test chat: a message is answered", _answers(browser, house, firm), 0.5)
        yield _felt("widget: from tap to typing", [_tap(browser, site) for _ in range(rounds.tries())], 1.5)


def idle() -> Iterator[Row]:
    """An hour of the browser's clock beside a widget that was closed, and beside one in a hidden page."""
    if CHROMIUM is None:
        yield not_run("P9", "polls of an idle hour", NO_CHROMIUM)
        return
    house = filled()
    firm = house.firms[LEADS]
    with _browser() as browser, _site(house.server, firm) as site:
        closed, hidden = _polls(browser, site, is_hidden=False), _polls(browser, site, is_hidden=True)
    yield Row("P9", "polls in an idle hour, widget closed", str(closed), goal=f"<= {POLLS_MOST}",
              is_met=closed <= POLLS_MOST)  # fmt: skip
    yield Row("P9", "polls in an idle hour, page hidden", str(hidden), goal="none", is_met=not hidden)


def _felt(what: str, seconds: list[float], most: float) -> Row:
    middle = median(seconds)
    return Row("P11", what, f"{middle:.2f} s", f"{min(seconds):.2f} - {max(seconds):.2f} s", goal=f"<= {most:g} s",
               is_met=middle <= most)  # fmt: skip


def _board(browser: Browser, house: House, firm: Firm) -> tuple[float, float]:
    """Seconds until the board can be used: with nothing kept from before, and again with what was kept."""
    with _slow(browser) as page:
        _log_in(page.context, house, firm)

        def open_() -> None:
            page.goto(_url(house.server, "/board"), wait_until="load")  # deferred scripts have run
            page.locator(".card").first.wait_for()

        return _took(open_), _took(open_)


def _drag(browser: Browser, house: House, firm: Firm) -> tuple[float, float]:
    """Seconds from letting a card go until it is seen in its column, and until the server has answered."""
    with _slow(browser) as page:
        _log_in(page.context, house, firm)
        page.goto(_url(house.server, "/board"), wait_until="load")
        start = page.locator("[data-status=new] .card").first.bounding_box()
        end = page.locator(".column[data-status=in_progress]").bounding_box()
        assert start and end
        page.evaluate(WATCH_DRAG, "in_progress")
        page.mouse.move(start["x"] + 40, start["y"] + 20)
        page.mouse.down()
        page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 80, steps=8)
        with page.expect_response(lambda answer: answer.url.endswith("/move")) as answer:
            let_go = time.monotonic()
            page.mouse.up()
        assert answer.value.ok, answer.value.status
        stored = time.monotonic() - let_go
        page.wait_for_function("window.seen")
        shown: float = page.evaluate("(window.seen - window.letGo) / 1000")
        return max(0.0, shown), stored  # below nothing: it lay there while it was still held


def _answers(browser: Browser, house: House, firm: Firm) -> list[float]:
    """Seconds from sending a message in the test chat until the bot's words stand there."""
    with _slow(browser) as page:
        _log_in(page.context, house, firm)
        page.goto(_url(house.server, "/chat"), wait_until="load")
        said, took = page.locator("[data-author=bot]"), []
        for number in range(rounds.tries()):
            before = said.count()
            page.fill("[name=text]", f"Хочу дом, {100 + number} квадратов")

            def send(number: int = before) -> None:
                page.press("[name=text]", "Enter")
                said.nth(number).wait_for()

            took.append(_took(send))
        return took


def _tap(browser: Browser, site: str) -> float:
    """Seconds from the tap on a site's button until a client can type."""
    with _slow(browser) as page:
        page.goto(site, wait_until="load")
        page.wait_for_selector("#leadbot-launcher")

        def tap() -> None:
            page.click("#leadbot-launcher")
            page.frame_locator("iframe").locator("[name=text]").click()  # waits until it takes a click

        return _took(tap)


def _polls(browser: Browser, site: str, *, is_hidden: bool) -> int:
    """How often the widget asks in an hour after a client has written and closed it, or hidden the page."""
    context = browser.new_context(locale="ru-RU")
    page, polls = context.new_page(), list[Request]()
    page.clock.install()
    page.goto(site)
    page.click("#leadbot-launcher")
    chat = page.frame_locator("iframe")
    chat.locator("[name=text]").fill("Здравствуйте")
    chat.locator("[name=text]").press("Enter")
    chat.locator("[data-author=bot]").nth(1).wait_for()
    if is_hidden:
        for frame in page.frames:
            frame.evaluate("""() => {
              Object.defineProperty(document, "hidden", { get: () => true });
              Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
              document.dispatchEvent(new Event("visibilitychange"));
            }""")
    else:
        chat.locator("#close").click()
    page.on("request", lambda one: polls.append(one) if "/lines" in one.url else None)
    for _ in range(HOUR_SECONDS // STEP_SECONDS):
        page.clock.run_for(1000 * STEP_SECONDS)
        page.wait_for_timeout(ANSWER_MS)  # what was asked is answered: the next pause begins
    context.close()
    return len(polls)


def _took(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _slow(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has kept nothing, on a slow machine and a slow line."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    bytes_a_second = BITS_A_SECOND / 8
    line = {
        "offline": False,
        "latency": RTT_MS,
        "downloadThroughput": bytes_a_second,
        "uploadThroughput": bytes_a_second,
    }
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", line)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def _log_in(context: BrowserContext, house: House, firm: Firm) -> None:
    name, _, value = firm.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": _url(house.server, "/")}])


def _url(server: Server, path: str) -> str:
    return f"http://localhost:{server.port}{path}"


@contextmanager
def _site(server: Server, firm: Firm) -> Iterator[str]:
    """A company's site with our widget on it: another host, as in life."""
    line = f'<script src="{_url(server, "/widget.js")}" data-bot="{widget_key(server, firm.token)}" async></script>'
    page = f'<!doctype html><meta charset="utf-8"><title>Site</title><h1>Site</h1>{line}'.encode()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()
