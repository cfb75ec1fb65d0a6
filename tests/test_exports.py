"""Leads out and in again: Cyrillic intact, formulas inert, bounded memory, errors by line, nothing told to anybody."""

from __future__ import annotations

import csv
import io
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select
from test_web_board import put_leads

from leadbot import tenancy
from leadbot.db import db
from leadbot.models import Company, Delivery, Lead, LeadStatus, LostReason, Source, User
from leadbot.services import exports, sheets

EVIL = ["=cmd|' /C calc'!A0", "@SUM(1)", "+7", "-1", "\tx", "\rx", "'=1+1", "'плюс"]


def act(web: Web) -> None:
    tenancy.act_for(web.company_id or 0)


def table(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def upload(web: Web, data: bytes) -> str:
    """Lay a file aside; the address of its preview."""
    answer = web.post("/leads/import", {"file": (io.BytesIO(data), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def put(app: Flask, web: Web, **values: object) -> None:
    with app.app_context():
        act(web)
        db.session.add(
            Lead(**{"source": Source.WIDGET, "phone": "87010000001", "phone_e164": "+77010000001", **values})
        )
        db.session.commit()


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_a_formula_and_all_come_back(text: str) -> None:
    (row,) = table(b"".join(sheets.csv_pieces([[text]])))
    assert row[0][0] == "'" and sheets.as_typed(row[0]) == text


def test_plain_cells_are_as_they_are() -> None:
    cells = ["Канат «Ас»", "8 701", "a,b;c", 'кавычки "так"', "две\nстроки", ""]
    assert table(b"".join(sheets.csv_pieces([cells]))) == [cells]


def test_a_lead_goes_out_in_the_readers_words(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    head, row = table(almaty.get("/leads/export.csv").data)
    named = dict(zip(head, row, strict=True))
    assert (named["Имя"], named["Телефон"], named["Город"], named["Этап"]) == (
        "Канат",
        "87768776637",
        "Алматы",
        "Новая",
    )
    assert "attachment" in almaty.get("/leads/export.csv").headers["Content-Disposition"]


def test_the_filter_is_kept_and_the_other_companys_leads_stay_out(app: Flask, almaty: Web, astana: Web) -> None:
    put(app, almaty, name="Әсел", city="Шымкент")
    put(app, almaty, name="Олег", status=LeadStatus.WON, phone="87010000002", phone_e164="+77010000002")
    put(app, astana, name="Чужой")
    names = {
        asked: [row[4] for row in table(almaty.get(f"/leads/export.csv?{asked}").data)[1:]]
        for asked in (
            "",
            "q=асел",
            "stage=won",
            "q=нет такого",
            "since=2199-01-01",
            "until=2199-01-01",
            "stage=x",
            "since=x",
        )
    }
    everybody = ["Олег", "Әсел"]
    assert names == {
        "": everybody, "q=асел": ["Әсел"], "stage=won": ["Олег"], "q=нет такого": [], "since=2199-01-01": [],
        "until=2199-01-01": everybody, "stage=x": everybody, "since=x": everybody,
    }  # fmt: skip


def test_xlsx_is_whole_and_its_cells_are_texts(app: Flask, almaty: Web) -> None:
    put(app, almaty, name="=1+1", summary="Қанат\x0b «Ас» <b>&")
    with zipfile.ZipFile(io.BytesIO(almaty.get("/leads/export.xlsx").data)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            ET.fromstring(book.read(name))
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    ns = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert not list(sheet.iter(f"{ns}f")) and {cell.get("t") for cell in sheet.iter(f"{ns}c")} <= {"inlineStr", None}
    texts = [cell.text for cell in sheet.iter(f"{ns}t")]
    assert "=1+1" in texts and "Қанат «Ас» <b>&" in texts


def test_many_leads_travel_in_bounded_memory(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id or 0, 6000)
    with app.test_request_context():
        act(almaty)
        owner = db.session.scalars(select(User)).one()
        tracemalloc.start()
        count = sum(1 for _ in exports.rows(by=owner))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 6000 and peak < 6_000_000


def test_what_went_out_comes_in_as_the_same_leads(app: Flask, almaty: Web, astana: Web) -> None:
    made = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    for number, (status, name) in enumerate(
        zip(LeadStatus, ["Канат", "=1+1", "Әсел, «Ас»", None, "O’Neil", "-x"], strict=True)
    ):
        put(
            app, almaty, name=name, phone=f"8701000010{number}", phone_e164=f"+7701000010{number}", status=status,
            city="Алматы" if number % 2 else None, object_type="дом", area="150 м²", area_m2=150.0,
            summary="Две\nстроки; =x",
            lost_reason=LostReason.EXPENSIVE if status is LeadStatus.LOST else None, language="kk",
            created_at=made + timedelta(minutes=number),
        )  # fmt: skip
    put(app, almaty, name="Иван", phone="+996555123456", phone_e164="+996555123456", created_at=made, language="kk")
    preview = upload(astana, almaty.get("/leads/export.csv").data)
    page = astana.get(preview).text
    assert "Импортировать заявок: 7" in page and "ошибками" not in page
    assert astana.post(preview).status_code == 303
    kept = ("name", "phone", "phone_e164", "status", "lost_reason", "city", "object_type", "area", "area_m2", "summary",
            "language", "created_at", "search")  # fmt: skip
    found = []
    for web in (almaty, astana):
        with app.app_context():
            act(web)
            rows = db.session.execute(select(*(getattr(Lead, each) for each in kept)).order_by(Lead.phone)).all()
            found.append([tuple(row) for row in rows])
    assert found[0] == found[1]
    assert astana.get(preview).status_code == 404
    again = astana.get(upload(astana, almaty.get("/leads/export.csv").data)).text
    assert "Уже есть на доске, пропущено: 7" in again and "Импортировать" not in again


def test_errors_are_shown_by_line_and_the_rest_comes_in(app: Flask, almaty: Web) -> None:
    with app.app_context():
        act(almaty)
        db.session.scalars(select(Company)).one().telegram_chat_id = "-1001"
        db.session.commit()
    data = (
        "телефон;Имя;Этап;Создана\r\n"
        "8 701 111 22 33;Канат;Замер назначен;23.11.2026, 15:30\r\n"
        "123;Кто-то;;\r\n"
        ";;;\r\n"
        "87011112244;Б;Куда-то;\r\n"
        "87011112255;В;Отказ;\r\n"
        "87011112266;Г;;вчера\r\n"
        "87011112233;Канат ещё раз;;\r\n"
    ).encode("cp1251")
    path = upload(almaty, data)
    page = almaty.get(path).text
    assert "Строк с ошибками, пропущено: 4" in page and "Импортировать заявок: 1" in page
    for line, said in ((3, "11 цифр"), (5, "Такого этапа нет"), (6, "причину отказа"), (7, "Дата в виде")):
        assert f'<td class="number">{line}</td>' in page and said in page
    almaty.post(path)
    with app.app_context():
        act(almaty)
        lead = db.session.scalars(select(Lead)).one()
        assert (lead.name, lead.status, lead.source) == ("Канат", LeadStatus.MEASUREMENT, Source.MANUAL)
        assert lead.created_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
        assert db.session.scalars(select(Delivery)).all() == []
    assert 'data-count="measurement">1<' in almaty.get("/board").text


@pytest.mark.parametrize(
    "data", [b"", b"  \n", "Имя,Город\nКанат,Алматы\n".encode(), b"\x00\x01\x02", b'phone\n"\n' * 2]
)
def test_what_is_no_table_of_leads_is_refused(almaty: Web, data: bytes) -> None:
    answer = almaty.post("/leads/import", {"file": (io.BytesIO(data), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code in {422, 303}
    assert answer.status_code == 422 or almaty.get(answer.location).status_code == 200


def test_a_file_is_the_companys_own(almaty: Web, astana: Web) -> None:
    path = upload(almaty, b"phone\n87011112233\n")
    assert (astana.get(path).status_code, astana.post(path).status_code) == (404, 404)
    assert almaty.get(path).status_code == 200


def test_a_talk_goes_out_as_text(almaty: Web, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    text = almaty.get("/leads/1/transcript.txt")
    assert text.mimetype == "text/plain" and "Канат: Хочу дом" in text.text and "Бот: " in text.text
    assert len(text.text.strip().splitlines()) == 8
    assert astana.get("/leads/1/transcript.txt").status_code == 404
