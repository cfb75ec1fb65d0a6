"""The line is cut at each step of opening, writing and sending files: nothing is lost, doubled or hidden for good."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import PHONE
from browser.cutting import Line
from browser.hosting import Come, Shop, Visit

ANYTHING = "."
TYPED = ["Хочу дом", "Алматы", "150 квадратов"]


@pytest.fixture
def line(shop: Shop) -> Iterator[Line]:
    made = Line(shop.manager.site)
    yield made
    made.close()


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


@pytest.mark.parametrize("step", [r"GET /w/[\w-]+\?", r"look\.css", r"frame\.js", ANYTHING])
def test_cut_while_opening_the_button_is_back_and_opens_by_itself(
    come: Come, shop: Shop, line: Line, step: str
) -> None:
    visit = come_by(come, shop, line)
    line.cut = step
    visit.page.click("#leadbot-launcher")
    if "look" not in step:  # without its look the chat is plain, and works
        expect(visit.page.locator("iframe")).to_have_count(0, timeout=15_000)
        expect(visit.page.locator("#leadbot-launcher")).to_be_visible()
        line.cut = ""
        is_online_again(visit.page)
    expect(visit.field).to_be_visible(timeout=15_000)
    visit.say("Хочу дом")
    visit.complaints.clear()  # Chromium's own, of what it could not load


@pytest.mark.parametrize("way", ["cut", "late"])
@pytest.mark.parametrize("step", ["messages", "token", "call", "lines", "open", "site.js", "seen"])
def test_cut_while_writing(come: Come, shop: Shop, line: Line, step: str, way: str) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    visit.say("Хочу дом")
    setattr(line, way, step)
    line.times = 3
    visit.field.fill("Алматы")
    visit.field.press("Enter")
    visit.field.fill("150 квадратов")
    visit.field.press("Enter")
    expect(visit.chat.locator("[data-author=client]:not(.unsent)")).to_have_count(3, timeout=40_000)
    expect(visit.chat.locator(".unsent")).to_have_count(0)
    assert visit.chat.locator("[data-author=client]").all_inner_texts() == TYPED
    visit.page.reload()
    visit.open()
    expect(visit.chat.locator("[data-author=client]")).to_have_text(TYPED, timeout=30_000)
    visit.complaints.clear()


@pytest.mark.parametrize("way", ["cut", "late"])
def test_cut_while_a_photo_is_sent(come: Come, shop: Shop, line: Line, way: str) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    setattr(line, way, "messages")
    line.times = 2
    file = {"name": "дом.jpg", "mimeType": "image/jpeg", "buffer": photo(1)}
    visit.chat.locator("[name=file]").set_input_files(file)
    expect(visit.chat.locator("[data-author=client]:not(.unsent) img")).to_be_visible(timeout=40_000)
    visit.page.reload()
    visit.open()
    expect(visit.chat.locator("[data-author=client]")).to_have_count(1)
    expect(visit.chat.locator("[data-author=client] img")).to_be_visible()
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
    visit.page.wait_for_timeout(2500)
    visit.page.reload()
    line.cut = ""
    visit.open()
    expect(visit.chat.locator("[data-author=client]:not(.unsent)")).to_have_count(2, timeout=15_000)
    expect(visit.chat.locator("[data-author=client] img")).to_be_visible()
    visit.complaints.clear()


def test_a_photo_that_was_called_off_is_not_sent(come: Come, shop: Shop, line: Line) -> None:
    visit = come_by(come, shop, line)
    visit.open()
    line.bytes_a_second = 20_000
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
    visit.page.wait_for_timeout(8000)
    line.cut, line.asked[:] = "", []
    expect(visit.chat.locator(".unsent")).to_have_count(0, timeout=15_000)
    assert "messages" in line.asked[0][1]
    visit.complaints.clear()
