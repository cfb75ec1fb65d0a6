"""What is wrong with a file has a way on: chosen on the page, fetched as a file, taken back; hostile ones stop."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from conftest import Clock, Web
from flask import Flask
from importing import act, bring, upload, work
from python_calamine import CalamineWorkbook
from sheetmaking import as_csv, as_xlsx
from sqlalchemy import select

from leadbot.database.session import db
from leadbot.models import Lead, LeadStatus, LostReason

OLD = [["Телефон", "Имя", "Этап", "Причина отказа"]] + [
    [f"8701000{number:04}", f"Клиент {number}", "Отказ", "" if number % 3 else "Уехал на Марс"] for number in range(373)
]


def fault(page: str, kind: str) -> str:
    found = re.search(rf'data-fault="{kind}".*?</li>', page, re.DOTALL)
    assert found, kind
    return found[0]


def leads(app: Flask, web: Web) -> list[Lead]:
    with app.app_context():
        act(web)
        return list(db.session.scalars(select(Lead).order_by(Lead.id)))


def test_lost_leads_without_a_reason_are_one_line_and_can_be_taken(app: Flask, almaty: Web) -> None:
    path = upload(almaty, as_csv(OLD))
    page = almaty.get(path).text
    assert "248" in fault(page, "no_reason") and "125" in fault(page, "reason") and page.count("data-fault") == 2
    assert "Уехал на Марс" in fault(page, "reason")
    almaty.post(f"{path}/choices", {"no_reason": "postponed"})
    page = almaty.get(path).text
    assert "data-fault" not in page and "Импортировать заявок: 373" in page
    almaty.post(path)
    work(app)
    found = leads(app, almaty)
    assert len(found) == 373 and {lead.lost_reason for lead in found} == {LostReason.POSTPONED}


def test_words_of_other_systems_are_guessed_shown_and_changed(app: Flask, almaty: Web) -> None:
    rows = [
        ["Телефон", "Стадия"],
        ["87010000001", "Переговоры"],
        ["87010000002", "Қабылданды"],
        ["87010000003", "Новая"],
    ]
    path = upload(almaty, as_csv(rows))
    page = almaty.get(path).text
    assert "Это не ваши этапы" in page and "Этап «Переговоры»: 1" in page and "Қабылданды" in fault(page, "stage")
    almaty.post(path, {"stage:переговоры": "estimate", "stage:кабылданды": "won"})
    work(app)
    assert [lead.status for lead in leads(app, almaty)] == [LeadStatus.ESTIMATE, LeadStatus.WON, LeadStatus.NEW]


def test_rows_whose_date_is_unreadable_can_be_taken(app: Flask, almaty: Web, clock: Clock) -> None:
    clock.set("2026-11-24 09:00")
    path = upload(almaty, as_csv([["Телефон", "Дата"], ["87010000001", "на той неделе"]]))
    assert "на той неделе" in fault(almaty.get(path).text, "date")
    almaty.post(path, {"undated": "1"})
    work(app)
    assert [lead.created_at for lead in leads(app, almaty)] == [clock.moment]


@pytest.mark.parametrize("is_over", [False, True])
def test_rows_left_out_are_a_file_that_can_be_imported_once_mended(app: Flask, almaty: Web, is_over: bool) -> None:
    rows = [["Имя", "Телефон"], ["Канат", "87010000001"], ["Без", ""], ["=1+1", "8701"], ["Снова", "87010000001"]]
    path = upload(almaty, as_csv(rows))
    if is_over:
        almaty.post(path)
        work(app)
        assert f"{path}/left.xlsx" in almaty.get(path).text
    answer = almaty.get(f"{path}/left.xlsx")
    assert answer.headers.getlist("Cache-Control") == ["no-store"]
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert table[0] == ["Строка", "Что не так", "Имя", "Телефон"]
    assert [(row[0], row[2], row[3]) for row in table[1:]] == [
        (3, "Без", ""), (4, "=1+1", "8701"), (5, "Снова", "87010000001")
    ]  # fmt: skip
    mended = as_xlsx(("1", [table[0], [3, table[1][1], "Без", "87010000002"]]))
    assert "Импортирована 1 заявка" in bring(app, almaty, mended)


def test_an_import_is_taken_back_but_for_what_was_worked_with(app: Flask, almaty: Web, astana: Web) -> None:
    rows = [["Телефон", "Имя", "Заметки", "Перезвонить"]]
    rows += [[f"8701000000{n}", f"К{n}", "была", "01.02.2031 10:00"] for n in range(8)]
    path = upload(almaty, as_csv(rows))
    almaty.post(path)
    work(app)
    almaty.post("/leads/1/move", {"status": "in_progress", "version": "1"})
    almaty.post("/leads/2/notes", {"text": "позвонили"})
    almaty.post("/leads/3/fields/name", {"value": "Другой"})
    almaty.post("/board/add", {"phone": "87010000003", "as": "new"})  # the client of lead 4 has called
    assert "Отменить импорт" in almaty.get(path).text
    assert astana.post(f"{path}/undo").status_code == 404
    assert almaty.post(f"{path}/undo").status_code == almaty.post(f"{path}/undo").status_code == 303
    assert "Импорт отменяется" in almaty.get(path).text
    work(app)
    page = almaty.get(path).text
    assert "Убрано с доски заявок: 4" in page and "они остались: 4" in page and "Отменить импорт" not in page
    assert [lead.id for lead in leads(app, almaty)] == [1, 2, 3, 4, 9]
    board = almaty.get("/board").text
    assert 'data-count="new">4<' in board and 'data-count="in_progress">1<' in board


def test_an_import_can_be_taken_back_for_a_day(app: Flask, almaty: Web, clock: Clock) -> None:
    clock.set("2026-11-24 09:00")
    path = upload(almaty, as_csv([["Телефон"], ["87010000001"]]))
    almaty.post(path)
    work(app)
    assert path in almaty.get("/leads/import").text
    clock.forward(hours=25)
    assert "Отменить импорт" not in almaty.get(path).text and path not in almaty.get("/leads/import").text
    assert almaty.post(f"{path}/undo").status_code == 409
    assert len(leads(app, almaty)) == 1


def far_cell() -> bytes:
    """Five kilobytes that are a table of 17 billion cells to a careless reader."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Телефон")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return out.getvalue()


def bomb() -> bytes:
    """A workbook whose only sheet unpacks to half a gigabyte."""
    out, row = io.BytesIO(), b'<row><c t="inlineStr"><is><t>' + b"7" * 5000 + b"</t></is></c></row>"
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(("1", [["Телефон"]])))) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book,
    ):
        for name in whole.namelist():
            if not name.endswith("sheet1.xml"):
                book.writestr(name, whole.read(name))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for _ in range(500):
                sheet.write(row * 200)
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


@pytest.mark.parametrize("make", [far_cell, bomb])
def test_a_workbook_that_unpacks_without_end_is_refused(almaty: Web, make: Callable[[], bytes], tmp_path: Path) -> None:
    data = make()
    assert len(data) < 10_000_000
    answer = almaty.post("/leads/import", {"file": (io.BytesIO(data), "x.xlsx")}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "слишком большой" in answer.text
    assert not [*(tmp_path / "imports").iterdir()]


def test_formulas_of_a_file_are_neither_reckoned_nor_shown_as_such(app: Flask, almaty: Web) -> None:
    rows = [
        ["Телефон", "Имя"],
        ["87010000001", '{=HYPERLINK("http://x.kz","Канат")}'],
        ["87010000002", "=cmd|' /C'!A0"],
    ]
    bring(app, almaty, as_xlsx(("1", rows)))
    assert [lead.name for lead in leads(app, almaty)] == [None, "=cmd|' /C'!A0"]
    assert b'"=cmd' not in almaty.get("/leads/export.csv").data


def test_a_locked_or_damaged_workbook_says_so(almaty: Web) -> None:
    for data in (as_xlsx(("1", [["Телефон"]]))[:-400], b"\xd0\xcf\x11\xe0" + bytes(600)):
        answer = almaty.post("/leads/import", {"file": (io.BytesIO(data), "x.xls")}, content_type="multipart/form-data")
        assert answer.status_code == 422 and "Книга повреждена" in answer.text


def test_more_lines_than_are_taken_are_refused(almaty: Web) -> None:
    data = b"phone\n" + b"87010000001\n" * 100_001
    answer = almaty.post("/leads/import", {"file": (io.BytesIO(data), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "100" in answer.text


def test_choices_come_too_late_once_it_is_being_imported(almaty: Web) -> None:
    path = upload(almaty, as_csv([["Телефон"], ["87010000001"]]))
    almaty.post(path)
    assert almaty.post(f"{path}/choices", {"column-0": "phone"}).status_code == 409
