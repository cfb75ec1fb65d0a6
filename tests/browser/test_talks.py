"""The test chat and the conversations in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from browser.conftest import OFFLINE, PHONE, Sit


def test_enter_sends_and_shift_enter_breaks_the_line(sit: Sit) -> None:
    page = sit().page
    field = page.locator("[name=text]")
    field.fill("Хочу дом")
    field.press("Shift+Enter")
    field.press_sequentially("в Алматы")
    field.press("Enter")
    expect(page.locator("[data-author=client]")).to_have_text("Хочу дом\nв Алматы")
    expect(page.locator("[data-author=bot]").last).to_have_text("Здравствуйте! У вас уже есть участок в Алматы?")
    expect(field).to_have_value("")
    expect(page.locator("#bot-knows")).to_contain_text("Алматы")


def test_ones_own_words_stand_there_at_once_with_a_typing_sign(sit: Sit) -> None:
    page = sit().page
    held: list[Route] = []
    page.route("**/chat", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.fill("[name=text]", "Хочу дом")
    page.keyboard.press("Enter")
    expect(page.locator("[data-author=client]")).to_have_text("Хочу дом")
    expect(page.locator(".typing")).to_be_visible()
    expect(page.locator(".typing[data-author]")).to_have_count(0)
    held[0].continue_()
    expect(page.locator("[data-author=bot]").last).to_have_text("В каком городе?")
    expect(page.locator(".typing")).to_have_count(0)
    expect(page.locator("[data-author=client]")).to_have_count(1)


def test_messages_sent_in_a_rush_are_answered_in_their_order(sit: Sit) -> None:
    page = sit().page
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        page.fill("[name=text]", text)
        page.keyboard.press("Enter")
    expect(page.locator("[data-author=bot]").last).to_contain_text("Спасибо, Канат!")
    expect(page.locator("[data-author=client]")).to_have_text(
        ["Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"]
    )
    expect(page.locator("#bot-knows")).to_contain_text("уже на доске")


def test_a_quick_reply_is_one_click(sit: Sit) -> None:
    page = sit().page
    page.get_by_role("button", name="Дом", exact=True).click()
    expect(page.locator("[data-author=client]")).to_have_text("Дом")
    page.get_by_role("button", name="Астана").click()
    expect(page.locator("#bot-knows [data-slot=city]")).to_contain_text("Астана")
    page.get_by_role("button", name="Начать заново").click()
    expect(page.locator("[data-author=client]")).to_have_count(0)
    expect(page.locator("[data-author=bot]")).to_have_count(1)


def test_what_could_not_be_sent_stays_in_the_field_and_is_not_doubled(sit: Sit) -> None:
    page = sit(expected=OFFLINE).page
    broken: list[str] = []

    def break_the_answer(route: Route) -> None:
        if route.request.method != "POST" or broken:
            route.continue_()
            return
        broken.append(route.fetch().text())  # it has arrived, but nobody hears of it
        route.abort()

    page.route("**/chat", break_the_answer)
    page.fill("[name=text]", "Хочу дом")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.danger")).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value("Хочу дом")
    page.keyboard.press("Enter")
    expect(page.locator("[data-author=bot]")).to_have_count(2)
    page.reload()
    expect(page.locator("[data-author=client]")).to_have_text(["Хочу дом"])


def test_a_manager_takes_over_and_both_sides_see_it(sit: Sit) -> None:
    client = sit()
    client.say("Хочу дом")
    manager = sit(email=client.email)
    manager.go("/conversations")
    manager.page.locator(".talk-list a").first.click()
    manager.page.get_by_role("button", name="Взять диалог").click()
    expect(client.page.locator(".bubble").last).to_contain_text("Теперь вам отвечает", timeout=10_000)
    manager.page.fill("[name=text]", "Добрый день, это Айгуль")
    manager.page.keyboard.press("Enter")
    expect(manager.page.locator("[data-author=manager]")).to_have_text("Добрый день, это Айгуль")
    expect(client.page.locator("[data-author=manager]")).to_have_text("Добрый день, это Айгуль", timeout=10_000)
    manager.page.fill("[name=text]", "недописано")
    client.page.fill("[name=text]", "Сколько стоит?")
    client.page.keyboard.press("Enter")
    expect(manager.page.locator("[data-author=client]").last).to_have_text("Сколько стоит?", timeout=10_000)
    expect(manager.page.locator("[name=text]")).to_have_value("недописано")
    manager.page.get_by_role("button", name="Вернуть боту").click()
    expect(client.page.locator(".bubble").last).to_contain_text("бот", timeout=10_000)


def test_a_proof_leads_to_the_clients_words(sit: Sit) -> None:
    person = sit()
    person.make_lead()
    person.go("/board")
    person.page.locator(".card h3 a").click()
    person.page.get_by_role("link", name="Площадь: слова клиента, 5").click()
    expect(person.page.locator("mark:target")).to_have_text("150 квадратов5")
    person.page.locator("#notes input[name=text]").fill("Хочет газоблок")
    person.page.keyboard.press("Enter")
    expect(person.page.locator(".note").last).to_contain_text("Хочет газоблок")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["wide", "phone"])
def test_without_javascript_the_whole_way_can_be_gone(sit: Sit, viewport: dict[str, int] | None) -> None:
    person = sit(**({"viewport": viewport} if viewport else {}), java_script_enabled=False)
    page = person.page
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        page.fill("[name=text]", text)
        page.locator("#composer button[type=submit]").click()
    expect(page.locator("[data-author=bot]").last).to_contain_text("Спасибо, Канат!")
    person.go("/board")
    page.locator(".card h3 a").click()
    page.locator("[name=status]").select_option("lost")
    page.locator("[name=reason]").select_option("expensive")
    page.get_by_role("button", name="Перенести").click()
    expect(page.locator("#history")).to_contain_text("Новая → Отказ (Дорого)")
    person.go("/board?stage=lost")
    expect(page.locator("[data-status=lost] [data-lead-id]")).to_contain_text("Канат")
