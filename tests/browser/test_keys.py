"""Keys that work on every page, and what a phone shows of where one is."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browser.conftest import PHONE, Sit


def test_four_keys_search_find_add_and_list_themselves(sit: Sit) -> None:
    person = sit()
    page = person.page
    person.make_lead()
    person.go("/board")
    page.locator("#add-dialog").wait_for(state="attached")
    search, quick, keys = (
        page.locator(".bar input[type=search]"),
        page.locator("#quick-dialog"),
        page.locator("#keys-dialog"),
    )
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("/n?")
    expect(search).to_have_value("/n?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    search.fill("")
    search.blur()
    page.keyboard.press("Control+k")
    expect(quick.locator("input[type=search]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(quick).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys.locator("kbd", has_text=re.compile(r"^(n|K|\?)$"))).to_have_count(3)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#add-dialog [name=phone]")).to_be_focused()
    person.go("/figures")  # no search, no form of its own
    page.keyboard.press("/")
    expect(quick.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("Канат")
    expect(page.locator("#quick-found a").first).to_contain_text("Канат")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/leads/\d+$"))
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/board/add$"))


def marked(page: Page) -> str:
    """The one tab that says where one is."""
    return str(
        page.locator(".tabs a[aria-current]").evaluate_all(
            "all => all.map(each => each.dataset.tab ?? each.hash).join()"
        )
    )


def test_on_a_phone_the_tab_mark_goes_where_one_goes(sit: Sit) -> None:
    person = sit(PHONE, has_touch=True, is_mobile=True)
    page = person.page
    person.make_lead()
    person.go("/board")
    page.locator("#card-menu").wait_for(state="attached")
    assert marked(page) == "new"
    for stage in ("in_progress", "estimate", "new"):
        page.locator(f"[data-tab={stage}]").tap()
        expect(page.locator(f".column[data-status={stage}]")).to_be_visible()
        assert marked(page) == stage
    person.go(str(page.locator(".card h3 a").get_attribute("href")))
    tabs = page.locator(".lead-tabs")
    expect(tabs.locator("[aria-current]")).to_have_attribute("href", "#tasks")
    page.locator("#history").evaluate("it => it.scrollIntoView()")
    expect(tabs.locator("[aria-current]")).not_to_have_attribute("href", "#tasks")
    page.evaluate("scrollTo(0, 0)")
    expect(tabs.locator("[aria-current]")).to_have_attribute("href", "#tasks")
    tabs.locator("[href='#facts']").tap()
    expect(tabs.locator("[aria-current]")).to_have_attribute("href", "#facts")


def test_on_a_phone_the_words_in_the_search_are_whole_and_filters_are_one_button(sit: Sit) -> None:
    person = sit(PHONE, has_touch=True, is_mobile=True)
    for language in ("ru", "kk"):
        person.reads(language)
        person.go("/board")
        cut, wider = person.page.evaluate(CUT)
        assert cut <= 0, f"{language}: the placeholder lacks {cut} px"
        assert wider <= 0, f"{language}: the row of filters scrolls {wider} px"
        expect(person.page.locator("#filters select:visible")).to_have_count(0)


# How far the placeholder is wider than its field, and the row of filters than what is seen of it.
CUT = """() => {
  const field = document.querySelector(".bar input[type=search]"), style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const row = document.getElementById("filters");
  return [pen.measureText(field.placeholder).width - room, row.scrollWidth - row.clientWidth];
}"""
