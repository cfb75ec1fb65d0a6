"""The widget and the site around it: the site's policy, its buttons, a server that is down, a page of our own."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.hosting import DIALOGUE, THANKS, Come, Host, Shop

FORGED = (
    "null", "'x'", "{leadbot: 'say', text: 'взлом'}", "{type: '__proto__'}", "'x'.repeat(1e6)", "[]", "1",
    "{leadbot: 'close'}"
)  # fmt: skip
STRICT = "default-src 'self'; script-src {home}; frame-src {home}"


def test_a_site_with_a_strict_policy(come: Come) -> None:
    visit = come(policy=STRICT)
    button = visit.page.locator("#leadbot-launcher").bounding_box()
    assert button and button["width"] == 56 and button["x"] > 1300 and button["y"] > 800
    visit.open()
    visit.say("Хочу дом")


def test_a_site_that_is_not_listed_shows_nothing(come: Come, shop: Shop) -> None:
    page = shop.manager.page
    page.fill("[name=domains]", "stroykz.kz")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#toasts")).to_contain_text("Сохранено")
    visit = come()
    visit.page.click("#leadbot-launcher")
    expect(visit.page.locator("iframe")).to_have_count(0, timeout=8000)
    assert any("frame-ancestors" in text for text in visit.complaints)
    visit.complaints.clear()


def test_a_paused_key_says_so_quietly(come: Come, shop: Shop) -> None:
    shop.manager.page.get_by_role("button", name="Временно закрыть чат").click()
    visit = come()
    visit.page.click("#leadbot-launcher")
    expect(visit.chat.get_by_text("Чат сейчас не работает")).to_be_visible()
    visit.chat.get_by_role("button", name="Закрыть чат").click()
    expect(visit.page.locator("iframe")).to_be_hidden()
    visit.complaints[:] = [text for text in visit.complaints if "404" not in text]


def test_a_server_that_is_down_costs_the_client_a_moment(come: Come, shop: Shop, host: Host) -> None:
    visit = come()
    button = visit.page.locator("#leadbot-launcher")
    button.wait_for()
    visit.page.route(f"{shop.site}/**", lambda route: route.abort("connectionrefused"))
    errors: list[str] = []
    visit.page.on("pageerror", lambda error: errors.append(str(error)))
    button.click()
    expect(visit.page.locator("iframe")).to_have_count(0, timeout=8000)
    expect(button).to_be_visible()
    visit.page.unroute(f"{shop.site}/**")
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    expect(visit.field).to_be_visible(timeout=10_000)
    visit.page.route(f"{shop.site}/**", lambda route: route.abort("connectionrefused"))
    visit.page.goto(host.address + "/?again")
    assert visit.page.locator("#leadbot-launcher, iframe").count() == 0
    assert errors == []
    visit.complaints.clear()  # Chromium itself says that nobody answered


def test_twice_on_a_page_that_draws_itself_anew(come: Come, shop: Shop) -> None:
    visit = come(code=shop.code * 2)
    visit.page.wait_for_load_state("load")  # both have come
    expect(visit.page.locator("#leadbot-launcher")).to_have_count(1)
    visit.page.evaluate("document.body.innerHTML = '<main><h1>Другая страница</h1></main>'")
    expect(visit.page.locator("#leadbot-launcher")).to_be_visible()
    visit.page.evaluate("document.documentElement.replaceChild(document.createElement('body'), document.body)")
    visit.open()
    visit.say("Хочу дом")
    visit.page.evaluate("history.pushState({}, '', '/catalog')")
    visit.say("Алматы")


def test_the_sites_own_buttons_and_events(come: Come, shop: Shop) -> None:
    code = shop.code.replace(" async", ' data-hidden data-topic="kitchen"')
    visit = come(code=code)
    page = visit.page
    expect(page.locator("#leadbot-launcher")).to_be_hidden()
    page.evaluate(
        "window.heard = []; for (const e of ['open', 'close', 'message', 'lead']) leadbot.on(e, () => heard.push(e))"
    )
    page.evaluate("leadbot.open({message: 'Рассчитать кухню'})")
    expect(visit.field).to_have_value("Рассчитать кухню")
    visit.field.fill("")
    for text in DIALOGUE:
        visit.say(text)
    page.evaluate("leadbot.close()")
    expect(page.locator("iframe")).to_be_hidden()
    heard = page.evaluate("heard")
    assert heard[0] == "open" and heard[-1] == "close" and heard.count("lead") == 1 and heard.count("message") == 4
    shop.manager.go("/board")
    shop.manager.page.locator("[data-lead-id] h3 a").click()
    expect(shop.manager.page.locator("[data-touch=topic]")).to_have_text("kitchen")


def test_an_invitation_after_a_while(come: Come, shop: Shop) -> None:
    visit = come(code=shop.code.replace(" async", ' data-ru-bubble="Посчитать дом?" data-delay="0.3" async'))
    invitation = visit.page.get_by_role("button", name="Посчитать дом?")
    invitation.click()
    expect(visit.field).to_be_visible()
    expect(invitation).to_have_count(0)


def test_messages_from_elsewhere_are_ignored(come: Come) -> None:
    visit = come(body='<iframe id="foreign" srcdoc="<p>чужой</p>" sandbox="allow-scripts"></iframe>')
    page = visit.page
    page.click("#leadbot-launcher")
    chat = page.frame_locator("iframe:not(#foreign)")
    expect(chat.locator("[name=text]")).to_be_visible()
    foreign = next(frame for frame in page.frames if frame.parent_frame and frame.url == "about:srcdoc")
    for message in FORGED:
        foreign.evaluate(f"for (let i = 0; i < parent.length; i++) parent[i].postMessage({message}, '*')")
        foreign.evaluate(f"parent.postMessage({message}, '*')")
        page.evaluate(f"postMessage({message}, '*')")
    ours = next(frame for frame in page.frames if "/w/" in frame.url)
    for frame in (page, ours):  # what was sent before has been heard when this one is
        frame.evaluate("new Promise((heard) => { addEventListener('message', heard); postMessage('last', '*'); })")
    expect(chat.locator("[name=text]")).to_be_visible()
    expect(chat.locator("[name=text]")).to_have_value("")


def test_an_expired_token_is_renewed_without_a_word(come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    from itsdangerous import TimestampSigner

    visit = come()
    visit.open()
    visit.say("Хочу дом")
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + 3600)
    visit.say("Алматы")
    expect(visit.bubbles).to_have_count(5)
    visit.complaints[:] = [text for text in visit.complaints if "401" not in text]


def test_the_companys_own_page(come: Come, shop: Shop) -> None:
    link = shop.manager.page.locator("#page a").first.get_attribute("href")
    assert link
    visit = come()
    visit.page.goto(shop.site + re.sub(r"^https?://[^/]+", "", link))
    page = visit.page
    for text in DIALOGUE:
        answers = page.locator("[data-author=bot]")
        before = answers.count()
        page.fill("[name=text]", text)
        page.keyboard.press("Enter")
        answers.nth(before).wait_for()
    expect(page.locator(".bubble").last).to_have_text(THANKS)
    page.reload()
    expect(page.locator(".bubble").last).to_have_text(THANKS)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [each["id"] for each in found] == []
