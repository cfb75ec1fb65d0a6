"""A lead in a real browser: over the board and on its own page, in Russian and Kazakh, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, WIDE, Person, Sit
from browser.test_access import look

EVERYWHERE = pytest.mark.parametrize(
    ("language", "viewport"), [("ru", WIDE), ("kk", PHONE)], ids=["ru wide", "kk phone"]
)
ON_BOARD, ON_LEAD = re.compile(r"/board(\?.*)?$"), re.compile(r"/leads/\d+$")


def with_lead(sit: Sit, language: str, viewport: dict[str, int], **more: object) -> Person:
    """A person with one lead on the board, looking at it."""
    person = sit(viewport, **more)
    person.make_lead()
    person.reads(language)
    person.go("/board")
    return person


def opened(person: Person) -> Page:
    """Opens the lead from its card by keyboard."""
    person.page.locator(".card h3 a").first.focus()
    person.page.keyboard.press("Enter")
    expect(person.page.locator("#panel [data-panel]")).to_be_visible()
    return person.page


@EVERYWHERE
def test_a_lead_opens_over_the_board_and_gives_the_focus_back(
    sit: Sit, language: str, viewport: dict[str, int]
) -> None:
    page = opened(with_lead(sit, language, viewport))
    expect(page).to_have_url(ON_LEAD)
    expect(page).to_have_title("Канат · Leadbot")
    expect(page.locator("[data-panel]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#lead-close")).to_be_focused()
    page.locator("#panel .proof").first.click()
    expect(page.locator("#panel mark:target")).to_have_text("Канат1")
    assert look(page, "the panel") == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-panel]")).to_have_count(0)
    expect(page).to_have_url(ON_BOARD)
    expect(page.locator(".card h3 a")).to_be_focused()
    page.go_forward()
    expect(page.locator("[data-panel]")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-panel]")).to_have_count(0)


def test_a_move_in_the_panel_moves_the_card_below_and_can_be_undone(sit: Sit) -> None:
    page = opened(with_lead(sit, "ru", WIDE))
    for stage in ("measurement", "estimate"):  # the second with the version that the first has made
        page.locator("#lead-status").select_option(stage)
        page.locator("#lead-move").click()
        expect(page.locator(f".column[data-status={stage}] .card:not(.moving)")).to_have_count(1)
        expect(page.locator("#lead-status")).to_have_value(stage)
    expect(page.locator("#history li").first).to_contain_text("Замер назначен → Смета отправлена")
    page.locator(".toast").last.get_by_role("button", name="Вернуть").click()
    expect(page.locator("#lead-status")).to_have_value("measurement")
    page.reload()
    expect(page.locator("#lead-status")).to_have_value("measurement")
    page.go_back()
    expect(page.locator(".column[data-status=measurement] .card")).to_have_count(1)


def test_what_was_being_typed_is_there_when_the_panel_opens_again(sit: Sit) -> None:
    person = with_lead(sit, "ru", WIDE)
    page = opened(person)
    page.locator("#panel #notes [name=text]").fill("Хочет газоблок")
    page.locator(".scrim").click(position={"x": 5, "y": 5})
    expect(page.locator("[data-panel]")).to_have_count(0)
    opened(person)
    expect(page.locator("#panel #notes [name=text]")).to_have_value("Хочет газоблок")
    page.keyboard.press("Escape")


def test_without_javascript_a_card_leads_to_the_page(sit: Sit) -> None:
    maker = with_lead(sit, "ru", WIDE)
    plain = sit(email=maker.email, java_script_enabled=False).page
    plain.locator(".card h3 a").click()
    expect(plain).to_have_url(ON_LEAD)
    plain.locator("#lead-status").select_option("estimate")
    plain.locator("#lead-move").click()
    expect(plain.locator("#history li").first).to_contain_text("Смета отправлена")


@EVERYWHERE
def test_a_value_is_written_over_by_keyboard_alone(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    words = {"ru": ("изменено:", "Проверьте номер"), "kk": ("өзгерткен:", "Нөмірді тексеріңіз")}[language]
    person = with_lead(sit, language, viewport, expected="422|response error")
    page = opened(person)
    name = page.locator("#fact-name")
    name.locator("[data-edit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#edit-name")).to_be_focused()
    page.keyboard.press("Escape")  # leaves the field, not the panel
    expect(name.locator("[data-edit]")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#edit-name").fill("Канат Жумабеков")
    page.keyboard.press("Enter")
    expect(name.locator("b")).to_have_text("Канат Жумабеков")
    expect(name).to_contain_text(words[0])
    expect(name.locator("[data-edit]")).to_be_focused()
    expect(page.locator("#lead-name")).to_have_text("Канат Жумабеков")
    expect(page.locator("#history li").first).to_contain_text("Канат → Канат Жумабеков")
    page.locator("#fact-phone b").click()
    page.locator("#edit-phone").fill("12345")
    page.keyboard.press("Enter")
    expect(page.locator("#edit-phone-e")).to_contain_text(words[1])
    expect(page.locator("#edit-phone")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".card h3 a")).to_have_text("Канат Жумабеков")
    assert look(page, "the board") == []


def test_two_people_write_one_value_and_the_second_hears_of_it(sit: Sit) -> None:
    first = with_lead(sit, "ru", WIDE)
    second = sit(email=first.email, expected="409|response error")
    for person in (first, second):
        opened(person).locator("#fact-city [data-edit]").click()
        person.page.locator("#edit-city").fill("Талгар" if person is first else "Астана")
    first.page.keyboard.press("Enter")
    expect(first.page.locator("#fact-city b")).to_have_text("Талгар")
    second.page.locator("#edit-city").press("Enter")
    expect(second.page.locator("#edit-city-e")).to_contain_text("Сейчас здесь: Талгар")
    expect(second.page.locator("#edit-city")).to_have_value("Астана")
    second.page.locator("#edit-city").press("Enter")
    expect(second.page.locator("#fact-city b")).to_have_text("Астана")


def test_values_are_written_without_javascript(sit: Sit) -> None:
    maker = with_lead(sit, "kk", PHONE)
    plain = sit(PHONE, email=maker.email, java_script_enabled=False).page
    plain.locator(".card h3 a").click()
    plain.locator("#fact-area [data-edit]").click()
    plain.locator("#edit-area").fill("200")
    plain.locator("#fact-area").get_by_role("button", name="Сақтау").click()
    expect(plain).to_have_url(re.compile(r"/leads/\d+#fact-area$"))
    expect(plain.locator("#fact-area b")).to_have_text("200\u00a0м²")


@EVERYWHERE
def test_a_call_back_is_set_by_keyboard_and_ticked_off(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    words = {"ru": ("Завтра, 10:00", "Готово", "Вернуть"), "kk": ("Ертең, 10:00", "Орындалды", "Кері қайтару")}
    tomorrow, done, undo = words[language]
    page = opened(with_lead(sit, language, viewport))
    page.locator("#task-other").press("Enter")
    page.locator("#task-text").fill("Спросить про проект")
    page.keyboard.press("Enter")
    task = page.locator("#tasks [data-task]")
    expect(task).to_contain_text("Спросить про проект")
    expect(page.locator("#history li").first).to_contain_text("Спросить про проект")
    assert look(page, "a lead with a task") == []
    page.keyboard.press("Escape")
    expect(page.locator(".card .badges")).to_contain_text(tomorrow)
    page.locator(".nav a[href='/tasks']").click()
    expect(page.locator("#task-list [data-task]")).to_contain_text("Канат")
    assert look(page, "the tasks") == []
    page.get_by_role("button", name=re.compile(f"^{done}:")).press("Enter")
    expect(page.locator("#task-list [data-task]")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name=undo).click()
    expect(page.locator("#task-list [data-task]")).to_have_count(1)
    page.locator("#task-list [data-task] a").first.click()
    expect(page.locator("#panel [name=soon]").first).to_be_visible()


def test_a_call_back_is_put_off_without_javascript(sit: Sit) -> None:
    maker = with_lead(sit, "ru", WIDE)
    plain = sit(PHONE, email=maker.email, java_script_enabled=False).page
    plain.locator(".card h3 a").click()
    plain.locator("[name=soon][value=tomorrow]").click()
    expect(plain).to_have_url(re.compile(r"#tasks$"))
    plain.locator("#tasks .task summary").click()
    plain.locator("#tasks .task details [name=time]").fill("18:30")
    plain.locator("#tasks .task details button").click()
    expect(plain.locator("#tasks [data-task]")).to_contain_text("завтра, 18:30")


@EVERYWHERE
def test_two_leads_are_merged_and_taken_apart_within_the_panel(
    sit: Sit, language: str, viewport: dict[str, int]
) -> None:
    merge, undo, apart = {
        "ru": ("Объединить", "Вернуть", "Разъединить"), "kk": ("Біріктіру", "Қайтару", "Ажырату"),
    }[language]  # fmt: skip
    person = sit(viewport)
    person.make_lead()
    page = person.page
    page.locator("form[action$='/chat/new'] button").first.click()
    person.make_lead("Руслан", "87010000001")
    page.locator("form[action$='/chat/new'] button").first.click()
    person.make_lead()
    person.reads(language)
    person.go("/board")
    numbers = sorted(int(each.get_attribute("data-lead-id") or 0) for each in page.locator(".card").all())
    page.locator(f".card[data-lead-id='{numbers[0]}'] h3 a").press("Enter")
    name, related = page.locator("#panel #lead-name"), page.locator("#panel #related")

    def compare() -> None:
        related.locator("a[hx-get$='/merge']").click()
        page.locator("#merge-q").fill(str(numbers[1]))
        related.locator(f"#merge-found a[href$='with={numbers[1]}']").first.click()
        expect(related.locator("[name=name][value=other]")).to_be_visible()

    compare()
    assert look(page, "the merge") == []
    page.keyboard.press("Escape")  # leaves the form, not the panel
    expect(related.locator("[data-cancel]")).to_have_count(0)
    compare()
    page.locator("[name=name][value=other]").check()
    related.get_by_role("button", name=merge).press("Enter")
    expect(name).to_have_text("Руслан")
    expect(page.locator(".column[data-status=new] .card")).to_have_count(1)
    page.locator(".toast").last.get_by_role("button", name=undo).click()
    expect(name).to_have_text("Канат")
    compare()
    related.get_by_role("button", name=merge).click()
    related.locator("[data-merge]").get_by_role("button", name=apart).click()
    expect(page.locator(".column[data-status=new] .card")).to_have_count(2)
    page.locator(".toast a").last.click()
    expect(name).to_have_text("Руслан")
    page.go_back()
    expect(name).to_have_text("Канат")
    related.locator("[data-repeat] button").click()  # the talk that came again has a lead of its own
    expect(page.locator(".column[data-status=new] .card")).to_have_count(3)
    expect(related.locator("[data-repeat]")).to_have_count(0)


def test_what_others_change_shows_in_the_panel_but_not_under_ones_hands(sit: Sit) -> None:
    person = with_lead(sit, "ru", WIDE)
    page = opened(person)
    page.locator("#panel #notes [name=text]").fill("Хочет")
    other = sit(email=person.email)
    other.go(page.url.removeprefix(page.url.split("/leads")[0]))
    other.page.locator("#notes [name=text]").fill("Перезвонил")
    other.page.keyboard.press("Enter")
    other.page.locator("#lead-status").select_option("estimate")
    other.page.locator("#lead-move").click()
    expect(page.locator("#panel #lead-status")).to_have_value("estimate")
    expect(page.locator("#panel #history li").first).to_contain_text("Смета отправлена")
    expect(page.locator("#panel #notes [name=text]")).to_have_value("Хочет")
    expect(page.locator("#panel #notes .note")).to_have_count(0)
    page.locator("#panel #notes [name=text]").fill("")
    page.locator("#lead-move").focus()
    expect(page.locator("#panel #notes .note")).to_have_count(1)
    expect(page.locator("#lead-move")).to_be_focused()


def end_session(person: Person) -> None:
    """The session ends while the page stays open."""
    person.page.context.clear_cookies()


def log_in_again(person: Person) -> None:
    page = person.page
    expect(page.locator("[name=password]")).to_be_visible()
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", "test123")
    page.click("main form button[type=submit]")


@EVERYWHERE
def test_what_was_typed_in_the_panel_is_there_after_the_log_in(
    sit: Sit, language: str, viewport: dict[str, int]
) -> None:
    person = with_lead(sit, language, viewport, expected="286|401|response error")
    page = opened(person)
    page.locator("#notes [name=text]").fill("Хочет газоблок")
    end_session(person)
    page.keyboard.press("Enter")
    log_in_again(person)
    expect(page).to_have_url(ON_LEAD)
    expect(page.locator("#notes [name=text]")).to_have_value("Хочет газоблок")
    page.locator("#fact-name [data-edit]").click()
    page.locator("#edit-name").fill("Канат Жумабеков")
    end_session(person)
    page.locator("#edit-name").press("Enter")
    log_in_again(person)
    expect(page.locator("#edit-name")).to_have_value("Канат Жумабеков")


def test_without_javascript_it_is_offered_to_be_sent_again(sit: Sit) -> None:
    maker = with_lead(sit, "ru", WIDE)
    person = sit(PHONE, email=maker.email, java_script_enabled=False, expected="401")
    person.email, plain = maker.email, person.page
    plain.locator(".card h3 a").click()
    plain.locator("#notes [name=text]").fill("Хочет газоблок")
    end_session(person)
    plain.locator("#notes button").click()
    log_in_again(person)
    plain.get_by_role("button", name="Отправить").click()
    expect(plain.locator("#notes .note")).to_contain_text("Хочет газоблок")


def test_a_lead_is_printed_whole_and_without_its_controls(sit: Sit) -> None:
    page = opened(with_lead(sit, "ru", WIDE))
    page.emulate_media(media="print")
    expect(page.locator("#panel #lead-name")).to_be_visible()
    expect(page.locator("#panel #history li").first).to_be_visible()
    expect(page.locator("#panel .bubble").last).to_be_visible()
    for gone in (".nav", "#lead-move", "#task-add", "#notes form", ".scrim"):
        expect(page.locator(gone)).to_be_hidden()
