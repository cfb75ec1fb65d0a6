"""The chat is closed, or the client has left: what he is told on the button, on the next page, on another device; and
how rarely a page asks for it."""

from __future__ import annotations

import re
import time

import pytest
from itsdangerous import TimestampSigner
from playwright.sync_api import expect

from browser.conftest import PHONE
from browser.hosting import Come, Host, Shop, Visit, take

DAY = 24 * 3600


def test_an_answer_to_a_closed_chat_is_seen_here_and_on_the_next_page(come: Come, host: Host, shop: Shop) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    visit.page.wait_for_timeout(1200)
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("iframe")).to_be_hidden()
    take(shop.manager, "Здравствуйте, я Айгуль. Какой у вас участок?")
    button = visit.page.locator("#leadbot-launcher")
    expect(button).to_have_attribute("aria-label", "Чат, новых сообщений: 2", timeout=20_000)
    expect(visit.page.get_by_role("status")).to_contain_text("Какой у вас участок?")
    assert visit.page.title() == "(2) СтройКЗ"
    visit.page.goto(host.put("/about", shop.code))
    expect(visit.page.get_by_role("status")).to_contain_text("Какой у вас участок?", timeout=10_000)
    visit.page.get_by_role("button", name="Какой у вас участок?").click()
    expect(visit.chat.locator("[data-author=manager]")).to_be_visible()
    expect(button).to_have_attribute("aria-label", "Чат")
    assert visit.page.title() == "СтройКЗ"
    expect(shop.manager.page.locator("[data-presence]")).to_have_attribute("data-presence", "read", timeout=15_000)
    visit.page.goto("about:blank")
    expect(shop.manager.page.locator("[data-presence]")).to_have_attribute("data-presence", "left", timeout=15_000)


def test_both_sides_see_who_writes(come: Come, shop: Shop) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    take(shop.manager, "Здравствуйте")
    expect(visit.chat.locator("[data-author=manager]")).to_be_visible(timeout=10_000)
    visit.field.press_sequentially("Ал")
    expect(shop.manager.page.locator("[data-presence]")).to_have_attribute("data-presence", "typing", timeout=10_000)
    shop.manager.page.locator("#composer [name=text]").press_sequentially("Да")
    expect(visit.chat.locator(".typing")).to_be_visible(timeout=10_000)


def test_the_talk_goes_on_on_another_device(come: Come, shop: Shop) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    visit.chat.get_by_text("Продолжить позже").click()
    link = visit.chat.get_by_label("Ссылка на этот разговор")
    expect(link).to_have_value(re.compile(r"#talk=.+"))
    path = re.sub(r"^https?://[^/]+", "", link.input_value())
    other = come(PHONE)
    other.page.goto(shop.site + path)
    expect(other.page.locator("[data-author=client]")).to_have_text(["Хочу дом"])
    assert "talk=" not in other.page.url
    other.page.goto("about:blank")
    other.page.goto(shop.site + path.partition("#")[0] + "#talk=wrong")
    expect(other.page.locator("#trouble")).to_contain_text("Ссылка больше не действует")
    other.complaints[:] = [text for text in other.complaints if "401" not in text]


def asked_in_an_hour(visit: Visit, site: str) -> int:
    """The requests to us while an hour of the browser's clock goes by and nobody does anything."""
    count = []
    visit.page.on("request", lambda request: count.append(request.url) if request.url.startswith(site) else None)
    for _ in range(240):
        visit.page.clock.run_for(15_000)
        visit.page.wait_for_timeout(5)
    return len(count)


def test_an_idle_hour_costs_little_and_a_chat_nobody_wrote_in_nothing(come: Come, shop: Shop) -> None:
    visit = come()
    visit.page.clock.install()
    visit.page.reload()
    visit.page.locator("#leadbot-launcher").click()
    visit.page.clock.run_for(3000)
    expect(visit.field).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("iframe")).to_be_hidden()
    visit.page.clock.run_for(5000)
    assert asked_in_an_hour(visit, shop.site) == 0
    visit.page.locator("#leadbot-launcher").click()
    visit.field.fill("Хочу дом")
    visit.field.press("Enter")
    expect(visit.chat.locator("[data-author=bot]")).to_have_count(2)
    assert asked_in_an_hour(visit, shop.site) <= 40


def test_closing_the_chat_throws_a_recording_away(come: Come) -> None:
    visit = come()
    visit.open()
    record = visit.chat.locator("#record")
    record.click()
    expect(record).to_have_attribute("aria-pressed", "true")
    visit.page.evaluate("leadbot.close()")
    visit.page.wait_for_timeout(500)
    visit.page.evaluate("leadbot.open()")
    expect(record).to_have_attribute("aria-pressed", "false")
    expect(visit.chat.locator("[data-author=client]")).to_have_count(0)


def test_an_answer_to_a_client_who_left_is_seen_a_day_later(
    come: Come, host: Host, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    visit.page.wait_for_timeout(1200)
    visit.page.goto("about:blank")
    take(shop.manager, "Здравствуйте, я Айгуль. Какой у вас участок?")
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + DAY)
    visit.page.clock.install(time=time.time() + DAY)
    visit.page.goto(host.put("/prices", shop.code))
    expect(visit.page.get_by_role("status")).to_contain_text("Какой у вас участок?", timeout=10_000)
    visit.page.get_by_role("button", name="Какой у вас участок?").click()
    expect(visit.chat.locator("[data-author=manager]")).to_be_visible()
    visit.field.fill("8 соток")
    visit.field.press("Enter")
    expect(shop.manager.page.locator(".log")).to_contain_text("8 соток", timeout=15_000)
    visit.complaints[:] = [text for text in visit.complaints if "401" not in text]


def test_text_twice_as_large_fits_a_phone_of_320_pixels(come: Come) -> None:
    visit = come({"width": 320, "height": 568})
    visit.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '200%')"
    )
    visit.page.reload()
    visit.open()
    visit.say("Хочу дом в Алматы")
    frame = visit.page.frames[-1]
    wide = frame.evaluate(
        "[...document.querySelectorAll('body *')].filter((each) => each.checkVisibility()"
        " && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 80))"
    )
    assert wide == []
    assert visit.field.bounding_box()["height"] > 0
