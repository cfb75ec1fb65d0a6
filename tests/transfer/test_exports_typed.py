"""Workbooks: numbers and dates are such, all notes and reminders come back, large ones are the worker's."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from conftest import Api, Clock, Web, contract_dialogue
from flask import Flask
from importing import act, bring, put, table
from making import put_leads
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from leadbot.database.session import db
from leadbot.models import AuditEntry, Lead, LeadNote, LeadStatus, LeadTask, Role, User
from leadbot.transfer import exports_job


def cells(data: bytes) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_numbers_and_dates_are_such(app: Flask, almaty: Web) -> None:
    at = datetime.fromisoformat("2026-05-04T05:20:30+00:00")
    put(app, almaty, name="Канат", area="78,5 м²", area_m2=78.5, created_at=at, summary="=1+1", city="Алматы")
    (row,) = cells(almaty.get("/leads/export.xlsx").data)
    assert row["Номер"] == 1.0 and row["Площадь, м²"] == 78.5 and row["Площадь"] == "78,5 м²"
    assert row["Создана"] == datetime.fromisoformat("2026-05-04 10:20:30")
    assert row["Телефон"] == "87010000001" and row["Кратко"] == "=1+1"


@pytest.mark.parametrize(
    ("language", "separator", "day"),
    [("ru", ";", "04.05.2026 10:20"), ("kk", ";", "04.05.2026 10:20"), ("en", ",", "2026-05-04 10:20")],
)
def test_csv_opens_in_columns_in_the_readers_excel(
    app: Flask, almaty: Web, language: str, separator: str, day: str
) -> None:
    put(app, almaty, created_at=datetime.fromisoformat("2026-05-04T05:20:00+00:00"), area="78,5 м²", area_m2=78.5)
    almaty.post("/settings/profile", {"name": "Айгуль", "language": language})
    _, row = table(almaty.get("/leads/export.csv").data, separator)
    assert row[1] == day and row[9] == ("78.5" if language == "en" else "78,5")


def beside(app: Flask, web: Web) -> list[tuple[object, ...]]:
    """Leads with their notes and reminders, as far as they can be compared."""
    with app.app_context():
        act(web)
        kept = (Lead.name, Lead.phone, Lead.status, Lead.area, Lead.created_at, Lead.task_at)
        rows: list[tuple[object, ...]] = [tuple(row) for row in db.session.execute(select(*kept).order_by(Lead.phone))]
        notes = select(Lead.phone, LeadNote.text, LeadNote.created_at).join(Lead, Lead.id == LeadNote.lead_id)
        rows += [tuple(row) for row in db.session.execute(notes.order_by(Lead.phone, LeadNote.created_at))]
        tasks = select(Lead.phone, LeadTask.text, LeadTask.due_at, LeadTask.done_at, User.name)
        tasks = tasks.join(Lead, Lead.id == LeadTask.lead_id).outerjoin(User, User.id == LeadTask.assignee_id)
        return rows + [tuple(row) for row in db.session.execute(tasks.order_by(LeadTask.due_at))]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_notes_and_reminders_come_back(app: Flask, almaty: Web, astana: Web, clock: Clock, kind: str) -> None:
    clock.set("2026-11-24 09:00")
    for web in (almaty, astana):
        web.post("/settings/profile", {"name": "Айгуль [главная]", "language": "ru"})
    put(app, almaty, name="Канат", created_at=clock.moment - timedelta(days=9), area="150 м²", area_m2=150.0)
    texts = [
        "Первая\n\nс пустой строкой",
        "[24.11.2026 09:00, Айгуль] подделка",
        "=1+1",
        "\\[24.11.2026 09:00]",
        "x" * 4000,
    ]
    for text in (*texts, *("я" * 4000 for _ in range(12))):
        clock.forward(minutes=1)
        almaty.post("/leads/1/notes", {"text": text})
    for day in ("2027-02-01", "2026-12-01"):
        almaty.post("/leads/1/tasks", {"text": f"✓ смета, {day}", "day": day, "time": "10:00", "assignee": "1"})
    almaty.post("/leads/1/tasks/2/done", {"done": "1"})
    clock.forward(minutes=5)
    sent = almaty.get(f"/leads/export.{kind}").data
    assert "Импортирована 1 заявка" in bring(app, astana, sent)
    assert len(beside(app, almaty)) == 1 + 17 + 2
    assert beside(app, astana) == beside(app, almaty)


def test_a_large_workbook_is_written_by_the_worker(
    app: Flask, almaty: Web, astana: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch, config: object
) -> None:
    monkeypatch.setattr(exports_job, "AT_ONCE_MOST", 10)
    monkeypatch.setattr(exports_job, "SAVED_EVERY", 5)
    put_leads(app, almaty.company_id or 0, 24)
    page = almaty.get("/leads/export.xlsx")
    assert page.status_code == 200 and "24 заявок сразу не отдать" in page.text
    assert len(cells(almaty.post("/leads/export", {"stage": "won"}).data)) == 4, "few are sent at once"
    started = almaty.post("/leads/export", {"stage": ""})
    path = str(started.location)
    assert started.status_code == 303 and almaty.post("/leads/export").location == path, "pressed twice"
    page = almaty.get(path)
    assert "Строк: 0 из 24" in page.text and 'hx-trigger="every 1s"' in page.text
    assert almaty.get(f"{path}/leads.xlsx").status_code == astana.get(path).status_code == 404
    with app.app_context():
        (job,) = exports_job.due()
        exports_job.carry_on(job)
        assert exports_job.due() == []
    assert "Файл готов" in almaty.get(path, headers={"HX-Request": "true"}).text
    answer = almaty.get(f"{path}/leads.xlsx")
    assert answer.headers.getlist("Cache-Control") == ["no-store"] and len(cells(answer.data)) == 24
    with app.app_context():
        folder = exports_job._folder()
        (file,) = folder.iterdir()
        assert (file.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)
        monkeypatch.setattr(exports_job, "LASTS_SECONDS", -1)
        assert exports_job.sweep() == 1 and exports_job.sweep() == 0
        act(almaty)
        assert [entry.act.value for entry in db.session.scalars(select(AuditEntry))].count("exported") == 2
    assert "Файла уже нет" in almaty.get(path).text


def test_an_erased_client_leaves_with_the_workbooks(app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports_job, "AT_ONCE_MOST", 0)
    put_leads(app, almaty.company_id or 0, 2)
    path = str(almaty.post("/leads/export").location)
    with app.app_context():
        exports_job.carry_on(exports_job.due()[0])
    waiting = str(almaty.post("/leads/export").location)
    almaty.post("/leads/1/erase", {"sure": "1"})
    assert almaty.get(f"{path}/leads.xlsx").status_code == 404 and "не получилось" in almaty.get(waiting).text


def test_only_owners_take_leads_out(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        act(almaty)
        db.session.query(User).one().role = Role.MANAGER
        db.session.commit()
    assert {almaty.get(f"/leads/export{end}").status_code for end in ("", ".csv", ".xlsx", "/" + "x" * 32)} == {403}
    assert almaty.post("/leads/export").status_code == 403


def test_the_column_of_a_stage_bears_the_readers_words(app: Flask, almaty: Web) -> None:
    put(app, almaty, status=LeadStatus.LOST, lost_reason="expensive")
    almaty.post("/settings/profile", {"name": "Айгуль", "language": "kk"})
    (row,) = cells(almaty.get("/leads/export.xlsx").data)
    assert row["Кезең"] == "Бас тартты" and row["Бас тарту себебі"] == "Қымбат"
