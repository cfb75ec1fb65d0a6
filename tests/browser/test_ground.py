"""The ground of all pages in a real browser: forms that keep what was typed, notes that pass, pages for everybody."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PASSWORD, PHONE, WIDE, Person, Sit

REFUSED = "status of (4[02]\\d)"  # Chromium tells of every answer that is an error
NARROW = {"width": 320, "height": 640}
# Words of the main navigation that are cut, or wider than what is pressed.
LEAKING = """() => [...document.querySelectorAll(".nav-link > span:not(.count)")]
  .filter((word) => word.scrollWidth > word.clientWidth + 1 || word.offsetWidth > word.parentElement.clientWidth)
  .map((word) => word.textContent)"""


def log_in_anew(person: Person) -> None:
    """In another tab of the same browser, so that every token of the old session is worth nothing."""
    other = person.page.context.new_page()
    other.goto(person.site + "/settings/profile")
    other.click("form[action='/logout'] button")
    other.fill("[name=email]", person.email)
    other.fill("[name=password]", PASSWORD)
    other.click("main form button[type=submit]")
    other.wait_for_url("**/board*")
    other.close()


def test_a_wrong_field_gets_the_focus_and_what_was_typed_stays(sit: Sit) -> None:
    person = sit(expected=REFUSED)
    person.go("/settings/company")
    person.page.fill("[name=company_name]", "")
    person.page.select_option("[name=time_zone]", "Asia/Aqtau")
    person.page.click("#company .button.primary")
    expect(person.page.locator("[name=company_name]")).to_have_attribute("aria-invalid", "true")
    expect(person.page.locator("[name=company_name]")).to_be_focused()
    expect(person.page.locator("[name=time_zone]")).to_have_value("Asia/Aqtau")


def test_a_note_comes_and_passes(sit: Sit) -> None:
    person = sit()
    person.page.clock.install()
    person.go("/settings/company")
    person.page.click("#company .button.primary")
    expect(person.page.locator(".toast")).to_have_text("Сохранено")
    person.page.clock.run_for(6500)
    expect(person.page.locator(".toast")).to_have_count(0)


def test_what_was_typed_survives_a_page_out_of_date(sit: Sit) -> None:
    person = sit(expected=REFUSED)
    person.go("/settings/company")
    person.page.fill("[name=company_name]", "Строим дома")
    log_in_anew(person)
    with person.page.expect_navigation():
        person.page.click("#company .button.primary")
    expect(person.page.locator("[name=company_name]")).to_have_value("Строим дома")
    person.page.click("#company .button.primary")
    expect(person.page.locator(".toast")).to_have_text("Сохранено")
    person.page.reload()
    expect(person.page.locator("[name=company_name]")).to_have_value("Строим дома")


def test_a_sign_up_out_of_date_keeps_all_but_the_password(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(site + "/signup")
    page.fill("[name=company_name]", "СтройДом")
    page.fill("[name=password]", PASSWORD)
    context.clear_cookies()
    page.click("main form button[type=submit]")
    expect(page.locator("h1")).to_have_text("Страница устарела")
    page.click("main a")
    expect(page.locator("[name=company_name]")).to_have_value("СтройДом")
    expect(page.locator("[name=password]")).to_have_value("")
    context.close()


def test_the_eye_shows_the_password(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(site + "/login")
    page.fill("[name=password]", "secret")
    page.get_by_label("Показать пароль").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "text")
    context.close()


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="ru-RU", java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/")
    page.get_by_role("button", name="Қазақша").click()
    expect(page.locator("h1")).to_have_text("Клиентпен жазысу өтінімге айналады")
    page.get_by_role("link", name="Бот жасау").first.click()
    page.fill("[name=company_name]", "СтройДом")
    page.fill("[name=email]", "plain@example.kz")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/chat*")
    page.goto(site + "/settings/company")
    page.get_by_role("button", name="Сақтау").click()
    expect(page.locator("[role=alert]").first).to_be_hidden()
    page.goto(site + "/settings/profile")
    page.get_by_role("button", name="Шығу").click()
    page.wait_for_url("**/login")
    context.close()


def check_page(page: Page, what: str) -> None:
    """Nobody is shut out, and nothing runs off the side."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what


# Each language in each theme, the longest words where there is least room.
LOOKS = {
    "ru": ((WIDE, "light"), (NARROW, "dark")),
    "kk": ((NARROW, "light"), (WIDE, "dark")),
    "en": ((PHONE, "light"), (PHONE, "dark")),
}


def check_looks(page: Page, what: str, language: str) -> None:
    """The page as it stands, in the looks of its language."""
    for viewport, theme in LOOKS[language]:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        check_page(page, f"{what} {theme} {viewport['width']}")


@pytest.mark.parametrize("language", LOOKS)
def test_public_pages_are_for_everybody(browser: Browser, site: str, language: str) -> None:
    context = browser.new_context(locale={"ru": "ru-RU", "kk": "kk-KZ", "en": "en-GB"}[language], bypass_csp=True)
    page = context.new_page()
    for path in ("/", "/login", "/signup", "/nowhere"):
        page.goto(site + path)
        check_looks(page, path, language)
    page.goto(site + "/signup")
    page.click("main form button[type=submit]")
    check_looks(page, "sign-up with errors", language)
    context.close()


@pytest.mark.parametrize("language", LOOKS)
def test_settings_are_for_everybody(sit: Sit, language: str) -> None:
    person = sit(expected=REFUSED, bypass_csp=True)
    page = person.page
    person.reads(language)
    person.go("/settings/company")
    for viewport, _ in LOOKS[language]:
        page.set_viewport_size(viewport)
        assert page.evaluate(LEAKING) == []
    for path in ("/settings/company", "/settings/telegram", "/settings/profile"):
        person.go(path)
        check_looks(page, path, language)
    person.go("/settings/company")
    page.fill("[name=company_name]", "")
    page.click("#company button.primary")
    page.locator("[aria-invalid]").wait_for()
    check_looks(page, "no name", language)
