"""Registration: what a talk brought becomes a lead, or news of one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, func, insert, select

from leadbot import events, fields
from leadbot.accounts import hours_settings
from leadbot.database.session import db, utcnow
from leadbot.engines.base import LeadDraft
from leadbot.errors import Invalid
from leadbot.leads import board, held_values, moving, records, rotation, scoring, search, summaries
from leadbot.models import (
    Conversation,
    Evidence,
    Lead,
    LeadStatus,
    Message,
    Source,
)

DETAIL_MOST = 200
# What a talk may change on its card, with the column's length; whatever else is known stands in Lead.details.
FIELDS = {**{row.column: row.most for row in fields.TABLE.columns}, "phone_e164": 20, "language": 2}
# What the client's words say of the lead besides values: see engines.base.LeadDraft.
MARKS = ("contact_by", "contact_name", "is_complaint", "is_withdrawn", "is_urgent")
ANNOUNCED_TOO = ("contact_by", "contact_name")
ANNOUNCED = ("name", "phone")  # managers are told of these: one may be dialling this very moment
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
            return _bring_up_to_date(talk, records.get(talk.lead_id), draft)
        registered = _create(talk, draft, None, related_id=talk.lead_id)
        first = records.get(registered.lead.related_lead_id or 0)
        records.record(first, "beside", to_value=str(registered.lead.id))
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
        "details": _details(draft),
        "summary": draft.summary,
        "told": draft.told,
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
    records.record(lead, "created")
    if not lead.is_test and (person := rotation.next_person()):
        lead.assignee_id, lead.is_dealt = person.id, True
        db.session.flush()
        records.record(lead, "dealt", field="assignee", to_value=person.shown_name)
    events.publish(events.LeadCreated(lead.id))
    return Registered(lead, "created")


def _repeat(talk: Conversation, lead: Lead, draft: LeadDraft) -> Registered:
    talk.lead_id = lead.id
    moving.to_top(lead)
    _change(talk, lead, draft)
    records.record(lead, "repeated")
    events.publish(events.LeadRepeated(lead.id, talk.id))
    return Registered(lead, "repeated")


def _bring_up_to_date(talk: Conversation, lead: Lead, draft: LeadDraft) -> Registered:
    changed = _change(talk, lead, draft)
    for field in (*ANNOUNCED, *ANNOUNCED_TOO):
        if field in changed:
            events.publish(events.LeadChanged(lead.id, field, talk.id))
    return Registered(lead, "changed" if changed else "same")


def _change(talk: Conversation, lead: Lead, draft: LeadDraft) -> set[str]:
    """Take over what is new; what the talk does not know stays. Returns the fields that changed."""
    stated = {field: value for field, value in _values(draft).items() if value is not None}
    facts, speakers = talk.known.get("facts", {}), held_values.speakers(lead)
    is_heard = talk.id in speakers
    new, otherwise = held_values.sort(lead, stated | _details(draft), is_heard=is_heard)
    old = {field: held_values.standing(lead, field) for field in new}
    changed = {field for field, value in new.items() if old[field] != value}
    for field in changed & stated.keys():
        setattr(lead, field, new[field])
    if changed - stated.keys():
        lead.details = {**lead.details, **{field: new[field] for field in changed - stated.keys()}}
    for field in sorted(changed - {"phone_e164"}):
        if field in stated or old[field]:  # what is merely added to the details is no change of the card
            records.record(lead, "changed", field=field, from_value=old[field], to_value=new[field])
    for field, value in otherwise.items():
        records.record(lead, "otherwise", field=field, from_value=held_values.standing(lead, field), to_value=value)
        if field in ANNOUNCED:
            events.publish(events.LeadContradicted(lead.id, field, value, talk.id))
    if "area" in changed:
        lead.area_m2 = draft.area_m2
    proven = None if is_heard else frozenset(changed)
    for mark in _marks_to_set(lead, draft, is_heard=is_heard, is_alone=speakers == {talk.id}):
        setattr(lead, mark, getattr(draft, mark))
        changed.add(mark)
    if _retell(lead, draft, is_heard=is_heard, has_news=bool(changed)):
        changed.add("summary")
    if changed or otherwise:
        is_hot = scoring.is_hot(lead, facts, has_returned=lead.previous_id is not None)
        lead.is_hot = is_hot or (lead.is_hot and not is_heard)
        keep_evidence(talk, lead, only=proven)
        board.touch()
    return changed


def _marks_to_set(lead: Lead, draft: LeadDraft, *, is_heard: bool, is_alone: bool) -> list[str]:
    """What the talk says of the lead besides values. A mark is taken back by the only talk whose word counts; one that
    came by the phone alone says how to reach the client where nobody has, and cancels nothing."""
    differing = [mark for mark in MARKS if getattr(lead, mark) != getattr(draft, mark)]
    if is_heard:
        return [mark for mark in differing if is_alone or getattr(draft, mark)]
    kept_with = {"contact_name": draft.phone_e164 == lead.phone_e164}  # it says whose that number is
    raised = [mark for mark in differing if getattr(draft, mark) and mark != "is_withdrawn"]
    return [mark for mark in raised if not getattr(lead, mark) and kept_with.get(mark, True)]


def _retell(lead: Lead, draft: LeadDraft, *, is_heard: bool, has_news: bool) -> bool:
    """Bring the summary up to date; whether it says something else now."""
    if not draft.summary or held_values.is_held(lead, "summary"):
        return False
    before = lead.summary
    if is_heard or not before:
        lead.summary, lead.told = draft.summary, draft.told
    elif not has_news:
        return False
    summaries.renew(lead)
    return lead.summary != before


def _values(draft: LeadDraft) -> dict[str, Any]:
    return {field: (getattr(draft, field) or "")[:most] or None for field, most in FIELDS.items()}


def _details(draft: LeadDraft) -> dict[str, str]:
    return {key: value[:DETAIL_MOST] for key, value in draft.details.items()}


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
        found = records.get(found.merged_into_id)
    return found


def keep_evidence(talk: Conversation, lead: Lead, *, is_new: bool = False, only: Collection[str] | None = None) -> None:
    """Tie each value, or `only` those that this talk has brought, to the client's words it came from."""
    known: Mapping[str, Any] = talk.known.get("facts", {})
    facts = known if only is None else {field: fact for field, fact in known.items() if field in only}
    seqs = list({fact["seq"] for fact in facts.values()})
    lines = select(Message.seq, Message.id).where(Message.conversation_id == talk.id, Message.seq.in_(seqs))
    ids = {line.seq: line.id for line in db.session.execute(lines)}
    values = {
        field: {"message_id": ids[fact["seq"]], **{part: fact[part] for part in ("quote", "start", "end")}}
        for field, fact in facts.items()
        if fact["seq"] in ids
    }
    for row in [] if is_new else records.evidence(lead):
        for column, value in values.pop(row.field, {}).items():
            setattr(row, column, value)
    if values:
        of_lead = {"company_id": lead.company_id, "lead_id": lead.id}
        rows = [{**of_lead, "field": field, **value} for field, value in values.items()]
        db.session.execute(insert(_EVIDENCE).inline(), rows)
