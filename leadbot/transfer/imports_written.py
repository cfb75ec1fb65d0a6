"""What an import writes: leads with their notes and reminders, and what was left out; and how that is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from leadbot.accounts import users
from leadbot.database.session import db, utcnow
from leadbot.leads import board, records, search
from leadbot.models import Conversation, Delivery, Lead, LeadEvent, LeadMerge, LeadNote, LeadTask, User
from leadbot.transfer import imports_kept
from leadbot.transfer.imports_plan import Plan, Words, cell_text
from leadbot.transfer.imports_rows import Reader, RowFault, Sieve, in_batches, rows

LEFT = "left.jsonl"
BATCH = 500


def write(found: list[dict[str, Any]], *, import_id: int, by_id: int) -> None:
    """Put leads on the board, as `imports_rows.Reader` made them. Part of the caller's transaction.

    Lead, event, notes and reminders bear one moment unless the file says another: what is later was done by people.
    """
    now = utcnow()
    beside = [(lead.pop("notes"), lead.pop("tasks"), lead.pop("line")) for lead in found]
    for lead in found:
        lead["search"] = search.text_of(lead["name"], lead["phone_e164"], lead["city"], lead["object_type"])
    made = [Lead(**lead, import_id=import_id, updated_at=now) for lead in found]
    db.session.add_all(made)
    db.session.flush()
    for row, (notes, tasks, _) in zip(made, beside, strict=True):
        by_hand = {"lead_id": row.id, "user_id": by_id}
        db.session.add(LeadEvent(**by_hand, kind="created", created_at=now))
        for note in notes:
            who = note["user_id"] or (None if note["at"] else by_id)
            db.session.add(LeadNote(lead_id=row.id, user_id=who, text=note["text"], created_at=note["at"] or now))
        db.session.add_all(LeadTask(**by_hand, **task, created_at=now) for task in tasks)
    board.touch()


def note_left(faults: Iterable[RowFault], key: str) -> None:
    """Remember rows that brought nothing, beside the file. Written twice by a worker that died in between is once."""
    lines = [json.dumps(fault, ensure_ascii=False) + "\n" for fault in faults]
    if lines:
        with (imports_kept.find(key) / LEFT).open("a", encoding="utf-8") as out:
            out.writelines(lines)


def has_left(key: str) -> bool:
    """Some rows of the file brought nothing."""
    return (imports_kept.find(key) / LEFT).is_file()


def left(key: str, words: Words, *, by: User, is_over: bool) -> tuple[list[str], Iterator[tuple[RowFault, list[str]]]]:
    """Rows that bring nothing, with what is wrong with each, and what their columns are called: as the worker found
    them, or as they are now. Raises NotFound, Forbidden."""
    users.check_may_write(by)
    plan = Plan(**imports_kept.plan(key))
    width = len(plan.names)

    def found() -> Iterator[tuple[RowFault, list[str]]]:
        faults = {fault.line: fault for fault in (_noted(key) if is_over else _faults(key, words, plan))}
        for line, record in rows(key, plan):
            if line in faults:
                yield faults[line], [cell_text(record, at) for at in range(width)]

    return plan.names, found()


def remove_some(import_id: int, after: int, count: int) -> tuple[int | None, int]:
    """Take the next leads of an import off the board that nobody has worked with: the last one looked at, None at the
    end, and how many that were. Part of the caller's transaction."""
    mine = select(Lead.id).where(Lead.import_id == import_id, Lead.id > after).order_by(Lead.id).limit(count)
    ids = list(db.session.scalars(mine))
    if not ids:
        return None, 0
    gone = set(ids) - _worked_with(ids)
    db.session.execute(delete(Delivery).where(Delivery.lead_id.in_(gone)))
    records.remove(gone)
    board.touch()
    return ids[-1], len(gone)


def _worked_with(ids: list[int]) -> set[int]:
    """Leads that have been changed, written about or written to since they came."""
    other, came = aliased(Lead), aliased(LeadEvent)
    later = (came.lead_id.in_(ids), came.kind == "created")
    found = (
        select(Lead.id).where(Lead.id.in_(ids), or_(Lead.version > 1, Lead.conversation_id.is_not(None))),
        select(LeadEvent.lead_id).where(LeadEvent.lead_id.in_(ids), LeadEvent.kind != "created"),
        select(LeadNote.lead_id).join(came, came.lead_id == LeadNote.lead_id).where(
            *later, LeadNote.created_at > came.created_at
        ),
        select(LeadTask.lead_id).join(came, came.lead_id == LeadTask.lead_id).where(
            *later, LeadTask.created_at > came.created_at
        ),
        select(Conversation.lead_id).where(Conversation.lead_id.in_(ids)),
        select(LeadMerge.lead_id).where(LeadMerge.lead_id.in_(ids)),
        select(LeadMerge.other_id).where(LeadMerge.other_id.in_(ids)),
        select(other.previous_id).where(other.previous_id.in_(ids)),
        select(other.merged_into_id).where(other.merged_into_id.in_(ids)),
    )  # fmt: skip
    return {lead_id for each in found for lead_id in db.session.scalars(each) if lead_id}


def _noted(key: str) -> Iterator[RowFault]:
    path = imports_kept.find(key) / LEFT
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            yield from (RowFault(*json.loads(line)) for line in file)


def _faults(key: str, words: Words, plan: Plan) -> Iterator[RowFault]:
    reader, sieve, found = Reader(words, plan), Sieve(), rows(key, plan)
    for some in in_batches(found, BATCH):
        leads, faults = reader.read(some)
        yield from faults
        yield from sieve.sort(leads)[1]
