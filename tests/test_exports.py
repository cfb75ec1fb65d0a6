"""Leads out and in again: Cyrillic intact, formulas inert, bounded memory, errors by line, nothing told to anybody."""

from __future__ import annotations

import csv
import io
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Api, Clock, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select
from test_web_board import put_leads

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import board
from leadbot.models import Company, Delivery, Lead, LeadEvent, LeadNote, LeadStatus, LeadTask, LostReason, Source, User
from leadbot.transfer import exports, imports, imports_file, sheets

EVIL = ["=cmd|' /C calc'!A0", "@SUM(1)", "+7", "-1", "\tx", "\rx", " =1", "\u00a0@A1", "\n=1", "＝1", "'=1+1", "'плюс"]


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


def work(app: Flask) -> None:
    """What the worker does with files that wait."""
    with app.app_context():
        for import_id in imports.due():
            imports.carry_on(import_id)


def bring(app: Flask, web: Web, data: bytes) -> str:
    """Import a file; what the page says then."""
    path = upload(web, data)
    assert web.post(path).status_code == 303
    work(app)
    return web.get(path).text


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
            "language", "created_at", "search", "version")  # fmt: skip
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


class Killed(BaseException):
    """As good as kill -9."""


def dying_after(call: Callable[[], None], times: int) -> Callable[[], None]:
    """A call that kills its process the next time."""
    calls = iter(range(times))

    def dying() -> None:
        call()
        if next(calls, None) is None:
            raise Killed

    return dying


def test_a_worker_that_is_killed_goes_on_where_it_was(
    app: Flask, almaty: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set("2026-11-24 09:00")
    monkeypatch.setattr(imports, "BATCH", 4)
    data = "phone,name\n" + "".join(f"870100010{number:02},{number}\n" for number in range(14)) + "1,x\n"
    path = upload(almaty, data.encode())
    assert almaty.post(path).status_code == almaty.post(path).status_code == 303
    assert almaty.post(upload(almaty, data.encode())).status_code == 409
    for done in (4, 8):
        with monkeypatch.context() as killing, pytest.raises(Killed):
            killing.setattr(board, "touch", dying_after(board.touch, 1))
            work(app)
        work(app)  # another worker keeps off while the lease lasts
        page = almaty.get(path).text
        assert f"Строк: {done} из 15" in page and 'hx-trigger="every 1s"' in page and "<noscript>" in page
        clock.forward(seconds=imports.LEASE_SECONDS + 1)
    work(app)
    page = almaty.get(path).text
    assert "Импортировано 14 заявок" in page and "Пропущено строк: 1" in page and "every 1s" not in page
    with app.app_context():
        act(almaty)
        assert sorted(db.session.scalars(select(Lead.name)), key=lambda name: int(name or 0)) == [
            str(number) for number in range(14)
        ]
        assert db.session.query(LeadEvent).count() == 14
    assert 'data-count="new">14<' in almaty.get("/board").text


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
        "87011112277;Д;;01.01.9999, 10:00\r\n"
        '87011112288;"Не закрыта;;\r\n'
        f"87011112299;{'x' * 140_000};;\r\n"
        "87011112233;Канат ещё раз;;\r\n"
    ).encode("cp1251")
    path = upload(almaty, data)
    page = almaty.get(path).text
    assert "Строк с ошибками, пропущено: 7" in page and "Импортировать заявок: 1" in page
    assert "Уже есть на доске, пропущено: 1" in page
    for line, said in (
        (3, "11 цифр"),
        (5, "Такого этапа нет"),
        (6, "причину отказа"),
        (7, "Дата в виде"),
        (8, "Дата в виде"),
        (9, "Не хватает кавычки"),
        (10, "слишком длинная"),
    ):
        assert f'<td class="number">{line}</td>' in page and said in page
    almaty.post(path)
    work(app)
    with app.app_context():
        act(almaty)
        lead = db.session.scalars(select(Lead)).one()
        assert (lead.name, lead.status, lead.source) == ("Канат", LeadStatus.MEASUREMENT, Source.MANUAL)
        assert lead.created_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
        assert db.session.scalars(select(Delivery)).all() == []
    assert 'data-count="measurement">1<' in almaty.get("/board").text


@pytest.mark.parametrize(
    "data", [b"", b"  \n", "Имя,Город\nКанат,Алматы\n".encode(), b"\x00\x01\x02", b"PK\x03\x04" + b"phone\n" * 9]
)
def test_what_is_no_table_of_leads_is_refused(almaty: Web, tmp_path: Path, data: bytes) -> None:
    answer = almaty.post("/leads/import", {"file": (io.BytesIO(data), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 422 and not list((tmp_path / "imports").glob("*"))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("a\tb\r\nә\t2\r\n".encode("utf-16"), [["a", "b"], ["ә", "2"]]),
        (b"sep=;\r\na;b,c\r\n1;2\r\n", [["a", "b,c"], ["1", "2"]]),
        (b'a|b\r"1\n2"|"3""4"\r\r5|6', [["a", "b"], ["1\n2", '3"4'], [], ["5", "6"]]),
        (b'a,b\n"1,2\n3,4\n"5,6\n7,"8\n9"\n', [["a", "b"], None, ["3", "4"], None, ["7", "8\n9"]]),
        (b'a,b\n"x "y"",1\n5" pipe,2\n', [["a", "b"], None, ['5" pipe', "2"]]),
    ],
)
def test_tables_are_read_as_spreadsheets_write_them(tmp_path: Path, data: bytes, found: list[object]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert list(imports_file.records(path)) == found


def test_what_a_spreadsheet_makes_of_phones_and_dates_is_understood(app: Flask, almaty: Web) -> None:
    phones = ["77011112200.0", "7,7011112201E+10", '="87011112202"', "'87011112203", "7,7E+10", "87011112205"]
    dates = ["23.11.2026 15:30:45", "2026-11-23T10:30:00Z", "23/11/26", "2026-11-23 15:30", "", "11/23/2026"]
    lines = ["Номер телефона\tДата\tТелефон\tФИО\tЦвет"]
    lines += [f"{phone}\t{day}\t\t{n}\tx" for n, (phone, day) in enumerate(zip(phones, dates, strict=True))]
    data = "\r\n".join(lines).encode("utf-16")
    assert "ничего не берётся: Цвет<" in almaty.get(upload(almaty, data)).text
    assert "Пропущено строк: 2" in bring(app, almaty, data)
    with app.app_context():
        act(almaty)
        got = db.session.execute(select(Lead.name, Lead.phone, Lead.created_at).order_by(Lead.id)).all()
    moments = [datetime(2026, 11, 23, 10, 30, second, tzinfo=UTC) for second in (45, 0, 0)]
    moments.insert(2, datetime(2026, 11, 22, 19, tzinfo=UTC))
    assert [tuple(row) for row in got] == [(str(n), f"8701111220{n}", moments[n]) for n in range(4)]


def test_a_file_is_the_companys_own(almaty: Web, astana: Web) -> None:
    path = upload(almaty, b"phone\n87011112233\n")
    assert (astana.get(path).status_code, astana.post(path).status_code) == (404, 404)
    assert almaty.get(path).status_code == 200


def test_a_talk_goes_out_as_text(almaty: Web, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    text = almaty.get("/leads/1/transcript.txt")
    assert text.mimetype == "text/plain" and "Клиент (Канат): Хочу дом" in text.text and "Бот: " in text.text
    assert len(text.text.strip().splitlines()) == 8
    assert astana.get("/leads/1/transcript.txt").status_code == 404
