"""The board in a real browser: from the test chat to a card, and the card from stage to stage."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from making import put_leads
from playwright.sync_api import Locator, Page, expect

from browser.conftest import OFFLINE, PHONE, WIDE, Person, Sit
from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.models import LeadStatus


def card(page: Page, stage: str) -> Locator:
    """The cards of a column."""
    return page.locator(f"[data-status={stage}] [data-lead-id]")


def drag(page: Page, what: Locator, to: Locator) -> None:
    """As a hand does it: press, go there in some steps, let go."""
    start, end = what.bounding_box(), to.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 80, steps=8)
    page.mouse.up()


@pytest.fixture
def aigul(sit: Sit) -> Person:
    """A person with one lead on her board, looking at it."""
    person = sit()
    person.make_lead()
    person.go("/board")
    return person


def test_a_talk_becomes_a_card_that_is_dragged_and_stays(sit: Sit) -> None:
    person = sit()
    page = person.page
    person.make_lead()
    expect(page.locator(".bubble").last).to_have_text(
        "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."
    )
    person.go("/board")
    expect(card(page, "new")).to_contain_text("Канат")
    drag(page, card(page, "new"), page.locator(".column[data-status=in_progress]"))
    expect(card(page, "in_progress")).to_contain_text("Канат")
    expect(page.locator("#toasts")).to_contain_text("Перенесено: «Взяли в работу»")
    expect(page.locator(".column[data-status=in_progress] .count")).to_have_text("1")
    page.reload()
    expect(card(page, "in_progress")).to_contain_text("Канат")
    expect(card(page, "new")).to_have_count(0)


def test_a_drag_in_one_jump_counts_too(aigul: Person) -> None:
    page = aigul.page
    card(page, "new").drag_to(page.locator(".column[data-status=estimate]"))
    expect(card(page, "estimate")).to_contain_text("Канат")
    expect(page).to_have_url(re.compile("/board$"))


def test_a_card_moves_by_keyboard_and_keeps_the_focus(aigul: Person) -> None:
    page = aigul.page
    page.locator(".card h3 a").focus()
    page.keyboard.press("BracketRight")
    page.keyboard.press("BracketRight")
    expect(card(page, "measurement")).to_contain_text("Канат")
    expect(page.locator("#toasts")).to_contain_text("Перенесено: «Замер назначен»")
    expect(page.locator(".card h3 a")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(card(page, "in_progress")).to_contain_text("Канат")
    page.reload()
    expect(card(page, "in_progress")).to_contain_text("Канат")


def test_the_menu_moves_a_card_and_undo_brings_it_back(aigul: Person) -> None:
    page = aigul.page
    page.locator("#card-menu").wait_for(state="attached")
    page.locator(".card [data-opens]").click()
    page.locator("#card-menu").get_by_role("button", name="Смета отправлена").click()
    expect(card(page, "estimate")).to_contain_text("Канат")
    page.locator(".toast").get_by_role("button", name="Вернуть").click()
    expect(card(page, "new")).to_contain_text("Канат")
    expect(page.locator("#toasts")).to_contain_text("Возвращено")


def test_a_lost_card_needs_a_reason_and_cancelling_puts_it_back(aigul: Person) -> None:
    page = aigul.page
    zone, dialog = page.locator(".zone[data-status=lost]"), page.locator("#lost-dialog")
    drag(page, card(page, "new"), zone)
    dialog.get_by_role("button", name="Отмена").click()
    expect(card(page, "new")).to_be_visible()
    expect(page.locator(".zone[data-status=lost] .count")).to_have_text("0")
    drag(page, card(page, "new"), zone)
    dialog.get_by_label("Дорого").check()
    dialog.get_by_role("button", name="Отметить отказ").click()
    expect(page.locator(".zone[data-status=lost] .count")).to_have_text("1")
    expect(card(page, "new")).to_have_count(0)
    zone.click()
    expect(card(page, "lost")).to_contain_text("Канат")


def test_the_loser_of_a_race_sees_the_fresh_card_and_a_notice(aigul: Person, sit: Sit) -> None:
    other = sit(email=aigul.email, expected=f"409|{OFFLINE}")
    other.page.route("**/board/live*", lambda route: route.abort())  # has not heard yet
    aigul.page.locator(".card h3 a").focus()
    aigul.page.keyboard.press("BracketRight")
    expect(card(aigul.page, "in_progress")).to_be_visible()
    drag(other.page, card(other.page, "new"), other.page.locator(".column[data-status=estimate]"))
    expect(card(other.page, "in_progress")).to_contain_text("Канат")
    expect(card(other.page, "estimate")).to_have_count(0)
    expect(other.page.locator(".toast.danger")).to_contain_text("Карточку уже перенесли")


def test_a_move_shows_in_the_other_browser_within_three_seconds(aigul: Person, sit: Sit) -> None:
    other = sit(email=aigul.email)
    expect(card(other.page, "new")).to_be_visible()
    aigul.page.locator(".card h3 a").focus()
    aigul.page.keyboard.press("BracketRight")
    expect(card(other.page, "in_progress")).to_contain_text("Канат", timeout=10_000)
    expect(card(other.page, "new")).to_have_count(0)


def test_without_a_network_the_card_goes_back(sit: Sit) -> None:
    person = sit(expected=OFFLINE)
    page = person.page
    person.make_lead()
    person.go("/board")
    page.context.set_offline(True)
    page.locator(".card h3 a").focus()
    page.keyboard.press("BracketRight")
    expect(page.locator(".toast.danger")).to_contain_text("Нет связи: карточка вернулась на место")
    expect(card(page, "new")).to_be_visible()
    expect(page.locator(".live")).to_contain_text("Нет связи, показано на", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator(".live")).to_have_text("Онлайн", timeout=10_000)
    page.locator(".toast.danger").get_by_role("button", name="Повторить").click()
    expect(card(page, "in_progress")).to_contain_text("Канат")
    expect(page.locator("#toasts")).to_contain_text("Перенесено: «Взяли в работу»")


@pytest.mark.parametrize(("language", "stage"), [("ru", "Взяли в работу"), ("kk", "Жұмыста")])
def test_on_a_phone_a_card_moves_by_its_menu(sit: Sit, language: str, stage: str) -> None:
    person = sit(PHONE, has_touch=True, is_mobile=True)
    page = person.page
    person.make_lead()
    person.reads(language)
    person.go("/board")
    expect(page.locator(".column:visible")).to_have_count(1)
    page.locator("#card-menu").wait_for(state="attached")
    page.locator(".card [data-opens]").tap()
    page.locator("#card-menu").get_by_role("button", name=stage).tap()
    expect(page.locator("[data-tab=in_progress] .count")).to_have_text("1")
    page.locator("[data-tab=in_progress]").tap()
    expect(card(page, "in_progress")).to_contain_text("Канат")
    expect(card(page, "in_progress")).to_be_visible()
    for button in ("[data-cancel]", "[type=submit]"):
        page.locator(".column:visible .card:not(.moving) [data-opens]").tap()
        page.locator("#card-menu [data-move=lost]").tap()
        page.locator("#lost-dialog label").first.tap()
        expect(card(page, "in_progress")).to_have_count(1)
        page.locator(f"#lost-dialog {button}").tap()
    expect(card(page, "in_progress")).to_have_count(0)


def test_the_order_in_a_column_changes_by_drag_by_keyboard_and_by_menu(aigul: Person) -> None:
    page = aigul.page
    page.locator("#add-dialog").wait_for(state="attached")
    for number, name in enumerate(("Болат", "Марина"), 1):
        page.get_by_role("link", name="Добавить заявку").click()
        page.keyboard.type(f"8701000010{number}")
        page.get_by_label("Имя", exact=True).fill(name)
        page.keyboard.press("Enter")
        expect(card(page, "new").first).to_contain_text(name)
    names = page.locator(".column[data-status=new] .card h3")
    expect(names).to_have_text(["Марина", "Болат", "Канат"])
    page.locator(".card h3 a").last.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(names).to_have_text(["Марина", "Канат", "Болат"])
    expect(page.locator(".card:not(.moving) h3 a").nth(1)).to_be_focused()
    first, last = card(page, "new").first, card(page, "new").last
    with page.expect_response("**/board/live*"):  # as it is after the move
        drag(page, first, last)
    expect(names).to_have_text(["Канат", "Болат", "Марина"])
    expect(page.locator(".moving")).to_have_count(0)
    page.locator("#card-menu").wait_for(state="attached")
    page.locator(".card [data-opens]").first.click()
    page.locator("#card-menu [data-shift='1']").click()
    expect(names).to_have_text(["Болат", "Канат", "Марина"])
    expect(page.locator(".moving")).to_have_count(0)
    page.reload()
    expect(names).to_have_text(["Болат", "Канат", "Марина"])


@pytest.mark.parametrize(("language", "viewport"), [("ru", PHONE), ("kk", WIDE)], ids=["ru phone", "kk wide"])
def test_a_caller_is_written_down_and_never_twice(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    add, what, wrong = {
        "ru": ("Добавить заявку", "Что нужно", "Проверьте номер"),
        "kk": ("Өтінім қосу", "Не керек", "Нөмірді тексеріңіз"),
    }[language]
    person = sit(viewport, expected="422|409|response error")
    page = person.page
    person.reads(language)
    person.go("/board")
    page.locator("#add-dialog").wait_for(state="attached")
    page.get_by_role("link", name=add).press("Enter")
    dialog = page.locator("#add-dialog")
    expect(dialog.locator("[name=phone]")).to_be_focused()
    page.keyboard.type("123")
    dialog.get_by_label(what).fill("дом")
    page.keyboard.press("Enter")
    expect(dialog.locator("#phone-e")).to_contain_text(wrong)
    expect(dialog.get_by_label(what)).to_have_value("дом")
    dialog.locator("[name=phone]").fill("8 701 000 01 02")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(card(page, "new")).to_have_count(1)
    plain = sit(PHONE, email=person.email, java_script_enabled=False, expected="409").page
    plain.get_by_role("link", name=add).click()
    plain.locator("[name=phone]").fill("+77010000102")
    plain.locator("#add-form [type=submit]").click()
    expect(plain.locator("#add-form [role=alert] a")).to_have_attribute("href", re.compile(r"/leads/\d+$"))
    plain.locator("#add-form [name=as][value=note]").click()
    expect(plain).to_have_url(re.compile(r"/leads/\d+$"))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_end_of_a_column_brings_more_of_it(sit: Sit, site_app: Flask, viewport: dict[str, int]) -> None:
    person = sit(viewport)
    with site_app.app_context(), tenancy.all_companies():
        owner = users.by_email(person.email)
    assert owner
    put_leads(site_app, owner.company_id, 130, status=LeadStatus.ESTIMATE)
    person.go("/board?stage=estimate")
    shown = card(person.page, "estimate")
    expect(shown).to_have_count(25)
    for count in (75, 125, 130):
        person.page.locator("#column-estimate .more-link").scroll_into_view_if_needed()
        expect(shown).to_have_count(count)
    expect(person.page.locator("#column-estimate .more-link")).to_have_count(0)
