"""The inbox and the hot lane in a real browser: in Russian and Kazakh, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.conftest import PASSWORD, PHONE, WIDE, Person, Sit

WORDS = {
    "ru": {
        "unread": "Непрочитанные", "waiting": "Ждут менеджера", "call": "Зовёт менеджера", "take": "Взять диалог",
        "note": "Внутренняя заметка", "add": "Добавить заметку", "junk": "В спам", "not junk": "Не спам",
        "settled": "Вопрос решён", "spam": "Спам",
    },
    "kk": {
        "unread": "Оқылмаған", "waiting": "Менеджерді күткендер", "call": "Менеджерді шақырды", "take": "Өзіме алу",
        "note": "Ішкі ескертпе", "add": "Ескертпе қосу", "junk": "Спамға", "not junk": "Спам емес",
        "settled": "Мәселе шешілді", "spam": "Спам",
    },
}  # fmt: skip
BOTH = pytest.mark.parametrize(
    ("language", "viewport"),
    [("ru", WIDE), ("kk", PHONE)],
    ids=["ru-wide", "kk-phone"],
)
SOON = 4500  # a poll comes every three seconds


def clients(person: Person) -> Callable[[str, str], None]:
    """Clients of the person's company, who write through the API: say("kanat", "Хочу дом")."""
    login = {"username": person.email, "password": PASSWORD}
    token = person.page.request.post(f"{person.site}/api/auth/login", form=login).json()["access_token"]

    def say(who: str, text: str) -> None:
        answer = person.page.request.post(
            f"{person.site}/api/chat", form={"user_id": who, "text": text}, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.ok, answer.text()

    return say


def check_axe(person: Person, what: str) -> None:
    found = Axe().run(person.page)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"


def write_answer(person: Person, title: str, text: str) -> None:
    """Keep a ready answer by the settings page."""
    person.go("/settings/conversations")
    form = person.page.locator("#form-new")
    if not form.is_visible():
        person.page.locator("#answer-new summary").click()
    form.locator("[name=title]").fill(title)
    form.locator("[name=text_ru]").fill(text)
    form.locator("button[type=submit]").click()
    expect(person.page.locator("details summary").get_by_text(title)).to_be_visible()


@BOTH
def test_what_is_unread_is_marked_until_seen_and_who_waits_until_settled(
    sit: Sit, language: str, viewport: dict[str, int]
) -> None:
    person = sit(viewport)
    say, words, page = clients(person), WORDS[language], person.page
    person.reads(language)
    person.go("/conversations?show=unread")
    say("client", "Хочу дом")
    expect(page.locator("[data-talk-row] .count.new")).to_contain_text("1", timeout=SOON)
    expect(page.locator("#unread .count")).to_have_count(0)
    expect(page.locator("#talk-shows [aria-current]")).to_have_text(words["unread"])
    say("client", "позовите менеджера")
    expect(page.locator("[data-talk-row]")).to_contain_text(words["call"], timeout=SOON)
    expect(page.locator("#unread .count")).to_contain_text("1", timeout=SOON)
    assert page.title().startswith("(1) ")
    check_axe(person, "the list")
    page.locator("[data-talk-row]").press("Enter")
    expect(page.locator("[data-talk-row] .count.new")).to_have_count(0)
    assert "show=unread" in page.url
    say("client", "Вы тут?")
    expect(page.locator("[data-author=client]").last).to_have_text("Вы тут?", timeout=SOON)
    expect(page.locator("[data-talk-row] .count.new")).to_have_count(0)
    expect(page.locator("#unread .count")).to_contain_text("1")  # seen, but not yet dealt with
    check_axe(person, "a talk that waits")
    page.get_by_role("button", name=words["settled"]).click()
    expect(page.locator("#talk-marks form")).to_have_count(0)
    expect(page.locator("#unread .count")).to_have_count(0)


@BOTH
def test_junk_and_notes_by_one_click_each(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    person = sit(viewport)
    say, words, page = clients(person), WORDS[language], person.page
    person.reads(language)
    say("client", "Хочу дом")
    person.go("/conversations")
    page.locator("[data-talk-row]").click()
    page.locator(".note-form summary").click()
    page.fill("[name=note]", "Торгуется\nне больше пяти")
    page.get_by_role("button", name=words["add"]).click()
    expect(page.locator(".note.private .said")).to_have_text("Торгуется\nне больше пяти")
    expect(page.locator("[name=note]")).to_have_value("")
    page.wait_for_timeout(3200)
    expect(page.locator(".note.private")).to_have_count(1)
    page.get_by_role("button", name=words["junk"], exact=True).click()
    expect(page.get_by_role("button", name=words["not junk"])).to_be_visible()
    check_axe(person, "a talk in junk with a note")
    person.go("/conversations?show=junk")
    expect(page.locator("[data-talk-row]")).to_have_count(1)
    page.locator("[data-talk-row]").click()
    page.get_by_role("button", name=words["not junk"]).click()
    expect(page.get_by_role("button", name=words["junk"], exact=True)).to_be_visible()


@BOTH
def test_a_ready_answer_by_slash_and_by_list(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    person = sit(viewport)
    page = person.page
    person.reads(language)
    write_answer(person, "Рассрочка", "Рассрочка есть")
    write_answer(person, "Замер", "{name}, приедем завтра")
    check_axe(person, "the settings")
    clients(person)("client", "Хочу дом")
    person.go("/conversations")
    page.locator("[data-talk-row]").click()
    page.get_by_role("button", name=WORDS[language]["take"]).click()
    field = page.locator("#composer [name=text]")
    field.fill("Да. ")
    field.press_sequentially("/")
    expect(page.locator("#answers-list [role=option]")).to_have_count(2)
    check_axe(person, "the list of answers")
    field.press_sequentially("зам")
    expect(page.locator("#answers-list [role=option]")).to_have_count(1)
    field.press("Escape")
    expect(page.locator("#answers-list")).to_have_count(0)
    field.press_sequentially("е")
    field.press("Enter")
    expect(field).to_have_value("Да. Приедем завтра")
    page.locator("[data-canned]").select_option(label="Рассрочка")
    expect(field).to_have_value("Да. Приедем завтра Рассрочка есть")
    field.press("Enter")
    expect(page.locator("[data-author=manager]")).to_have_text("Да. Приедем завтра Рассрочка есть")
    expect(field).to_have_value("")


def test_the_search_narrows_as_one_types_and_keeps_the_talk(sit: Sit) -> None:
    person = sit()
    say, page = clients(person), person.page
    say("one", "Үй салғым келеді")
    say("two", "Хочу баню")
    person.go("/conversations")
    page.locator("[data-talk-row]").first.click()
    url = page.url
    page.locator("[name=q]").press_sequentially("уй салгым")
    expect(page.locator("[data-talk-row]")).to_have_count(1)
    assert page.url.startswith(f"{url}?") and "find=" in page.url
    page.reload()
    expect(page.locator("[name=q]")).to_have_value("уй салгым")
    expect(page.locator("[data-talk-row]")).to_have_count(1)
    page.locator("[name=q]").fill("такого нет")
    expect(page.locator("#talk-top")).to_contain_text("ничего нет")


@BOTH
def test_a_hot_talk_comes_to_the_board_by_itself_and_goes(sit: Sit, language: str, viewport: dict[str, int]) -> None:
    person = sit(viewport)
    say, page = clients(person), person.page
    person.reads(language)
    person.go("/board")
    say("client", "Хочу дом в Алматы")
    if viewport == PHONE:
        page.locator("[data-hot-tab]").click(timeout=SOON)
        expect(page.locator(".column:visible")).to_have_count(0)
    card = page.locator(".hot-card")
    expect(card).to_contain_text("«Хочу дом в Алматы»", timeout=SOON)
    expect(card.locator("time")).to_contain_text("30")
    check_axe(person, "the board with the lane")
    card.locator("a").focus()
    say("client", "150 квадратов")
    expect(card).to_contain_text("«150 квадратов»", timeout=SOON)
    expect(card.locator("a")).to_be_focused()
    if viewport == PHONE:
        page.locator("[data-tab=new]").click()
        expect(page.locator(".column:visible")).to_have_count(1)
        page.locator("[data-hot-tab]").click()
    say("client", "Канат, 87768776637")
    expect(card).to_have_count(0, timeout=SOON)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_without_javascript_everything_is_done_by_forms(sit: Sit, viewport: dict[str, int]) -> None:
    person = sit(viewport, java_script_enabled=False)
    say, page = clients(person), person.page
    write_answer(person, "Рассрочка", "Рассрочка есть")
    say("client", "Хочу дом в Алматы")
    say("other", "позовите менеджера")
    person.go("/board")
    if viewport == PHONE:
        page.locator("[data-hot-tab]").click()
    page.locator(".hot-card a").click()
    page.get_by_role("button", name="Отметить прочитанным").click()
    page.get_by_role("button", name="Взять диалог").click()
    page.fill("#composer [name=text]", "Да")
    page.locator("[data-canned]").select_option(label="Рассрочка")
    page.get_by_role("button", name="Вставить").click()
    expect(page.locator("#composer [name=text]")).to_have_value("Да\nРассрочка есть")
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("[data-author=manager]")).to_have_text("Да\nРассрочка есть")
    page.locator(".note-form summary").click()
    page.fill("[name=note]", "Торгуется")
    page.get_by_role("button", name="Добавить заметку").click()
    expect(page.locator(".note.private")).to_contain_text("Торгуется")
    page.get_by_role("button", name="В спам", exact=True).click()
    page.get_by_role("button", name="Не спам").click()
    person.go("/conversations")
    page.fill("[name=q]", "ПОЗОВИТЕ")
    page.keyboard.press("Enter")
    expect(page.locator("[data-talk-row]")).to_have_count(1)
    page.get_by_role("link", name="Ждут менеджера").click()
    page.locator("[data-talk-row]").click()
    page.get_by_role("button", name="Вопрос решён").click()
    expect(page.locator("#talk-marks form")).to_have_count(0)
