"""Tasks on a lead: set by the company's clock, told of once when due, put off, ticked off, listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.accounts import due_rows
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import tasks
from leadbot.models import Company, Delivery, Lead, LeadEvent, LeadTask, Role, User
from leadbot.notifications import hear
from leadbot.outbox import deliveries

HTMX = {"HX-Request": "true"}
NBSP = "\u00a0"
MONDAY = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)  # 15:42 in Almaty
Clock = Callable[..., None]


@pytest.fixture
def lead(api_almaty: Api) -> int:
    contract_dialogue(api_almaty)
    return 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the house's clock: clock(hours=3) is three hours after Monday's beginning."""

    def set_to(**after: int) -> None:
        for room in (tasks, due_rows, hear, deliveries):
            monkeypatch.setattr(room, "utcnow", lambda: MONDAY + timedelta(**after))

    set_to()
    return set_to


@pytest.fixture
def chat(app: Flask, almaty: Web) -> None:
    """The company has a Telegram chat."""
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.get_one(Company, almaty.company_id).telegram_chat_id = "-100"
        db.session.commit()


def add(web: Web, day: str, at: str, text: str = "", headers: dict[str, str] | None = None, **more: str) -> object:
    form = {"day": day, "time": at, "text": text, "from": "lead", **more}
    return web.post("/leads/1/tasks", form, headers=headers or {})


def told(app: Flask, company_id: int) -> list[str]:
    """Lets the worker look, twice; the texts of all reminders by now."""
    with app.app_context():
        tasks.remind_due()
    with app.app_context():
        tasks.remind_due()
        tenancy.act_for(company_id)
        return [row.text for row in db.session.query(Delivery).filter(Delivery.event == "task").order_by(Delivery.id)]


def test_a_task_is_told_of_once_when_its_time_has_come(
    app: Flask, almaty: Web, lead: int, chat: None, clock: Clock
) -> None:
    assert add(almaty, "2026-11-24", "10:00", "Спросить про <b>проект</b>").status_code == 303
    clock(hours=18, minutes=17)  # 9:59 on Tuesday
    assert told(app, almaty.company_id) == []
    clock(hours=18, minutes=18)
    first = f"🔔 Перезвоните в 10:00: Канат, {'8 776 877 66 37'.replace(' ', NBSP)}. Спросить про <b>проект</b>"
    assert told(app, almaty.company_id) == [f"{first}\n№{NBSP}1"]
    clock(days=3)
    assert len(told(app, almaty.company_id)) == 1


def test_the_day_is_said_where_the_worker_was_late(
    app: Flask, almaty: Web, lead: int, chat: None, clock: Clock
) -> None:
    add(almaty, "2026-11-24", "10:00", assignee="1")
    clock(days=2)
    assert told(app, almaty.company_id)[0].startswith("🔔 Перезвоните в 24.11, 10:00: Канат")
    assert told(app, almaty.company_id)[0].endswith("Ответственный: manager")


def test_put_off_it_is_told_of_again_and_done_never(
    app: Flask, almaty: Web, lead: int, chat: None, clock: Clock
) -> None:
    add(almaty, "2026-11-23", "16:00")
    clock(hours=1)
    assert len(told(app, almaty.company_id)) == 1
    almaty.post("/leads/1/tasks/1/postpone", {"day": "2026-11-24", "time": "09:00"})
    clock(days=1)
    assert len(told(app, almaty.company_id)) == 2
    almaty.post("/leads/1/tasks/1/postpone", {"day": "2026-11-25", "time": "09:00"})
    almaty.post("/leads/1/tasks/1/done")
    clock(days=9)
    assert len(told(app, almaty.company_id)) == 2


def test_without_a_chat_nothing_is_sent_and_the_board_shows_it(
    app: Flask, almaty: Web, lead: int, clock: Clock
) -> None:
    add(almaty, "2026-11-23", "16:00")
    page = almaty.get("/board").text
    version = re.search(r'data-version="(\d+)"\s+data-stage="new"', page).group(1)
    assert "Сегодня, 16:00" in page
    clock(hours=1)
    assert told(app, almaty.company_id) == []
    live = almaty.get(f"/board/live?v={version}")
    assert live.status_code == 200, "a task that falls due is news"
    assert "Просрочено: сегодня, 16:00" in live.text


def test_a_task_does_not_make_a_move_of_its_card_stale(app: Flask, almaty: Web, lead: int, clock: Clock) -> None:
    version = re.search(r'name="version" value="(\d+)"', almaty.get("/leads/1").text).group(1)
    add(almaty, "2026-11-24", "10:00")
    assert almaty.post("/leads/1/move", {"status": "estimate", "version": version}).status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.get_one(Lead, 1).task_at == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    almaty.post("/leads/1/tasks/1/done")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.get_one(Lead, 1).task_at is None


@over(
    [
        ("2026-11-22", "10:00", "Это время уже прошло"),
        ("2026-11-23", "15:40", "Это время уже прошло"),
        ("0001-01-01", "10:00", "Это время уже прошло"),
        ("9999-12-31", "23:59", "пять лет"),
        ("", "10:00", "Выберите день"),
        ("2026-02-30", "10:00", "Выберите день"),
        ("завтра", "10:00", "Выберите день"),
        ("2026-11-24", "", "Выберите время"),
        ("2026-11-24", "25:00", "Выберите время"),
        ("2026-11-24", "10:00+99:99", "Выберите время"),
    ],
    "day, at, said",
)
def test_a_moment_that_can_not_be_is_said_and_the_rest_stays(
    app: Flask, almaty: Web, lead: int, clock: Clock, day: str, at: str, said: str
) -> None:
    for headers in ({}, HTMX):
        answer = add(almaty, day, at, "Спросить про проект", headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="Спросить про проект"' in answer.text
    add(almaty, "2026-11-24", "10:00")
    late = almaty.post("/leads/1/tasks/1/postpone", {"day": day, "time": at}, headers=HTMX)
    assert (late.status_code, said in late.text) == (422, True)


@pytest.mark.parametrize(
    ("text", "assignee"), [("Ж" * 501, ""), ("a\nb", ""), ("x", "2"), ("x", "999999"), ("x", "abc")]
)
def test_a_task_that_can_not_be_is_refused(
    app: Flask, almaty: Web, astana: Web, lead: int, clock: Clock, text: str, assignee: str
) -> None:
    assert add(almaty, "2026-11-24", "10:00", text, assignee=assignee).status_code == 422
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.query(LeadTask).count() == 0


def test_done_and_deleted_can_be_undone(app: Flask, almaty: Web, lead: int, clock: Clock) -> None:
    add(almaty, "2026-11-24", "10:00", "Смета")
    ticked = almaty.post("/leads/1/tasks/1/done", {"from": "lead"}, headers=HTMX)
    assert 'class="task done"' in ticked.text and "Вернуть" in ticked.text
    almaty.post("/leads/1/tasks/1/done", {"undo": "1", "from": "lead"}, headers=HTMX)
    gone = almaty.post("/leads/1/tasks/1/delete", {"from": "lead"}, headers=HTMX).text
    assert "data-task" not in gone
    assert dict(re.findall(r'name="(day|time|text|again)" value="([^"]*)"', gone)) == {
        "day": "2026-11-24", "time": "10:00", "text": "Смета", "again": "1",
    }  # fmt: skip
    clock(days=3)  # even when its time has passed meanwhile
    assert add(almaty, "2026-11-24", "10:00", "Смета", again="1").status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        kinds = [event.kind for event in db.session.query(LeadEvent).filter(LeadEvent.field == "task")]
    assert kinds == ["task_set", "task_done", "task_set", "task_deleted", "task_set"]


def test_the_list_is_of_mine_and_nobodys_or_of_all(app: Flask, almaty: Web, lead: int, clock: Clock) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.add(User(email="d", email_key="d", name="Данияр", hashed_password="x", role=Role.MANAGER))
        db.session.commit()
        other = db.session.query(User).filter(User.name == "Данияр").one().id
    assert "Напоминаний нет" in almaty.get("/tasks").text
    add(almaty, "2026-11-23", "15:50", "первое")
    add(almaty, "2026-11-24", "09:00", "второе", assignee="1")
    add(almaty, "2026-11-24", "10:00", "чужое", assignee=str(other))
    clock(minutes=20)
    page = almaty.get("/tasks").text
    assert [text for text in ("первое", "второе", "чужое") if text in page] == ["первое", "второе"]
    assert page.index("Просрочено") < page.index("первое") < page.index("Позже") < page.index("второе")
    assert "чужое" in almaty.get("/tasks?who=all").text
    assert ">1<" in almaty.get("/tasks/due").text
    ticked = almaty.post("/leads/1/tasks/1/done", {"from": "tasks", "who": "mine"}, headers=HTMX)
    assert "первое" not in re.sub(r"(?s)hx-swap-oob.*", "", ticked.text) and 'id="task-list"' in ticked.text
    plain = almaty.post("/leads/1/tasks/2/done", {"from": "tasks", "who": "mine"})
    assert plain.location == "/tasks?who=mine"


def test_only_members_who_may_write_touch_tasks(
    app: Flask, almaty: Web, astana: Web, lead: int, clock: Clock, api_almaty: Api
) -> None:
    add(almaty, "2026-11-24", "10:00", "Смета")
    contract_dialogue(api_almaty, "second", "87010000001")
    assert almaty.post("/leads/2/tasks/1/done").status_code == 404, "a task of another lead"
    for path in ("tasks", "tasks/1/done", "tasks/1/postpone", "tasks/1/delete"):
        assert astana.post(f"/leads/1/{path}", {"day": "2026-11-24", "time": "10:00"}).status_code == 404
    assert "Смета" not in astana.get("/tasks?who=all").text
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.query(User).one().role = Role.VIEWER
        db.session.commit()
    for path in ("tasks", "tasks/1/done", "tasks/1/postpone", "tasks/1/delete"):
        assert almaty.post(f"/leads/1/{path}", {"day": "2026-11-24", "time": "10:00"}).status_code == 403
    assert "Смета" in almaty.get("/leads/1").text
