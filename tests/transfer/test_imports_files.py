"""Files as amoCRM, Bitrix24, Google Contacts, Excel, LibreOffice and 1C write them come in without a hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Web
from flask import Flask
from importing import act, bring, upload, work
from sheetmaking import as_csv, as_html, as_ods, as_xlsx
from sqlalchemy import select

from leadbot.database.session import db
from leadbot.models import Lead, LeadNote, LeadStatus, LostReason

ONE_C = (Path(__file__).parents[1] / "files" / "1c.xls").read_bytes()
AMO = [
    ["ID", "Название сделки", "Бюджет, тг", "Ответственный", "Дата создания сделки", "Кем создана сделка",
     "Дата редактирования", "Теги сделки", "Примечание 1", "Этап сделки", "Воронка", "Причина отказа",
     "Полное имя контакта", "Компания контакта", "Рабочий телефон", "Мобильный телефон", "Рабочий email"],
    ["1", "Дом под ключ", "12000000", "Айгуль", "04.05.2026 10:20:30", "Айгуль", "05.05.2026 10:00:00", "сайт",
     "Просил смету", "Переговоры", "Воронка", "", "Канат Жумабеков", "", "", "'+77011112201", "k@mail.kz"],
    ["2", "Баня", "", "", "03.05.2026 09:00:00", "", "", "", "", "Закрыто и не реализовано", "Воронка", "Высокая цена",
     "Әсел", "ТОО Тау", "'+77011112202", "'+77021112202", ""],
    ["3", "", "", "", "02.05.2026 09:00:00", "", "", "", "", "Успешно реализовано", "Воронка", "",
     "Олег", "", "", "'+77011112203", ""],
]  # fmt: skip
BITRIX = [
    ["ID", "Стадия", "Название лида", "Имя", "Отчество", "Фамилия", "Дата рождения", "Рабочий телефон",
     "Мобильный телефон", "Номер факса", "Рабочий e-mail", "Комментарий", "Источник", "Ответственный", "Дата создания"],
    ["11", "Не обработан", "Заявка с сайта", "Канат", "Ахметович", "Жумабеков", "", "+7 (701) 111-22-01", "", "", "",
     "Дом 150 м²", "Звонок", "Айгуль", "04.05.2026 10:20:30"],
    ["12", "Некачественный лид", "Спам", "", "", "Әсел", "", "", "87011112202, 87021112202", "", "a@b.kz", "", "",
     "", "03.05.2026 09:00:00"],
    ["13", "Сконвертирован", "", "Олег", "", "", "", "", "87011112203", "", "", "", "", "", "02.05.2026 09:00:00"],
]  # fmt: skip
GOOGLE = [
    ["First Name", "Middle Name", "Last Name", "Phonetic First Name", "Organization Name", "Notes", "Photo", "Labels",
     "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value",
     "Address 1 - City"],
    ["Канат", "", "Жумабеков", "", "", "Дом\nна 2 этажа", "", "* myContacts", "* Other", "k@mail.kz", "Mobile",
     "+7 701 111 22 01 ::: +7 702 111 22 01", "Work", "+7 727 250 11 22", "алматы"],
    ["Әсел", "", "", "", "ТОО Тау", "", "", "* myContacts", "", "", "Mobile", "+7 701 111 22 02", "", "", ""],
    ["Олег", "", "", "", "", "", "", "", "", "", "", "", "Work", "8 (701) 111-22-03", ""],
]  # fmt: skip
EXCEL = [
    ["Наши клиенты", None, None, None, None],
    [],
    ["Фамилия, имя, отчество", "Телефон*", "Площадь, м2", "Дата обращения", "Статус"],
    ["Жумабеков Канат", 87011112201, 150, datetime.fromisoformat("2026-05-04 10:20"), "замер назначен"],
    ["Әсел", "8-701-111-22-02", 78.5, 46145.375, "Отказ"],
    ["Олег", "8 701 111 22 03", None, datetime.fromisoformat("2026-05-02 09:00"), "договор"],
]  # fmt: skip
KAZAKH = [
    ["Аты-жөні", "Ұялы телефон", "Қала", "Күні", "Кезеңі", "Ескертпе"],
    ["Жумабеков Канат", "8 701 111 22 01", "Шымкент", "2026 ж. 4 мамыр, 10:20", "Жұмыста", "қоңырау шалу"],
    ["Әсел", "8 701 111 22 02", "", "3 мамыр 2026", "Бас тартты", ""],
    ["Олег", "8 701 111 22 03", "", "02.05.2026", "Келісімшарт", ""],
]
FILES = {
    "amoCRM, Windows": as_csv(AMO, encoding="cp1251"),
    "amoCRM, workbook": as_xlsx(("Сделки", AMO)),
    "Bitrix24": as_csv(BITRIX, encoding="utf-8-sig"),
    "Bitrix24, .xls that is a web page": as_html(BITRIX),
    "Google Contacts": as_csv(GOOGLE, separator=","),
    "Excel": as_xlsx(("Итоги", [["за год", 12]]), ("Клиенты", EXCEL)),
    "LibreOffice": as_ods(EXCEL),
    "DOS": as_csv(
        [["Клиент", "Сот. тел."], *([row[0].replace("Әсел", "Асель"), row[1]] for row in EXCEL[3:])], encoding="cp866"
    ),
    "Kazakh": as_csv(KAZAKH, encoding="utf-16"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_program_comes_in(app: Flask, almaty: Web, name: str) -> None:
    path = upload(almaty, FILES[name])
    page = almaty.get(path).text
    if "no_reason" in page:
        assert almaty.post(f"{path}/choices", {"no_reason": "postponed"}).status_code == 303
    almaty.post(path)
    work(app)
    with app.app_context():
        act(almaty)
        rows = db.session.scalars(select(Lead).order_by(Lead.phone)).all()
        assert [row.phone for row in rows] == ["87011112201", "87011112202", "87011112203"], name
        first = rows[0].name or ""
        assert "Канат" in first and "Жумабеков" in first
        if name != "DOS":
            assert [row.status.is_open for row in rows] == ([True] * 3 if "Google" in name else [True, False, False])
        if "Google" not in name and name != "DOS":
            assert rows[2].status is LeadStatus.WON
            assert f"{rows[0].created_at:%d.%m.%Y %H:%M}" == "04.05.2026 05:20"


def notes(app: Flask, web: Web) -> dict[str, list[str]]:
    with app.app_context():
        act(web)
        found: dict[str, list[str]] = {}
        pairs = select(Lead.phone, LeadNote.text).join(Lead, Lead.id == LeadNote.lead_id).order_by(LeadNote.id)
        for phone, text in db.session.execute(pairs):
            found.setdefault(phone, []).append(text)
        return found


def test_what_has_no_field_of_its_own_becomes_a_note(app: Flask, almaty: Web) -> None:
    bring(app, almaty, as_csv(AMO))
    found = notes(app, almaty)
    assert found["87011112201"][0] == "Просил смету"
    assert "Бюджет, тг: 12000000" in found["87011112201"][1] and "Рабочий email: k@mail.kz" in found["87011112201"][1]
    assert "Мобильный телефон: 87021112202" in found["87011112202"][0]
    assert "Причина отказа: Высокая цена" in found["87011112202"][0]
    with app.app_context():
        act(almaty)
        lost = db.session.scalars(select(Lead).where(Lead.status == LeadStatus.LOST)).one()
        assert (lost.lost_reason, lost.summary) == (LostReason.EXPENSIVE, "Баня")


def test_titles_above_the_header_and_ends_of_lines_in_cells(app: Flask, almaty: Web) -> None:
    said = bring(app, almaty, ONE_C)
    assert "Импортированы 2 заявки" in said and "Пропущено строк: 1" in said
    with app.app_context():
        act(almaty)
        first, second = db.session.scalars(select(Lead).order_by(Lead.phone)).all()
        assert (first.name, first.phone, second.name) == ("Сейтқали Нұрлан", "87011112233", 'ТОО "Тау"')
        assert first.created_at == datetime(2026, 3, 4, 4, 15, tzinfo=UTC)
        assert second.created_at == datetime(2025, 12, 30, 19, tzinfo=UTC)
    found = notes(app, almaty)["87011112233"]
    assert found[0] == "Дом 120 м²\nперезвонить" and "Телефон: 87272501122" in found[1] and "Абая, 10" in found[1]


def test_a_workbook_of_several_sheets_lets_choose(app: Flask, almaty: Web) -> None:
    old = [["Телефон", "Имя"], ["87010000001", "Старый"]]
    path = upload(almaty, as_xlsx(("2026", [["Телефон", "Имя"], ["87010000002", "Новый"]]), ("2025", old)))
    assert "Новый" in almaty.get(path).text
    almaty.post(f"{path}/choices", {"sheet": "1"})
    page = almaty.get(path).text
    assert "Старый" in page and "Новый" not in page and '<option value="1" selected>2025<' in page


def test_columns_without_names_are_known_by_what_stands_in_them(almaty: Web) -> None:
    rows = [["Канат Жумабеков", "Алматы", "8 701 111 22 33", "04.05.2026"]] * 2
    page = almaty.get(upload(almaty, as_csv(rows))).text
    for cell in ("Канат Жумабеков", "Алматы", "04.05.2026"):
        assert cell in page
    assert "Импортировать заявок: 1" in page
    chosen = [
        page.split(f'name="column-{at}"')[1].split("</select>")[0].split(" selected>")[1].split("<")[0]
        for at in range(4)
    ]
    assert chosen == ["Имя", "Город", "Телефон", "Создана"]


def test_a_column_can_be_chosen_by_hand(app: Flask, almaty: Web) -> None:
    path = upload(almaty, as_csv([["Телефон", "Псевдоним"], ["87010000001", "Каке"]]))
    assert "ничего не берётся: Псевдоним<" in almaty.get(path).text
    refused = almaty.post(path, {"column-0": "", "column-1": "name"})
    assert refused.status_code == 422 and "Выберите столбец с телефонами" in refused.text
    assert almaty.post(path, {"column-0": "phone", "column-1": "name"}).status_code == 303
    with app.app_context():
        act(almaty)
    work(app)
    with app.app_context():
        act(almaty)
        assert db.session.scalars(select(Lead.name)).one() == "Каке"


HEAD = "Телефон;Имя;Қала"


@pytest.mark.parametrize(
    ("encoding", "head"),
    [("utf-8", HEAD), ("utf-8-sig", HEAD), ("utf-16", HEAD), ("utf-16-le", HEAD), ("utf-16-be", HEAD),
     *((each, "Телефон;Имя;Город") for each in ("cp1251", "cp866", "koi8-r", "mac_cyrillic"))],
)  # fmt: skip
def test_the_encoding_is_the_one_whose_header_is_known(app: Flask, almaty: Web, encoding: str, head: str) -> None:
    bring(app, almaty, f"{head}\r\n87010000001;Пётр Щёголев;Алматы\r\n".encode(encoding))
    with app.app_context():
        act(almaty)
        lead = db.session.scalars(select(Lead)).one()
        assert (lead.name, lead.city) == ("Пётр Щёголев", "Алматы")


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r"])
def test_under_a_latin_header_the_letters_tell(app: Flask, almaty: Web, encoding: str) -> None:
    names = ["Наталья Петровна", "Сергей Иванович", "Владимир Алексеевич", "Екатерина Олеговна", "Пётр"]
    lines = "".join(f"8701000000{at};{name};перезвонить после обеда\r\n" for at, name in enumerate(names))
    bring(app, almaty, f"phone;name;comment\r\n{lines}".encode(encoding))
    with app.app_context():
        act(almaty)
        assert db.session.scalars(select(Lead.name).order_by(Lead.id)).all() == names


def test_a_stray_byte_costs_its_own_row_alone(app: Flask, almaty: Web) -> None:
    data = "Телефон;Имя\r\n87010000001;Пётр\r\n87010000002;Ол?г\r\n87010000003;Әсел\r\n".encode().replace(b"?", b"\xff")
    page = almaty.get(upload(almaty, data)).text
    assert "Строк с ошибками, пропущено: 1" in page and "Строки: 3<" in page and "Пётр" in page and "Әсел" in page


@pytest.mark.parametrize(
    "text",
    ["Фамилия, имя, отчество;Телефон\r\nЖумабеков, Канат;87010000001\r\n",
     "Телефон;Площадь, м2\r\n87010000001;78,5\r\n", "Телефон|Имя\r\n87010000001|а;б\r\n",
     "Имя\tТелефон\r\nа, б\t87010000001\r\n", "Телефон*\r\n87010000001\r\n"],
)  # fmt: skip
def test_the_separator_is_the_one_under_which_columns_are_known(app: Flask, almaty: Web, text: str) -> None:
    assert "Импортирована 1 заявка" in bring(app, almaty, text.encode())
