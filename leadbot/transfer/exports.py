"""Leads for a spreadsheet, and a talk as plain text. For owners: it is all that the company knows of its clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from leadbot.accounts import audit, users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads.filters import EVERYTHING, Filter
from leadbot.models import Act, Lead, LeadNote, LeadStatus, LeadTask, Message, Source, User

BATCH = 1000
LINES_MOST = 20_000  # of one talk


class Exported(NamedTuple):
    """A lead as it goes out, stored words and moments; the web writes them in the reader's language."""

    id: int
    created_at: datetime
    status: LeadStatus
    lost_reason: str | None
    name: str | None
    phone: str
    city: str | None
    object_type: str | None
    area: str | None
    summary: str
    language: str
    source: Source
    assignee_id: int | None
    notes: str  # oldest first, an empty line between two
    call_at: datetime | None  # when the next call back is due
    call_about: str
    details: dict[str, str]  # what has no column, by key


_STORED = [getattr(Lead, name) for name in (*Exported._fields[:-4], "details")]


def rows(only: Filter = EVERYTHING, status: LeadStatus | None = None, *, by: User) -> Iterator[Exported]:
    """The leads that the board shows under a filter, newest first. They are read a thousand at a time, and no
    transaction is held while they travel. Raises Forbidden.

    Leads that were merged into another are left out.
    """
    users.check_is_owner(by)
    conditions = [Lead.merged_into_id.is_(None), *only.conditions()]
    if status is not None:
        conditions.append(Lead.status == status)
    company_id, by_id = tenancy.acting_for(), by.id
    db.session.rollback()  # a file is fetched by GET: what it writes comes first in a transaction of its own
    tenancy.act_for(company_id)
    audit.note(by_id, Act.EXPORTED)
    db.session.commit()
    return _read(company_id, conditions)


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


def _read(company_id: int, conditions: list[ColumnElement[bool]]) -> Iterator[Exported]:
    before: int | None = None
    while True:
        tenancy.act_for(company_id)
        page = select(*_STORED).where(*conditions).order_by(Lead.id.desc()).limit(BATCH)
        found = db.session.execute(page if before is None else page.where(Lead.id < before)).all()
        ids = [lead.id for lead in found]
        notes, calls = _notes(ids), _calls(ids)
        db.session.rollback()
        for lead in found:
            *stored, details = lead
            beside = ("\n\n".join(notes.get(lead.id, ())), *calls.get(lead.id, (None, "")))
            yield Exported._make((*stored, *beside, details))
        if len(found) < BATCH:
            return
        before = found[-1].id


def _notes(ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = select(LeadNote.lead_id, LeadNote.text).where(LeadNote.lead_id.in_(ids)).order_by(LeadNote.id)
    for lead_id, text in db.session.execute(rows):
        found.setdefault(lead_id, []).append(text)
    return found


def _calls(ids: list[int]) -> dict[int, tuple[datetime, str]]:
    """The next call back of each lead that has one."""
    open_ones = select(LeadTask.lead_id, LeadTask.due_at, LeadTask.text).where(
        LeadTask.lead_id.in_(ids), LeadTask.done_at.is_(None)
    )
    latest_first = db.session.execute(open_ones.order_by(LeadTask.due_at.desc(), LeadTask.id.desc()))
    return {lead_id: (due_at, text) for lead_id, due_at, text in latest_first}
