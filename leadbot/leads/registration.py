"""Leads: registering what a talk brought, moving cards, writing down notes."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import g
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from leadbot.accounts import hours_settings, users
from leadbot.database.session import db, utcnow
from leadbot.engines.base import LeadDraft
from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.leads import board, held_values, rotation, scoring, search
from leadbot.models import (
    Conversation,
    Evidence,
    Lead,
    LeadEvent,
    LeadNote,
    LeadStatus,
    LostReason,
    Message,
    Source,
    User,
)
from leadbot.notifications import managers
from leadbot.texts import text_input

NOTE_MOST = 4000
# What a talk may change on its card, with the column's length.
FIELDS = {"name": 200, "phone": 32, "phone_e164": 20, "city": 100, "object_type": 100, "area": 64, "language": 2}
# What the client's words say of the lead besides values: see engines.base.LeadDraft.
MARKS = ("contact_by", "contact_name", "is_complaint", "is_withdrawn", "is_urgent")
ANNOUNCED_TOO = ("contact_by", "contact_name")
ANNOUNCED = ("name", "phone")  # managers are told of these: one may be dialling this very moment
# Notices show these.
IN_NOTICES = {"moved", "assigned", "task_set", "task_moved", "task_done", "task_deleted", "merged", "unmerged"}
CLOSED = (LeadStatus.WON, LeadStatus.LOST)
_EVIDENCE = cast(Table, Evidence.__table__)


@dataclass(frozen=True, slots=True)
class Registered:
    """A lead as a talk left it: `how` is created, repeated (an open card of the same phone), changed or same."""

    lead: Lead
    how: str

    @property
    def is_new_request(self) -> bool:
        return self.how in {"created", "repeated"}


def register(talk: Conversation, draft: LeadDraft, *, beside: bool = False) -> Registered:
    """Write what a talk proposes: its own lead, or the open one of the same phone, or a new one.

    A further object of a client who has a lead gets one of its own `beside` that, and from then on the talk is about
    this one. Part of the caller's transaction. Raises Invalid where the draft has no phone that could be called.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", draft.phone_e164):
        raise Invalid("A lead needs a phone", field="phone")
    if talk.lead_id is not None:
        if not beside:
            return _bring_up_to_date(talk, get(talk.lead_id), draft)
        registered = _create(talk, draft, None, related_id=talk.lead_id)
        record(get(registered.lead.related_lead_id or 0), "beside", to_value=str(registered.lead.id))
        return registered
    take_turns(talk.company_id, draft.phone_e164)
    earlier = latest(draft.phone_e164, is_test=talk.source is Source.TEST)
    if earlier is not None and earlier.status.is_open:
        return _repeat(talk, earlier, draft)
    return _create(talk, draft, earlier)


def take_turns(company_id: int, phone_e164: str) -> None:
    """Two talks with one phone must find each other's lead. SQLite has one writer at a time anyway."""
    if db.engine.dialect.name == "postgresql":
        key = zlib.crc32(phone_e164.encode()) - 2**31  # a signed 32-bit number
        db.session.execute(select(func.pg_advisory_xact_lock(company_id, key)))


def begin(talk: Conversation, draft: LeadDraft, earlier: Lead | None, *, related_id: int | None = None) -> Lead:
    """A card of its own for this talk. Part of the caller's transaction."""
    values = _values(draft)
    about = {
        "conversation_id": talk.id,
        "bot_user_id": talk.bot_user_id,
        "episode": talk.episode,
        "source": talk.source,
        "previous_id": earlier.id if earlier else None,
        "related_lead_id": related_id,
        **{mark: getattr(draft, mark) for mark in MARKS},
        "first_touch": talk.first_touch,
        "area_m2": draft.area_m2,
        "summary": draft.summary,
        "take_due_at": None if talk.source is Source.TEST else hours_settings.take_due(utcnow()),
        "is_hot": scoring.is_hot(draft, talk.known.get("facts", {}), has_returned=earlier is not None),
        "search": search.text_of(*(values[field] for field in search.FIELDS)),
    }
    lead = Lead(**about, **values)
    db.session.add(lead)
    db.session.flush()
    talk.lead_id = lead.id
    keep_evidence(talk, lead, is_new=True)
    return lead


def _create(talk: Conversation, draft: LeadDraft, earlier: Lead | None, *, related_id: int | None = None) -> Registered:
    lead = begin(talk, draft, earlier, related_id=related_id)
    record(lead, "created")
    if not lead.is_test and (person := rotation.next_person()):
        lead.assignee_id, lead.is_dealt = person.id, True
        db.session.flush()
        record(lead, "dealt", field="assignee", to_value=person.shown_name)
    managers.put_lead("lead.created", lead)
    return Registered(lead, "created")


def _repeat(talk: Conversation, lead: Lead, draft: LeadDraft) -> Registered:
    talk.lead_id = lead.id
    to_top(lead)
    _change(talk, lead, draft)
    record(lead, "repeated")
    managers.put_lead("lead.repeated", lead, key=f"{talk.id}.{talk.episode}", talk=talk)
    return Registered(lead, "repeated")


def _bring_up_to_date(talk: Conversation, lead: Lead, draft: LeadDraft) -> Registered:
    changed = _change(talk, lead, draft)
    for field in (*ANNOUNCED, *ANNOUNCED_TOO):
        if field in changed:
            managers.put_lead("lead.updated", lead, field=field, key=f"{field}.{talk.message_count}")
    return Registered(lead, "changed" if changed else "same")


def _change(talk: Conversation, lead: Lead, draft: LeadDraft) -> set[str]:
    """Take over what is new; what the talk does not know stays. Returns the fields that changed."""
    told = {field: value for field, value in _values(draft).items() if value is not None}
    facts = talk.known.get("facts", {})
    told |= {slot: facts[slot]["value"] for slot in lead.details if slot in facts}
    new, otherwise = held_values.sort(lead, told)
    changed = {field for field, value in new.items() if getattr(lead, field) != value}
    old = {field: getattr(lead, field) for field in changed}
    for field in changed:
        setattr(lead, field, new[field])
    for field in sorted(changed - {"phone_e164"}):
        record(lead, "changed", field=field, from_value=old[field], to_value=new[field])
    for field, value in otherwise.items():
        record(lead, "otherwise", field=field, from_value=held_values.standing(lead, field), to_value=value)
        if field in ANNOUNCED:
            managers.put_otherwise(lead, field, value, key=f"{field}.{talk.id}.{talk.message_count}")
    for mark in MARKS:
        if getattr(lead, mark) != getattr(draft, mark) and (getattr(draft, mark) or talk.lead_id == lead.id):
            setattr(lead, mark, getattr(draft, mark))
            changed.add(mark)
    if "area" in changed:
        lead.area_m2 = draft.area_m2
    if draft.summary and draft.summary != lead.summary and not held_values.is_held(lead, "summary"):
        lead.summary = draft.summary
        changed.add("summary")
    if changed or otherwise:
        lead.is_hot = scoring.is_hot(lead, facts, has_returned=lead.previous_id is not None)
        keep_evidence(talk, lead)
        board.touch()
    return changed


def _values(draft: LeadDraft) -> dict[str, Any]:
    return {field: (getattr(draft, field) or "")[:most] or None for field, most in FIELDS.items()}


def latest(phone_e164: str, *, is_test: bool) -> Lead | None:
    """The open lead of this phone, else the newest of those that are closed; test leads are a world of their own."""
    same_kind = Lead.source == Source.TEST if is_test else Lead.source != Source.TEST
    found = db.session.scalars(
        select(Lead)
        .where(Lead.phone_e164 == phone_e164, same_kind)
        .order_by(Lead.status.in_(CLOSED), Lead.id.desc())
        .limit(1)
    ).first()
    while found is not None and found.merged_into_id is not None:  # a duplicate leads to where all goes on
        found = get(found.merged_into_id)
    return found


def keep_evidence(talk: Conversation, lead: Lead, *, is_new: bool = False) -> None:
    """Tie each value to the client's words it came from."""
    facts: Mapping[str, Any] = talk.known.get("facts", {})
    seqs = list({fact["seq"] for fact in facts.values()})
    lines = select(Message.seq, Message.id).where(Message.conversation_id == talk.id, Message.seq.in_(seqs))
    ids = {line.seq: line.id for line in db.session.execute(lines)}
    values = {
        field: {"message_id": ids[fact["seq"]], **{part: fact[part] for part in ("quote", "start", "end")}}
        for field, fact in facts.items()
        if fact["seq"] in ids
    }
    for row in [] if is_new else evidence(lead):
        for column, value in values.pop(row.field, {}).items():
            setattr(row, column, value)
    if values:
        of_lead = {"company_id": lead.company_id, "lead_id": lead.id}
        rows = [{**of_lead, "field": field, **value} for field, value in values.items()]
        db.session.execute(insert(_EVIDENCE).inline(), rows)


def get(lead_id: int) -> Lead:
    """The company's lead. Raises NotFound for any other."""
    lead = db.session.scalars(select(Lead).where(Lead.id == lead_id)).first() if 0 < lead_id < 2**31 else None
    if lead is None:
        raise NotFound
    return lead


def move(
    lead: Lead, to: LeadStatus, *, by: User, version: int | None = None, reason: str | None = None,
    rank: int | None = None,
) -> Lead:  # fmt: skip
    """Move a card to another stage; any move is allowed, each is recorded.

    `version` is what the mover saw, `rank` its place there (see services.order), else the top. Raises Conflict with
    the fresh lead where somebody was quicker, Invalid where a lost lead has no reason, Forbidden for a viewer.
    """
    users.check_may_write(by)
    lost_reason = lost_reason_of(reason) if to is LeadStatus.LOST else None
    if version is not None and version != lead.version:
        raise Conflict("This card has already been moved", fresh=lead)
    if lead.status is to and lead.lost_reason is lost_reason:
        return lead
    lead_id, before = lead.id, lead.status
    lead.status, lead.lost_reason = to, lost_reason
    to_top(lead)
    lead.rank = rank if rank is not None else lead.rank
    if to is LeadStatus.IN_PROGRESS and lead.assignee_id is None:
        lead.assignee_id = by.id
    try:
        db.session.flush()
        record(lead, "moved", from_value=before, to_value=to, reason=lost_reason, by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("This card has already been moved", fresh=get(lead_id)) from None
    return lead


def to_top(lead: Lead) -> None:
    """To the top of its column."""
    lead.raised_at, lead.rank = utcnow(), time.time_ns()


def lost_reason_of(value: str | None) -> LostReason:
    try:
        return LostReason(value or "")
    except ValueError:
        raise Invalid("Choose a lost reason", field="reason") from None


def check_takes_work(person: User | None) -> None:
    """Raises Invalid for a person who may only look, is shut out, or has left; nobody is right."""
    if person is not None and not (person.may_write and person.is_enabled and person.removed_at is None):
        raise Invalid("This person does not take leads", field="assignee")


def assign(lead: Lead, to: User | None, *, by: User) -> Lead:
    """Make a person answer for a lead, or nobody. Raises Invalid where that person may not, Forbidden for a viewer."""
    users.check_may_write(by)
    check_takes_work(to)
    before = lead.assignee
    if (before.id if before else None) == (to.id if to else None):
        return lead
    lead_id, lead.assignee_id = lead.id, to.id if to else None
    try:
        db.session.flush()
        names = [each.shown_name if each else None for each in (before, to)]
        record(lead, "assigned", field="assignee", from_value=names[0], to_value=names[1], by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("This has been changed meanwhile", fresh=get(lead_id)) from None
    return lead


def add_note(lead: Lead, text: str, *, by: User) -> LeadNote:
    """Write something down about a lead. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    clean = text_input.message(text, "text", most=NOTE_MOST)
    if not clean:
        raise Invalid("Fill in this field", field="text")
    note = LeadNote(lead_id=lead.id, user_id=by.id, text=clean)
    db.session.add(note)
    db.session.commit()
    return note


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


def evidence(lead: Lead) -> list[Evidence]:
    """The client's words behind the values of the card."""
    return list(db.session.scalars(select(Evidence).where(Evidence.lead_id == lead.id).order_by(Evidence.id)))


def record(lead: Lead, kind: str, *, by: User | None = None, **what: Any) -> None:
    """Put down what happened to a lead, let open boards know, and Telegram where it shows. Part of the caller's
    transaction."""
    through = g.get("through")
    db.session.add(LeadEvent(lead_id=lead.id, kind=kind, user_id=by.id if by else None, through=through, **what))
    if lead.is_dealt and by is not None:
        lead.is_dealt = False
    board.touch()
    if kind in IN_NOTICES:
        managers.put_state(lead)
