"""The line is cut at each step of opening, writing and sending files: nothing is lost, doubled or hidden for good."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import PHONE
from browser.cutting import Line
from browser.hosting import Come, Shop, Visit

ANYTHING = "."
TYPED = ["Хочу дом", "Алматы", "150 квадратов"]


@pytest.fixture
def lines(shop: Shop) -> Iterator[Callable[[], Line]]:
    """A line of one's own, as often as it is asked for."""
    made: list[Line] = []

    def another() -> Line:
        made.append(Line(shop.site))
        return made[-1]

    yield another
    for each in made:
        each.close()


@pytest.fixture
def line(lines: Callable[[], Line]) -> Line:
    return lines()


def come_by(come: Come, shop: Shop, line: Line, **more: object) -> Visit:
    visit = come(code=f'<script src="{line.address}/widget.js?bot={shop.key}" async></script>', **more)
    visit.page.locator("#leadbot-launcher").wait_for()
    return visit


def is_online_again(page: Page) -> None:
    """The browser says so itself when the line of the phone comes back; here it never went."""
    page.evaluate("dispatchEvent(new Event('online'))")


def photo(megabytes: float) -> bytes:
    """A photo of a phone: grain, and where it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Phone", "X100"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (43.0, 15.0, 1.0)
    drawn = io.BytesIO()
    Image.effect_noise((4000, 3000), 30).convert("RGB").save(drawn, "JPEG", quality=60, exif=exif)
    return drawn.getvalue() + b"\0" * max(0, int(megabytes * 1_000_000) - drawn.tell())


def test_cut_while_opening_the_button_is_back_and_opens_by_itself(
    come: Come, shop: Shop, lines: Callable[[], Line]
) -> None:
    cut = {step: lines() for step in (r"GET /w/[\w-]+\?", r"look\.css", r"frame\.js", ANYTHING)}
    visits = {step: come_by(come, shop, line) for step, line in cut.items()}
    for step, visit in visits.items():
        cut[step].cut = step
        visit.page.click("#leadbot-launcher")
    for step, visit in visits.items():
        if "look" not in step:  # without its look the chat is plain, and works
            expect(visit.page.locator("iframe")).to_have_count(0, timeout=15_000)
            expect(visit.page.locator("#leadbot-launcher")).to_be_visible()
            cut[step].cut = ""
            is_online_again(visit.page)
        expect(visit.field).to_be_visible(timeout=15_000)
        visit.say("Хочу дом")
    for visit in visits.values():
        visit.page.close()
        visit.complaints.clear()  # Chromium's own, of what it could not load


def test_cut_while_writing(come: Come, shop: Shop, lines: Callable[[], Line]) -> None:
    cuts = [*itertools.product(("messages", "token", "call", "lines", "open", "site.js", "seen"), ("cut", "late"))]
    visits = []
    for step, way in cuts:
        line = lines()
        visit = come_by(come, shop, line)
        visits.append(visit)
        visit.open()
        visit.say("Хочу дом")
        line.times = 3
        setattr(line, way, step)
        for text in TYPED[1:]:
            visit.field.fill(text)
            visit.field.press("Enter")
    wrong = []
    for cut, visit in zip(cuts, visits, strict=True):
        try:
            own = visit.chat.locator("[data-author=client]")
            expect(visit.chat.locator("[data-author=client]:not(.unsent)")).to_have_count(3, timeout=40_000)
            expect(visit.chat.locator(".unsent")).to_have_count(0)
            assert own.all_inner_texts() == TYPED
            visit.page.reload()
            visit.open()
            expect(own).to_have_text(TYPED, timeout=30_000)
        except AssertionError as error:
            wrong.append(f"{cut}: {error}")
    for visit in visits:
        visit.page.close()
        visit.complaints.clear()
    assert not wrong, "\n".join(wrong)


def test_cut_while_a_photo_is_sent(come: Come, shop: Shop, lines: Callable[[], Line]) -> None:
    visits = []
    file = {"name": "дом.jpg", "mimeType": "image/jpeg", "buffer": photo(1)}
    for way in ("cut", "late"):
        line = lines()
        visit = come_by(come, shop, line)
        visits.append(visit)
        visit.open()
        line.times = 2
        setattr(line, way, "messages")
        visit.chat.locator("[name=file]").set_input_files(file)
    for visit in visits:
        expect(visit.chat.locator("[data-author=client]:not(.unsent) img")).to_be_visible(timeout=40_000)
        visit.page.reload()
        visit.open()
        expect(visit.chat.locator("[data-author=client]")).to_have_count(1)
        expect(visit.chat.locator("[data-author=client] img")).to_be_visible()
    for visit in visits:
        visit.page.close()
        visit.complaints.clear()


def test_words_overtake_a_photo_on_a_slow_line(come: Come, shop: Shop, line: Line) -> None:
    visit = come_by(come, shop, line, viewport=PHONE)
    visit.open()
    line.bytes_a_second = 50_000
    file = {"name": "дом.jpg", "mimeType": "image/jpeg", "buffer": photo(2.75)}
    visit.chat.locator("[name=file]").set_input_files(file)
    expect(visit.chat.locator(".meta.unsent")).to_be_visible(timeout=20_000)
    visit.field.fill("Канат, 87768776637")
    visit.field.press("Enter")
    began = time.monotonic()
    expect(visit.chat.locator("[data-author=client][data-seq='1']")).to_have_text("Канат, 87768776637")
    assert time.monotonic() - began < 3
    expect(visit.chat.locator("[data-author=client]:not(.unsent)")).to_have_count(2, timeout=30_000)
    sent = sum(count for request, count in line.up_bytes.items() if "messages" in request)
    assert sent <= 400_000, sent
    posts = [request for _, request in line.asked if "messages" in request]
    assert len(posts) == 2


def test_a_photo_and_words_survive_a_reload(come: Come, shop: Shop, line: Line) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    line.cut = "messages"
    png = visit.page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
    visit.chat.locator("[name=file]").set_input_files({"name": "план.png", "mimeType": "image/png", "buffer": png})
    visit.field.fill("Вот план")
    visit.field.press("Enter")
    expect(visit.chat.locator(".meta.unsent")).to_have_count(2)
    visit.page.wait_for_timeout(2500)  # the browser's database, or the site's script that may still be coming, has it
    visit.page.reload()
    line.cut = ""
    visit.open()
    expect(visit.chat.locator("[data-author=client]:not(.unsent)")).to_have_count(2, timeout=15_000)
    expect(visit.chat.locator("[data-author=client] img")).to_be_visible()
    visit.complaints.clear()


def test_a_photo_that_was_called_off_is_not_sent(come: Come, shop: Shop, line: Line) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    line.bytes_a_second = 4_000
    file = {"name": "дом.jpg", "mimeType": "image/jpeg", "buffer": photo(1)}
    visit.chat.locator("[name=file]").set_input_files(file)
    visit.chat.get_by_role("button", name="Отмена").click(timeout=20_000)
    expect(visit.chat.locator("[data-author=client]")).to_have_count(0)
    line.bytes_a_second = 0
    visit.say("Хочу дом")
    expect(visit.chat.locator("[data-author=client]")).to_have_text(["Хочу дом"])
    visit.complaints.clear()


def test_after_an_outage_what_waits_goes_with_the_first_word_that_gets_through(
    come: Come, shop: Shop, line: Line
) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    visit.say("Хочу дом")
    line.cut = ANYTHING
    visit.field.fill("Алматы")
    visit.field.press("Enter")
    expect(visit.chat.locator(".meta.unsent")).to_be_visible()
    line.asked.clear()
    while len(line.asked) < 2:  # twice in vain
        visit.page.wait_for_timeout(50)
    line.cut, line.asked[:] = "", []
    expect(visit.chat.locator(".unsent")).to_have_count(0, timeout=15_000)
    assert "messages" in line.asked[0][1]
    visit.complaints.clear()
