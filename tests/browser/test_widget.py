"""The talk in the widget, on a site of another origin."""

from __future__ import annotations

from typing import cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from browser.conftest import PHONE, WIDE
from browser.hosting import DIALOGUE, NARROW, THANKS, Come, Host, Shop, Visit, take

# What has the focus: the button, or the frame, which has no id.
FOCUS = "document.activeElement.shadowRoot.activeElement.id"

LOOKS = [
    (WIDE, "light", "ru"), (WIDE, "dark", "en"), (PHONE, "dark", "kk"), (PHONE, "light", "ru"),
    (NARROW, "light", "kk"), (NARROW, "dark", "en"), (NARROW, "light", "ru"),
]  # fmt: skip


def counted(page: Page, site: str) -> list[str]:
    """The requests to Leadbot from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith(site) else None)
    return asked


def test_the_dialogue_on_another_origin_becomes_a_card(come: Come, shop: Shop) -> None:
    visit = come()
    asked = counted(visit.page, shop.site)
    visit.page.reload()
    visit.page.locator("#leadbot-launcher").wait_for()
    assert len(asked) == 1 and visit.page.locator("iframe").count() == 0
    visit.open()
    assert len(asked) <= 4, asked
    assert visit.page.locator("iframe").get_attribute("title")
    for text in DIALOGUE:
        visit.say(text)
    expect(visit.bubbles.last).to_have_text(THANKS)
    assert visit.context.cookies() == []
    shop.manager.go("/board")
    expect(shop.manager.page.locator("[data-status=new] [data-lead-id]")).to_contain_text("Канат")


def test_the_talk_survives_a_reload_another_page_and_a_second_tab(come: Come, host: Host, shop: Shop) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    visit.page.goto(host.put("/about", shop.code))
    visit.open()
    expect(visit.bubbles).to_have_count(3)
    second = Visit(visit.context, visit.context.new_page(), visit.complaints)
    second.page.goto(host.address + "/")
    second.open()
    expect(second.bubbles).to_have_count(3)
    second.say("Алматы")
    expect(visit.bubbles).to_have_count(5, timeout=10_000)
    visit.say("150 квадратов")
    expect(second.bubbles).to_have_count(7, timeout=10_000)


def test_a_line_cut_in_mid_message_doubles_and_loses_nothing(come: Come) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")

    def cut_the_answer(route: Route) -> None:
        route.fetch()  # the server has it, the browser never hears of it
        route.abort()

    visit.page.route("**/messages*", cut_the_answer, times=1)
    visit.field.fill("Алматы")
    visit.field.press("Enter")
    expect(visit.chat.locator(".meta.unsent")).to_have_text("Отправим, когда появится связь")
    visit.context.set_offline(True)
    visit.field.fill("150 квадратов")
    visit.field.press("Enter")
    expect(visit.chat.locator(".bubble.unsent")).to_have_count(2)
    visit.context.set_offline(False)
    expect(visit.bubbles).to_have_count(7, timeout=15000)
    assert visit.chat.locator("[data-author=client]").all_inner_texts() == ["Хочу дом", "Алматы", "150 квадратов"]
    expect(visit.chat.locator(".unsent")).to_have_count(0)
    visit.complaints[:] = [text for text in visit.complaints if "ERR_" not in text]


def test_what_was_typed_offline_is_sent_after_a_reload(come: Come) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    visit.page.route("**/messages*", lambda route: route.abort())
    visit.field.fill("Алматы")
    visit.field.press("Enter")
    expect(visit.chat.locator(".meta.unsent")).to_be_visible()
    visit.page.unroute("**/messages*")
    visit.page.reload()
    visit.open()
    expect(visit.bubbles).to_have_count(5)
    assert visit.chat.locator("[data-author=client]").all_inner_texts() == ["Хочу дом", "Алматы"]
    visit.complaints[:] = [text for text in visit.complaints if "ERR_" not in text]


def test_a_manager_takes_over_in_another_browser(come: Come, shop: Shop) -> None:
    visit = come()
    visit.open()
    visit.say("Хочу дом")
    manager = shop.manager
    manager.go("/conversations")
    manager.page.locator(".talk-list a").first.click()
    manager.page.get_by_role("button", name="Взять диалог").click()
    expect(visit.bubbles.last).to_contain_text("Теперь вам отвечает", timeout=10_000)
    expect(visit.chat.locator("#who")).to_contain_text("Вам отвечает")
    manager.page.locator("#composer [name=text]").fill("Здравствуйте, я Айгуль")
    manager.page.keyboard.press("Enter")
    expect(visit.chat.locator("[data-author=manager]")).to_have_text("Здравствуйте, я Айгуль", timeout=10_000)
    visit.field.fill("Добрый день")
    visit.field.press("Enter")
    expect(manager.page.locator("#log [data-author=client]").last).to_have_text("Добрый день")
    expect(visit.chat.locator(".typing")).to_have_count(0)


def test_everything_can_be_done_with_the_keyboard(come: Come) -> None:
    visit = come()
    page = visit.page
    page.locator("#leadbot-launcher").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "leadbot-launcher"
    page.keyboard.press("Enter")
    expect(visit.field).to_be_focused()
    page.keyboard.type("Хочу дом")
    page.keyboard.press("Enter")
    expect(visit.bubbles).to_have_count(3)
    for _ in range(25):  # round and round: the tabulator stays in the chat
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) == ""
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    assert page.evaluate(FOCUS) == "leadbot-launcher"


def test_chips_and_the_call_for_a_manager(come: Come) -> None:
    visit = come()
    visit.open()
    visit.chat.get_by_role("button", name="Квартира").click()
    expect(visit.chat.locator("[data-author=client]")).to_have_text(["Квартира"])
    expect(visit.bubbles).to_have_count(3)
    visit.chat.get_by_role("button", name="Позвать менеджера").click()
    expect(visit.bubbles.last).to_have_text("Зову менеджера. Ответ придёт в этот чат.")


def test_a_photo_is_sent_and_seen_again(come: Come) -> None:
    visit = come()
    visit.open()
    png = visit.page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
    visit.chat.locator("[name=file]").set_input_files({"name": "план.png", "mimeType": "image/png", "buffer": png})
    expect(visit.bubbles.last).to_contain_text("Файл сохранён")
    visit.page.reload()
    visit.open()
    expect(visit.chat.locator("[data-author=client] img")).to_be_visible()
    visit.chat.locator("[name=file]").set_input_files(
        {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    expect(visit.chat.locator(".meta.failed")).to_contain_text("Такой файл не подойдёт")
    visit.complaints[:] = [text for text in visit.complaints if "415" not in text]


def faults(page: Page) -> list[str]:
    """What axe finds in the page and in its frames, and what is wider than the screen."""
    found = []
    for frame in page.frames:
        if frame.is_detached() or frame.url == "about:blank":
            continue
        axe = Axe().run(cast(Page, frame), options={"resultTypes": ["violations"]}).response["violations"]
        found += [f"{each['id']} {each['nodes'][0]['html'][:200]}" for each in axe]
        found += ["wider"] * frame.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found


def test_nothing_stands_in_anybodys_way(come: Come, shop: Shop) -> None:
    wrong = {}
    for viewport, theme, language in LOOKS:
        code = shop.code.replace(" async", f' data-lang="{language}" async')
        visit = come(viewport, code=code, color_scheme=theme)
        visit.open()
        visit.say("Хочу дом")
        wrong[viewport["width"], theme, language] = faults(visit.page)
    assert not any(wrong.values()), wrong


def test_nor_in_any_state_of_the_chat(come: Come, shop: Shop) -> None:
    wrong = {}
    visit = come(code=shop.code.replace(" async", ' data-ru-bubble="Посчитать дом?" data-delay="0.1" async'))

    def check(state: str) -> None:
        for scheme, forced in (("light", "none"), ("dark", "none"), ("light", "active")):
            visit.page.emulate_media(color_scheme=scheme, forced_colors=forced)
            wrong[state, scheme, forced] = faults(visit.page)

    visit.page.get_by_role("status").wait_for()
    check("invited")
    visit.open()
    check("empty")
    visit.say("Хочу дом")
    visit.chat.get_by_text("Продолжить позже").click()
    visit.chat.get_by_text("Персональные данные").click()
    check("link and consent")
    visit.page.route("**/messages*", lambda route: route.abort())
    visit.field.fill("Алматы")
    visit.field.press("Enter")
    expect(visit.chat.locator(".meta.unsent")).to_be_visible()
    check("unsent")
    visit.page.unroute("**/messages*")
    svg = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    visit.chat.locator("[name=file]").set_input_files(svg)
    expect(visit.chat.locator(".meta.failed")).to_be_visible()
    record = visit.chat.locator("#record")
    record.click()
    expect(record).to_have_attribute("aria-pressed", "true")
    check("refused, recording")
    visit.page.keyboard.press("Escape")
    take(shop.manager, "Здравствуйте, я Айгуль")
    expect(visit.chat.locator("[data-author=manager]")).to_be_visible(timeout=20_000)
    check("a manager")
    visit.page.keyboard.press("Escape")
    shop.manager.page.locator("#composer [name=text]").fill("Какой участок?")
    shop.manager.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("status")).to_contain_text("Какой участок?", timeout=20_000)
    check("closed, an answer")
    assert not any(wrong.values()), wrong
    visit.complaints.clear()  # Chromium's own, of what was refused


def test_the_keyboard_of_a_phone_hides_nothing(come: Come) -> None:
    visit = come(NARROW)
    visit.open()
    for text in DIALOGUE[:3]:
        visit.say(text)
    visit.page.set_viewport_size({"width": 320, "height": 270})
    for seen in (visit.field, visit.chat.get_by_role("button", name="Отправить"), visit.bubbles.last):
        expect(seen).to_be_in_viewport(ratio=0.9)
    box = visit.page.locator("iframe").bounding_box()
    assert box and (box["width"], round(box["height"])) == (320, 270)
