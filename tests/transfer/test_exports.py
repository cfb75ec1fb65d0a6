"""Leads out and in again: Cyrillic intact, formulas inert, bounded memory, errors by line, nothing told to anybody."""

from __future__ import annotations

import io
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue
from flask import Flask
from importing import act, bring, put, table, upload
from making import put_leads
from sqlalchemy import select

from leadbot.database.session import db
from leadbot.models import Lead, LeadNote, LeadStatus, LeadTask, LostReason, Source, User
from leadbot.transfer import exports, sheets

Result = TypeVar("Result")
EVIL = ["=cmd|' /C calc'!A0", "@SUM(1)", "+7", "-1", "\tx", "\rx", " =1", "\u00a0@A1", "\n=1", "＝1", "'=1+1", "'плюс"]


@over(EVIL)
def test_no_cell_is_a_formula_and_all_come_back(text: str) -> None:
    (row,) = table(b"".join(sheets.csv_pieces([[text]], "ru")))
    assert row[0][0] == "'" and sheets.as_typed(row[0]) == text


def test_plain_cells_are_as_they_are() -> None:
    cells = ["Канат «Ас»", "8 701", "a,b;c", 'кавычки "так"', "две\nстроки", ""]
    assert table(b"".join(sheets.csv_pieces([cells], "kk"))) == [cells]


def test_a_lead_goes_out_in_the_readers_words(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    head, row = table(almaty.get("/leads/export.csv").data)
    named = dict(zip(head, row, strict=True))
    assert (named["Имя"], named["Телефон"], named["Город"], named["Этап"]) == (
        "Канат",
        "8 776 877 66 37",
        "Алматы",
        "Новая",
    )
    assert "attachment" in almaty.get("/leads/export.csv").headers["Content-Disposition"]


def test_the_filter_is_kept_and_the_other_companys_leads_stay_out(app: Flask, almaty: Web, astana: Web) -> None:
    put(app, almaty, name="Әсел", city="Шымкент")
    put(app, almaty, name="Олег", status=LeadStatus.WON, phone="87010000002", phone_e164="+77010000002")
    put(app, astana, name="Чужой")
    names = {
        asked: [row[4] for row in table(almaty.get(f"/leads/export.csv?{asked}", follow_redirects=True).data)[1:]]
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


def test_many_leads_travel_in_bounded_memory(app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some at a time: far less than they take together."""
    monkeypatch.setattr(exports, "BATCH", 100)
    put_leads(app, almaty.company_id or 0, 1200, summary="Дом у озера. " * 80)
    with app.test_request_context():
        act(almaty)
        owner = db.session.scalars(select(User)).one()
        next(exports.rows(by=owner))  # what is loaded and compiled once is not counted
        count, travelling = peak_of(lambda: sum(1 for _ in exports.rows(by=owner)))
        _, together = peak_of(lambda: list(exports.rows(by=owner)))
    assert count == 1200 and travelling < together / 2


def peak_of(work: Callable[[], Result]) -> tuple[Result, int]:
    """What it gives, and how many bytes it held at most."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ODD = [
    "=HYPERLINK(\"http://x.kz\";\"x\")", "+7 701", "-1+1", "@SUM(A1)", "'", "''=1", "Әсел «Ұлы», \"Ас\"", "O’Neil; x",
    "Қ", "＝1", None, "a\\b", "да, нет", "100%",
]  # fmt: skip
PHONES = ["8701000{0:04}", "+99655500{0:04}", "+4915112{0:06}", "+1202555{0:04}"]
PLACES = ["Алматы", "Усть-Каменогорск", "Конаев", "за городом, 5 км", None]
THINGS = ["дом", "квартира", "баня", "что-то ещё", None]
SIZES = [("150 м²", 150.0), ("две комнаты", None), (None, None)]


def odd_leads(count: int) -> Iterator[dict[str, object]]:
    """Leads as awkward as clients make them."""
    made = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    for number in range(count):
        phone, status = PHONES[number % 4].format(number), list(LeadStatus)[number % 6]
        yield {
            "name": ODD[number % len(ODD)], "phone": phone, "status": status, "language": "kk" if number % 2 else "en",
            "phone_e164": phone if phone[0] == "+" else f"+7{phone[1:]}", "city": PLACES[number % 5],
            "object_type": THINGS[number % 7 % 5], "area": SIZES[number % 3][0], "area_m2": SIZES[number % 3][1],
            "summary": f"Две\nстроки; {ODD[number % 9]}",
            "lost_reason": list(LostReason)[number % 7] if status is LeadStatus.LOST else None,
            "created_at": made + timedelta(minutes=number),
            "source": Source.TEST if number % 11 == 7 else Source.WIDGET,
        }  # fmt: skip


def test_what_went_out_comes_in_as_the_same_leads(app: Flask, almaty: Web, astana: Web) -> None:
    for lead in odd_leads(45):
        put(app, almaty, **lead)
    for text in ('Две\nстроки; "кавычки"', "=1+1", "Перезвонить"):
        almaty.post("/leads/3/notes", {"text": text})
    for day in ("2031-01-01", "2030-01-01"):
        almaty.post("/leads/4/tasks", {"text": f"+ смета, {day}", "day": day, "time": "10:00"})
    astana.post("/settings/profile", {"name": "Әсел", "language": "kk"})
    sent = almaty.get("/leads/export.csv").data
    said = bring(app, astana, sent)
    assert "Импорт аяқталды" in said and "Алынбаған" not in said
    kept = ("name", "phone", "phone_e164", "status", "lost_reason", "city", "object_type", "area", "area_m2", "summary",
            "language", "created_at", "search")  # fmt: skip
    found = []
    for web in (almaty, astana):
        with app.app_context():
            act(web)
            rows = db.session.execute(select(*(getattr(Lead, each) for each in kept)).order_by(Lead.created_at)).all()
            notes = db.session.execute(select(Lead.phone, LeadNote.text).join(Lead, Lead.id == LeadNote.lead_id))
            calls = select(Lead.phone, LeadTask.due_at, LeadTask.text).where(LeadTask.due_at == Lead.task_at)
            beside = [*notes.all(), *db.session.execute(calls.join(Lead, Lead.id == LeadTask.lead_id))]
            found.append([tuple(row) for row in (*rows, *beside)])
            found.append(sorted(db.session.scalars(select(Lead.phone).where(Lead.source == Source.TEST))))
    assert len(found[0]) == 45 + 3 + 1
    assert [(a, b) for a, b in zip(found[0], found[2], strict=True) if a != b] == []
    assert found[1] == found[3] != []
    back = upload(almaty, astana.get("/leads/export.csv").data)  # and in Kazakh
    page = almaty.get(back).text
    assert "Уже есть на доске, пропущено: 45" in page and "Импортировать" not in page


def test_a_talk_goes_out_as_text(almaty: Web, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    text = almaty.get("/leads/1/transcript.txt")
    assert text.mimetype == "text/plain" and "Клиент (Канат): Хочу дом" in text.text and "Бот: " in text.text
    assert len(text.text.strip().splitlines()) == 8
    assert astana.get("/leads/1/transcript.txt").status_code == 404
