"""Leads in and out of files, and the page of what is stored: for everybody, in two languages and widths."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from browser.conftest import PHONE, WIDE, Sit
from browser.test_access import look
from leadbot.transfer import imports

SHEET = "телефон;имя;город;этап\n87011112233;Канат;Алматы;\n123;Х;;\n87011112255;Айгерім;Қарағанды;Замер назначен\n"


@pytest.mark.parametrize(("viewport", "theme", "language"), [(WIDE, "light", "ru"), (PHONE, "dark", "kk")])
def test_a_file_comes_in_goes_out_and_a_client_is_erased(
    sit: Sit, site_app: Flask, viewport: dict[str, int], theme: str, language: str
) -> None:
    person = sit(viewport, color_scheme=theme)
    page = person.page
    person.reads(language)
    person.go("/settings/data")
    wrong = look(page, "data")
    person.go("/leads/import")
    wrong += look(page, "import")
    page.set_input_files("#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
    page.click("main button[type=submit]")
    expect(page.locator("[data-fault=phone]")).to_contain_text("3")
    wrong += look(page, "preview")
    page.click("main .button.primary")
    expect(page.locator(".progress")).to_be_visible()
    wrong += look(page, "progress")
    with site_app.app_context():
        for import_id in imports.due():
            imports.carry_on(import_id)
    page.click("main a.button.primary")
    page.wait_for_url("**/board*")
    expect(page.locator("[data-status=new] [data-lead-id]")).to_contain_text("Канат")
    page.goto(person.site + "/leads/export?q=Канат")
    wrong += look(page, "export")
    with page.expect_download() as kept:
        page.click("main .button.primary")
    head, row = CalamineWorkbook.from_path(str(kept.value.path())).get_sheet_by_index(0).to_python()
    assert "87011112233" in row and len(head) == len(row)
    person.go("/board")
    lead = page.locator("[data-lead-id]").first.get_attribute("data-lead-id")
    person.go(f"/leads/{lead}/erase")
    wrong += look(page, "erase")
    page.click("main .button.danger")
    page.wait_for_url("**/board*")
    assert wrong == []
