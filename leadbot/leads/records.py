"""A lead as it stands: found, its notes and its history, and what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from leadbot import events
from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid, NotFound
from leadbot.leads import board, listing
from leadbot.models import (
    Conversation,
    Evidence,
    Lead,
    LeadEvent,
    LeadNote,
    LeadStatus,
    User,
)
from leadbot.texts import text_input

NOTE_MOST = 4000
# What is more than a line of the history: others hear of it.
PUBLISHED: Mapping[str, Callable[[int], object]] = {
    "moved": events.LeadMoved,
    "assigned": events.LeadTaken,
    **dict.fromkeys(("task_set", "task_moved", "task_done", "task_deleted"), events.TasksChanged),
    **dict.fromkeys(("merged", "unmerged"), events.LeadMerged),
}


def get(lead_id: int) -> Lead:
    """The company's lead. Raises NotFound for any other."""
    lead = db.session.scalars(select(Lead).where(Lead.id == lead_id)).first() if 0 < lead_id < 2**31 else None
    if lead is None:
        raise NotFound
    return lead


def notes(lead: Lead) -> list[LeadNote]:
    """The notes on the lead, newest first."""
    return list(
        db.session.scalars(
            select(LeadNote)
            .where(LeadNote.lead_id == lead.id)
            .order_by(LeadNote.id.desc())
            .options(selectinload(LeadNote.user))
        )
    )


def add_note(lead: Lead, text: str, *, by: User) -> LeadNote:
    """Write something down about a lead. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    clean = text_input.message(text, "text", most=NOTE_MOST)
    if not clean:
        raise Invalid("Fill in this field", field="text")
    note = LeadNote(lead_id=lead.id, user_id=by.id, text=clean)
    db.session.add(note)
    show_change(lead.id)
    begin_work(lead, by=by)
    db.session.commit()
    return note


def show_change(lead_id: int) -> None:
    """What hangs on a lead has changed: who asks for leads changed since then gets it. Its version stays.

    Part of the caller's transaction.
    """
    row = update(Lead).where(Lead.id == lead_id).values(updated_at=utcnow())
    db.session.execute(row.execution_options(synchronize_session=False))


def begin_work(lead: Lead, *, by: User, to: User | None = None, was: LeadStatus | None = None) -> bool:
    """Whoever does the first thing with a lead that is nobody's answers for it from then on, or whom he names; whether
    that is so now. What was closed already (`was`: before this move) stays as it is. Part of the caller's transaction.
    """
    if lead.assignee_id is not None or not (was or lead.status).is_open:
        return False
    person = to or by
    free = update(Lead).where(Lead.id == lead.id, Lead.assignee_id.is_(None))
    taken = free.values(assignee_id=person.id, updated_at=utcnow()).execution_options(synchronize_session=False)
    db.session.execute(taken)  # no version more: what others have open is not overtaken by it
    set_committed_value(lead, "assignee_id", person.id)
    set_committed_value(lead, "assignee", person)
    record(lead, "assigned", field="assignee", to_value=person.shown_name, by=by)
    return True


def evidence(lead: Lead) -> list[Evidence]:
    """The client's words behind the values of the card."""
    return list(db.session.scalars(select(Evidence).where(Evidence.lead_id == lead.id).order_by(Evidence.id)))


def history(lead: Lead) -> list[LeadEvent]:
    """What happened to the lead, oldest first."""
    return list(
        db.session.scalars(
            select(LeadEvent)
            .where(LeadEvent.lead_id == lead.id)
            .order_by(LeadEvent.id)
            .options(selectinload(LeadEvent.user))
        )
    )


def last_move(lead: Lead) -> LeadEvent | None:
    """Who moved the lead to where it stands, and when; None for one that has not been moved."""
    moved = select(LeadEvent).where(LeadEvent.lead_id == lead.id, LeadEvent.kind == "moved")
    last: LeadEvent | None = db.session.scalars(
        moved.order_by(LeadEvent.id.desc()).limit(1).options(selectinload(LeadEvent.user))
    ).first()
    return last


def remove_test(lead: Lead, *, by: User) -> None:
    """Take a test lead off the board for good. Raises Invalid for a real one, Forbidden for a viewer."""
    users.check_may_write(by)
    if not lead.is_test:
        raise Invalid("Only test leads can be removed", field="lead")
    remove([lead.id])
    events.publish(events.RowsErased())
    board.touch()
    db.session.commit()


def remove(ids: Collection[int]) -> None:
    """Take leads away for good, with all that is theirs: what points to them does so no longer, and who keeps a copy
    learns of it. Part of the caller's transaction."""
    if not ids:
        return
    db.session.execute(update(Conversation).where(Conversation.lead_id.in_(ids)).values(lead_id=None))
    for column in (Lead.previous_id, Lead.merged_into_id, Lead.related_lead_id):
        db.session.execute(update(Lead).where(column.in_(ids)).values({column: None}))
    db.session.execute(delete(Lead).where(Lead.id.in_(ids)))
    listing.note_erased(ids)


def record(lead: Lead, kind: str, *, by: User | None = None, **what: Any) -> None:
    """Put down what happened to a lead, let open boards know, and whoever else hears of it. Part of the caller's
    transaction."""
    user_id, through = by.id if by else None, tenancy.door()
    db.session.add(LeadEvent(lead_id=lead.id, kind=kind, user_id=user_id, through=through, **what))
    if lead.is_dealt and by is not None:
        lead.is_dealt = False
    board.touch()
    if event := PUBLISHED.get(kind):
        events.publish(event(lead.id))
