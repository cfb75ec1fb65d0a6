"""The bot's settings as a person meets them: by mouse and keyboard, on a phone, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, WIDE, Person, Sit
from browser.test_access import NARROW, look

PAGE = "/settings/bot"


def save(page: Page) -> None:
    page.locator(".save-bar").get_by_role("button", name="Сохранить черновик").click()


def turn_to(page: Page, part: str) -> None:
    page.locator("[data-parts]").get_by_role("link", name=part).click()


def order(page: Page) -> list[str]:
    return page.locator("[name=order]").evaluate_all("all => all.slice(0, 4).map(one => one.value)")


def keep_a_talk(person: Person) -> None:
    person.make_lead()
    person.page.get_by_role("button", name="Сохранить для репетиций").click()
    expect(person.page.locator(".toast")).to_contain_text("Сохранено для репетиций: Хочу дом")


def test_a_person_drafts_looks_and_publishes(sit: Sit) -> None:
    person = sit(expected="422")
    page = person.page
    keep_a_talk(person)
    person.go(PAGE)
    turn_to(page, "Как говорит")
    page.fill("[name='greeting.ru']", "Рады вам!")
    turn_to(page, "Что спрашивает")
    page.locator("li", has_text="Площадь").get_by_label("выше").click()
    turn_to(page, "Нейросеть")
    page.fill("[name='budget.company']", "много")
    turn_to(page, "О компании")
    save(page)
    expect(page.locator("[name='budget.company']")).to_be_focused()
    assert page.input_value("[name='greeting.ru']") == "Рады вам!"
    assert order(page) == ["object_type", "area", "city", "contact"]
    page.fill("[name='budget.company']", "200 000")
    save(page)
    expect(page.locator("#bot-changed")).to_have_text("Изменено: приветствие, порядок вопросов, лимиты токенов")
    expect(page.locator("#bot-preview .bubble").first).to_have_text("Рады вам!")
    expect(page.locator("#rehearsal-sum")).to_contain_text("1 из 1")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator(".toast")).to_have_text("Настройки опубликованы: версия 2")


def test_the_draft_is_talked_with_beside_its_settings(sit: Sit) -> None:
    person = sit()
    page = person.page
    person.go(PAGE + "#speech")
    page.get_by_label("Короткий").check()
    page.fill("[name='greeting.ru']", "Слушаю вас.")
    save(page)
    expect(page.locator("#beside-greeting")).to_have_text("Слушаю вас.")
    turn_to(page, "Кто бот")
    page.fill("[name=persona]", "Айгуль")  # typed and not saved: the talk must not send it, nor lose it
    person.say("Хочу дом")
    expect(page.locator(".beside [data-author=bot]").last).to_have_text("Город?")
    expect(page.locator(".beside [data-author=client]")).to_have_count(1)
    assert page.input_value("[name=persona]") == "Айгуль"
    page.locator(".beside-knows summary").click()
    expect(page.locator("#bot-knows")).to_contain_text("Дом")
    save(page)
    expect(page.locator("#bot-changed")).to_contain_text("имя бота")
    expect(page.locator(".beside [data-author=bot]").last).to_have_text("Город?")


def test_what_would_change_leads_is_shown_first(sit: Sit) -> None:
    person = sit()
    page = person.page
    keep_a_talk(person)
    person.go(PAGE)
    page.select_option("[name=setup]", "furniture")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator("table")).to_contain_text("Дом")
    page.get_by_role("button", name="Всё равно опубликовать").click()
    expect(page.locator(".toast")).to_have_text("Настройки опубликованы: версия 2")
    assert order(page) == ["object_type", "city", "materials", "contact"]


def test_what_is_typed_is_not_left_by_mistake(sit: Sit) -> None:
    person = sit()
    page, asked = person.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    person.go(PAGE)
    page.locator("[name=persona]").press_sequentially("Айша")
    person.go("/chat")
    assert asked == ["beforeunload"]
    person.go(PAGE)
    page.locator("[name=persona]").press_sequentially("Айша")
    save(page)
    expect(page.locator(".toast")).to_have_text("Черновик сохранён")
    person.go("/chat")
    assert len(asked) == 1


def test_its_parts_have_addresses_and_hold_what_is_typed(sit: Sit) -> None:
    person = sit(expected="422")
    page = person.page
    person.go(PAGE)
    seen = page.locator("[data-part]:visible")
    expect(seen).to_have_count(1)
    page.fill("[name=persona]", "Айша")
    turn_to(page, "О компании")
    page.fill("[name=email]", "не почта" * 40)
    turn_to(page, "Сведения и цены")
    assert page.url.endswith("#facts")
    expect(page.locator("[data-parts] [aria-current]")).to_have_text("Сведения и цены")
    page.go_back()
    expect(page.locator("[name=email]")).to_be_visible()
    turn_to(page, "Нейросеть")
    expect(page.locator("#model-key")).to_be_visible()
    save(page)  # a mistake is shown where it is, and its part is marked
    expect(page.locator("[name=email]")).to_be_focused()
    assert page.url.endswith("#company")
    expect(page.locator("[data-wrong]")).to_have_text("О компании")
    page.fill("[name=email]", "a@b.kz")
    save(page)
    expect(page.locator("#bot-changed")).to_have_text("Изменено: имя бота, эл. почта")
    expect(page.locator("[name=email]")).to_be_visible()
    person.go(PAGE + "#own-questions")  # an address of before names the part that it stands in
    expect(page.locator("#questions")).to_be_visible()
    expect(seen).to_have_count(1)


def test_without_a_script_it_is_a_plain_form(sit: Sit) -> None:
    owner = sit()
    person = sit(java_script_enabled=False, email=owner.email)
    page = person.page
    person.go(PAGE)
    page.fill("[name=persona]", "Айша")
    turn_to(page, "Что спрашивает")
    assert page.url.endswith("#asks")
    page.locator("li", has_text="Площадь").get_by_label("выше").click()
    assert page.input_value("[name=persona]") == "Айша"
    assert order(page) == ["object_type", "area", "city", "contact"]
    page.locator("[name=persona]").press("Enter")
    assert "Изменено: имя бота, порядок вопросов" in page.inner_text("#bot-changed")
    page.get_by_role("button", name="Опубликовать").click()
    assert "Настройки опубликованы: версия 2" in page.inner_text(".toast")


# each language and each width, the longest words where there is least room
@pytest.mark.parametrize(
    ("viewport", "theme", "language"), [(WIDE, "dark", "ru"), (PHONE, "light", "kk"), (NARROW, "dark", "kk")]
)
def test_it_stands_in_nobodys_way(sit: Sit, viewport: dict[str, int], theme: str, language: str) -> None:
    person = sit(viewport, color_scheme=theme)
    person.make_lead()
    person.page.get_by_role("button", name="Сохранить для репетиций").click()
    person.page.locator(".toast").wait_for()
    person.go(PAGE)
    person.page.select_option("[name=setup]", "furniture")
    save(person.page)
    person.page.locator(".toast").wait_for()
    person.reads(language)
    wrong = []
    for path in (PAGE, PAGE + "/versions", PAGE + "/rehearsal", "/chat"):
        person.go(path)
        person.page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")
        wrong += look(person.page, path)
        for part in person.page.locator("[data-parts] a").all():
            part.click()
            wrong += look(person.page, path + str(part.get_attribute("href")))
    assert wrong == []
