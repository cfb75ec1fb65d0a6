"""Files of leads come in: looked through, taken over by a worker that may die, taken back; nothing told to anybody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Clock, Web
from flask import Flask
from importing import act, bring, upload, work
from sqlalchemy import select

from leadbot.database.session import db
from leadbot.leads import board
from leadbot.models import Company, Delivery, Lead, LeadEvent, LeadStatus, Source
from leadbot.transfer import imports, imports_text


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
    for kind, lines, said in (
        ("phone", "3", "лишние или не хватает"),
        ("stage", "5", "Этап неизвестен"),
        ("no_reason", "6", "причина не указана"),
        ("date", "7, 8", "Дата не читается"),
        ("unreadable", "9, 10", "не хватает кавычки"),
    ):
        fault = re.search(rf'data-fault="{kind}".*?</li>', page, re.DOTALL)
        assert fault and f"Строки: {lines}<" in fault[0] and said in fault[0], kind
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
    assert list(imports_text.records(path, lambda record: 0)) == found


def test_what_a_spreadsheet_makes_of_phones_and_dates_is_understood(app: Flask, almaty: Web) -> None:
    phones = ["77011112200.0", "7,7011112201E+10", '="87011112202"', "'87011112203", "7,7E+10", "87011112205"]
    dates = ["23.11.2026 15:30:45", "2026-11-23T10:30:00Z", "23/11/26", "2026-11-23 15:30", "", "11/33/2026"]
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
