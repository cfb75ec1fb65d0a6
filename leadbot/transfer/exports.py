"""Leads for a spreadsheet, and a talk as plain text. For owners: it is all that the company knows of its clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from leadbot.accounts import audit, users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads.filters import EVERYTHING, Filter
from leadbot.models import AuditEvent, Lead, LeadNote, LeadStatus, LeadTask, Message, Source, User
from leadbot.transfer.imports_values import Note, Task

BATCH = 1000
LINES_MOST = 20_000  # of one talk


class Exported(NamedTuple):
    """A lead as it goes out, stored words and moments; `exports_table` writes them in the reader's language."""

    id: int
    created_at: datetime
    status: LeadStatus
    lost_reason: str | None
    name: str | None
    phone: str
    city: str | None
    object_type: str | None
    area: str | None
    area_m2: float | None
    summary: str
    language: str
    source: Source
    assignee_id: int | None
    notes: list[Note]  # oldest first
    tasks: list[Task]  # the first due first
    details: dict[str, str]  # what has no column, by key


_STORED = [getattr(Lead, name) for name in (*Exported._fields[:-3], "details")]


def rows(only: Filter = EVERYTHING, status: LeadStatus | None = None, *, by: User) -> Iterator[Exported]:
    """The leads that the board shows under a filter, newest first. They are read a thousand at a time, and no
    transaction is held while they travel. Raises Forbidden.

    Leads that were merged into another are left out.
    """
    users.check_is_owner(by)
    company_id, by_id = tenancy.acting_for(), by.id
    db.session.rollback()  # a file is fetched by GET: what it writes comes first in a transaction of its own
    tenancy.act_for(company_id)
    audit.note(by_id, AuditEvent.EXPORTED)
    db.session.commit()
    return read(company_id, conditions(only, status))


def conditions(only: Filter, status: LeadStatus | None) -> list[ColumnElement[bool]]:
    """What holds for the leads that go out."""
    found = [Lead.merged_into_id.is_(None), *only.conditions()]
    return found if status is None else [*found, Lead.status == status]


def count(only: Filter = EVERYTHING, status: LeadStatus | None = None) -> int:
    """How many those are."""
    return db.session.scalar(select(func.count()).select_from(Lead).where(*conditions(only, status))) or 0


def longest_notes(only: Filter = EVERYTHING, status: LeadStatus | None = None) -> int:
    """Of the lead among them that has been written about most: how many characters its notes have in all, with what
    goes before each."""
    of_one = select(func.sum(func.length(LeadNote.text) + 100).label("size"))
    of_one = of_one.join(Lead, (Lead.id == LeadNote.lead_id) & (Lead.company_id == LeadNote.company_id))
    sizes = of_one.where(*conditions(only, status)).group_by(LeadNote.lead_id).subquery()
    return db.session.scalar(select(func.max(sizes.c.size))) or 0


def people() -> dict[int, str]:
    """What everybody who ever was of the company is called, by id."""
    return {each.id: each.shown_name for each in db.session.scalars(select(User))}


def transcript(lead: Lead) -> list[tuple[datetime, str, str]]:
    """What was said in the talk of a lead: when, by whom (client, bot, manager), the words."""
    if lead.conversation_id is None:
        return []
    lines = select(Message).where(Message.conversation_id == lead.conversation_id).order_by(Message.seq)
    found = db.session.scalars(lines.limit(LINES_MOST))
    return [
        (line.created_at, line.author.value, line.text or line.audio_file or line.file_name or "") for line in found
    ]


def read(company_id: int, conditions: list[ColumnElement[bool]]) -> Iterator[Exported]:
    """The leads of a company, newest first, a thousand in one transaction."""
    before: int | None = None
    who: dict[int, str] = {}
    while True:
        tenancy.act_for(company_id)
        who = who or people()
        page = select(*_STORED).where(*conditions).order_by(Lead.id.desc()).limit(BATCH)
        found = db.session.execute(page if before is None else page.where(Lead.id < before)).all()
        ids = [lead.id for lead in found]
        notes, tasks = _notes(ids, who), _tasks(ids, who)
        db.session.rollback()
        for lead in found:
            *stored, details = lead
            yield Exported._make((*stored, notes.get(lead.id, []), tasks.get(lead.id, []), details))
        if len(found) < BATCH:
            return
        before = found[-1].id


def _notes(ids: list[int], who: dict[int, str]) -> dict[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    rows = select(LeadNote.lead_id, LeadNote.text, LeadNote.created_at, LeadNote.user_id)
    for lead_id, text, at, user_id in db.session.execute(rows.where(LeadNote.lead_id.in_(ids)).order_by(LeadNote.id)):
        found.setdefault(lead_id, []).append(Note(text, at, who.get(user_id or 0, "")))
    return found


def _tasks(ids: list[int], who: dict[int, str]) -> dict[int, list[Task]]:
    found: dict[int, list[Task]] = {}
    rows = select(LeadTask.lead_id, LeadTask.due_at, LeadTask.text, LeadTask.assignee_id, LeadTask.done_at)
    first = rows.where(LeadTask.lead_id.in_(ids)).order_by(LeadTask.due_at, LeadTask.id)
    for lead_id, due_at, text, user_id, done_at in db.session.execute(first):
        found.setdefault(lead_id, []).append(Task(due_at, text, who.get(user_id or 0, ""), done_at))
    return found
