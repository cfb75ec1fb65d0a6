"""Tasks on leads: "call back on ..." by the company's clock, and the reminder when one is due."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import joinedload

from leadbot.accounts import due_rows, users
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid, NotFound
from leadbot.events import TaskDue, publish
from leadbot.leads import board, moving, records
from leadbot.models import Lead, LeadTask, User
from leadbot.texts import text_input

TEXT_MOST = 500
AHEAD_MOST = timedelta(days=5 * 366)
LIST_MOST = 500

log = logging.getLogger(__name__)


def add(lead: Lead, due_at: datetime, text: str, *, by: User, to: User | None = None) -> LeadTask:
    """Set a task, for a person or for whoever sees it. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    moving.check_takes_work(to)
    clean = text_input.line(text, "text", most=TEXT_MOST, required=False)
    task = LeadTask(lead_id=lead.id, text=clean, due_at=due_at, assignee_id=to.id if to else None, user_id=by.id)
    db.session.add(task)
    _settle(lead, task, "task_set", by=by)
    return task


def set_done(task: LeadTask, is_done: bool, *, by: User) -> None:
    """Tick a task off, or take that back. Raises Forbidden."""
    users.check_may_write(by)
    if (task.done_at is not None) == is_done:
        return
    task.done_at, task.done_by_id = (utcnow(), by.id) if is_done else (None, None)
    _settle(task.lead, task, "task_done" if is_done else "task_set", by=by)


def postpone(task: LeadTask, due_at: datetime, *, by: User) -> None:
    """Another moment, and another reminder then. Raises Forbidden."""
    users.check_may_write(by)
    before, task.due_at, task.reminded_at = task.due_at, due_at, None
    _settle(task.lead, task, "task_moved", by=by, from_value=before.isoformat())


def delete(task: LeadTask, *, by: User) -> None:
    """Take a task away. Raises Forbidden."""
    users.check_may_write(by)
    db.session.delete(task)
    _settle(task.lead, task, "task_deleted", by=by)


def now() -> datetime:
    """The moment that decides what is due."""
    return utcnow()


def moment(day: str, clock: str, *, past: bool = False) -> datetime:
    """A day and a time by the company's clock, as forms send them. Raises Invalid, also for what has passed already."""
    try:
        on = date.fromisoformat(day.strip())
    except ValueError:
        raise Invalid("Choose a day", field="day") from None
    try:
        at = time.fromisoformat(clock.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid("Choose a time", field="time") from None
    zone, at_once = ZoneInfo(company_settings.company().time_zone), now()
    if on > (at_once + AHEAD_MOST).date():
        raise Invalid("Choose a day within the next five years", field="day")
    if on < at_once.date() - AHEAD_MOST:
        raise Invalid("That time has passed. Choose a later one", field="day")
    due_at = datetime.combine(on, at, zone).astimezone(at_once.tzinfo)
    if due_at < at_once - timedelta(minutes=1) and not past:
        raise Invalid(
            "That time has passed. Choose a later one", field="time" if on >= at_once.astimezone(zone).date() else "day"
        )
    return due_at


def get(lead: Lead, task_id: int) -> LeadTask:
    """A task of this lead. Raises NotFound."""
    found = select(LeadTask).where(LeadTask.id == task_id, LeadTask.lead_id == lead.id)
    task = db.session.scalars(found).first() if 0 < task_id < 2**31 else None
    if task is None:
        raise NotFound
    return task


def of_lead(lead: Lead) -> list[LeadTask]:
    """The lead's open tasks, the next first, then those that are done, the last first."""
    rows = list(db.session.scalars(_shown().where(LeadTask.lead_id == lead.id).order_by(LeadTask.due_at, LeadTask.id)))
    return [row for row in rows if row.done_at is None] + [row for row in rows[::-1] if row.done_at is not None]


def open_for(user: User | None) -> list[LeadTask]:
    """The open tasks of a person and those of nobody; of all people with None. The next first."""
    found = _shown().where(LeadTask.done_at.is_(None)).order_by(LeadTask.due_at, LeadTask.id).limit(LIST_MOST)
    found = found if user is None else found.where(_concerns(user))
    return list(db.session.scalars(found.options(joinedload(LeadTask.lead))))


def due_for(user: User) -> int:
    """How many of those are due by now."""
    found = select(func.count()).select_from(LeadTask).where(LeadTask.done_at.is_(None), LeadTask.due_at <= utcnow())
    return db.session.scalar(found.where(_concerns(user))) or 0


def remind_due() -> int:
    """Say of each open task whose time has come that it is due, once; returns how many.

    The worker calls this again and again; two workers at once tell once, since the row is marked where it is not yet.
    """
    return due_rows.each(LeadTask.due_at, _remind, LeadTask.reminded_at.is_(None), LeadTask.done_at.is_(None))


def settle_next(lead_id: int) -> None:
    """Keep with the lead when its next task is due. Part of the caller's transaction; the card's version stays."""
    following = select(func.min(LeadTask.due_at)).where(LeadTask.lead_id == lead_id, LeadTask.done_at.is_(None))
    db.session.execute(
        update(Lead)
        .where(Lead.id == lead_id)
        .values(task_at=db.session.scalar(following), updated_at=utcnow())
        .execution_options(synchronize_session=False)
    )


def _remind(task_id: int) -> bool:
    marked = db.session.execute(
        update(LeadTask)
        .where(LeadTask.id == task_id, LeadTask.done_at.is_(None), LeadTask.reminded_at.is_(None))
        .where(LeadTask.due_at <= utcnow())
        .values(reminded_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    task = db.session.scalars(_shown().where(LeadTask.id == task_id).options(joinedload(LeadTask.lead))).one()
    publish(TaskDue(task.id))
    board.touch()  # cards say now that it is overdue
    db.session.commit()
    return True


def _settle(lead: Lead, task: LeadTask, kind: str, *, by: User, from_value: str | None = None) -> None:
    before, due_at = from_value or task.text or None, task.due_at.isoformat()
    db.session.flush()
    settle_next(lead.id)
    records.record(lead, kind, field="task", from_value=before, to_value=due_at, by=by)
    db.session.commit()


def _shown() -> Select[Any]:
    return select(LeadTask).options(joinedload(LeadTask.assignee).lazyload(User.company))


def _concerns(user: User) -> ColumnElement[bool]:
    return or_(LeadTask.assignee_id == user.id, LeadTask.assignee_id.is_(None))
