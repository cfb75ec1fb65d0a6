"""One client, one card: duplicates made part of a lead and taken out again, repeats split off; nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.engines import embedded
from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.leads import editing, held_values, moving, records, registration, search, summaries, tasks
from leadbot.models import (
    Conversation,
    Delivery,
    Evidence,
    Lead,
    LeadEvent,
    LeadMerge,
    LeadNote,
    LeadStatus,
    LeadTask,
    LostReason,
    Message,
    User,
)
from leadbot.texts.folding import fold

CHOSEN = editing.COLUMNS  # what stands on both cards and has to be chosen between
MOST, ALIKE_MOST, FOUND_MOST = 50, 5, 20
_MOVING = {"notes": LeadNote, "tasks": LeadTask, "events": LeadEvent, "deliveries": Delivery, "talks": Conversation}
_KEPT = ("is_complaint", "is_urgent", "contact_by", "contact_name")  # what a client said remains said on the one card
_WITH = {"phone": ("phone", "phone_e164"), "area": ("area", "area_m2")}


def related(lead: Lead) -> list[Lead]:
    """Other leads of the same client: with the same phone, or one linked to the other; newest first."""
    is_same = or_(
        Lead.phone_e164 == lead.phone_e164, Lead.previous_id == lead.id, Lead.id == lead.previous_id,
        Lead.related_lead_id == lead.id, Lead.id == lead.related_lead_id,
    )  # fmt: skip
    found = select(Lead).where(is_same, Lead.id != lead.id, Lead.merged_into_id.is_(None))
    rows = db.session.scalars(found.order_by(Lead.id.desc()).limit(MOST))
    return [row for row in rows if row.is_test == lead.is_test]


def alike(lead: Lead) -> list[Lead]:
    """Other leads of what may be the same client: another phone, but the same name and town; newest first."""
    if not (lead.name and lead.city):
        return []
    name = fold(lead.name)
    others = (Lead.id != lead.id, Lead.merged_into_id.is_(None), Lead.phone_e164 != lead.phone_e164)
    found = select(Lead).where(Lead.city == lead.city, *others, *search.matches(lead.name))
    rows = db.session.scalars(found.order_by(Lead.id.desc()).limit(MOST))
    return [row for row in rows if row.is_test == lead.is_test and fold(row.name or "") == name][:ALIKE_MOST]


def looked_up(lead: Lead, query: str) -> list[Lead]:
    """Leads that a name, a phone, a town, an object or a number finds, to be merged with this one; newest first."""
    number = query.strip().lstrip("№#").strip()
    is_id = number.isascii() and number.isdecimal() and len(number) < 10
    words = search.matches(query)
    if not (words or is_id):
        return []
    found = or_(and_(*words), Lead.id == int(number)) if is_id else and_(*words)
    rows = db.session.scalars(
        select(Lead)
        .where(found, Lead.id != lead.id, Lead.merged_into_id.is_(None))
        .order_by(Lead.status.in_(moving.CLOSED), Lead.id.desc())
        .limit(FOUND_MOST)
    )
    return [row for row in rows if row.is_test == lead.is_test]


def find(lead_id: int) -> Lead | None:
    """The company's lead of this number, if there is one."""
    return db.session.scalars(select(Lead).where(Lead.id == lead_id)).first() if 0 < lead_id < 2**31 else None


def merges(lead: Lead) -> list[LeadMerge]:
    """The duplicates that are part of a lead now, the last first."""
    found = select(LeadMerge).where(LeadMerge.lead_id == lead.id, LeadMerge.undone_at.is_(None))
    return list(db.session.scalars(found.order_by(LeadMerge.id.desc()).options(selectinload(LeadMerge.user))))


def repeats(lead: Lead) -> list[Conversation]:
    """Other talks that led to the same card and can be split off it."""
    others = select(Conversation).where(Conversation.lead_id == lead.id, Conversation.id != (lead.conversation_id or 0))
    owned = select(Lead.conversation_id).where(Lead.merged_into_id == lead.id, Lead.conversation_id.is_not(None))
    return list(db.session.scalars(others.where(Conversation.id.not_in(owned)).order_by(Conversation.id)))


def check(lead: Lead, other: Lead) -> None:
    """Raises Invalid where the one can't be made part of the other."""
    if lead.id == other.id:
        raise Invalid("Choose another lead", field="other")
    if lead.merged_into_id or other.merged_into_id:
        raise Invalid("This lead is part of another one already", field="other")
    if lead.is_test != other.is_test:
        raise Invalid("A test lead and a real one stay apart", field="other")


def merge(lead: Lead, other: Lead, chosen: Mapping[str, str], *, by: User, versions: tuple[int, int]) -> LeadMerge:
    """Make `other` part of `lead`; `chosen` names the fields whose value is taken from the other ("other").

    Talks, notes, tasks, history and notices move; the other is closed as a duplicate that leads on. `versions` are what
    the person saw. Raises Invalid, Forbidden, and Conflict where one of the two has been changed meanwhile.
    """
    users.check_may_write(by)
    check(lead, other)
    if versions != (lead.version, other.version):
        raise Conflict("One of the two has been changed meanwhile. Look again", fresh=lead)
    taken = [
        field for field in CHOSEN if chosen.get(field) == "other" and _values(lead, field) != _values(other, field)
    ]
    row = LeadMerge(lead_id=lead.id, other_id=other.id, user_id=by.id, before=_before(lead, other, taken))
    row.moved = {name: _move(kind, other.id, lead.id) for name, kind in _MOVING.items()}
    for field in taken:
        old = getattr(lead, field)
        for column, value in _values(other, field).items():
            setattr(lead, column, value)
        held_values.hold(lead, field, user_id=by.id, said=old or None)
    lead.details = {**other.details, **lead.details}
    for mark, (_was, now) in row.before["marks"].items():
        setattr(lead, mark, now)
    _swap_evidence(lead.id, other.id, taken)
    summaries.renew(lead)
    other.status, other.lost_reason, other.merged_into_id = LeadStatus.LOST, LostReason.DUPLICATE, lead.id
    db.session.add(row)
    _finish(lead, other, "merged", by)
    return row


def unmerge(lead: Lead, merge_id: int, *, by: User) -> Lead:
    """Take a duplicate out of a lead again with all that came with it; the lead that stands alone once more.

    A value that has been changed since stays. Raises NotFound, Invalid, Forbidden.
    """
    users.check_may_write(by)
    row = next((each for each in merges(lead) if each.id == merge_id), None)
    if row is None:
        raise NotFound
    if lead.merged_into_id:
        raise Invalid("This lead is part of another one already", field="other")
    other, before = records.get(row.other_id), row.before
    for name, kind in _MOVING.items():
        _move(kind, lead.id, other.id, row.moved.get(name, []))
    for field, old in before["fields"].items():
        if _values(lead, field) == _values(other, field):
            for column, value in old.items():
                setattr(lead, column, value)
            rest = {name: entry for name, entry in lead.edited.items() if name != field}
            lead.edited = {**rest, **({field: before["edited"][field]} if field in before["edited"] else {})}
    lead.details = {slot: value for slot, value in lead.details.items() if slot not in before["details"]}
    for mark, (was, now) in before.get("marks", {}).items():
        if getattr(lead, mark) == now:
            setattr(lead, mark, was)
    summaries.renew(lead)
    _swap_evidence(lead.id, other.id, list(before["fields"]))
    if other.lost_reason is LostReason.DUPLICATE:
        other.status = LeadStatus(before["status"])
        other.lost_reason = LostReason(before["lost_reason"]) if before["lost_reason"] else None
    other.merged_into_id, row.undone_at = None, utcnow()
    _finish(lead, other, "unmerged", by)
    return other


def split(lead: Lead, talk_id: int, *, by: User) -> Lead:
    """Give a repeat a card of its own: its talk goes there with what it says. Raises NotFound, Invalid, Forbidden."""
    users.check_may_write(by)
    talk = next((each for each in repeats(lead) if each.id == talk_id), None)
    if talk is None:
        raise NotFound
    company = company_settings.card(company_settings.company())
    proposed = embedded.draft(talk.known, company, talk.language or company.language, final=True)
    if proposed is None:
        raise Invalid("There is no phone in this conversation", field="talk")
    db.session.refresh(talk, with_for_update=True)  # nobody adds lines meanwhile
    new = registration.begin(talk, proposed, lead)
    _give_back_values(lead, talk)
    if own := _own_talk(lead):
        registration.keep_evidence(own, lead)
        draft = embedded.draft(own.known, company, own.language or company.language, final=True)
        if draft and not held_values.is_held(lead, "summary"):
            lead.summary, lead.told = draft.summary, draft.told
        held = {slot: value for slot, value in lead.details.items() if held_values.is_held(lead, slot)}
        lead.details = {**(draft.details if draft else {}), **held}
    _finish(lead, new, "split", by)
    return new


def _before(lead: Lead, other: Lead, taken: list[str]) -> dict[str, Any]:
    return {
        "fields": {field: _values(lead, field) for field in taken},
        "edited": {field: entry for field, entry in lead.edited.items() if field in taken},
        "details": [slot for slot in other.details if slot not in lead.details],
        "marks": _marks(lead, other),
        "status": other.status.value,
        "lost_reason": other.lost_reason.value if other.lost_reason else None,
    }


def _marks(lead: Lead, other: Lead) -> dict[str, tuple[Any, Any]]:
    """What the client's acts have left on the two, as it was and as it is on the one card, where that differs.

    Whether he needs it no more is what the later of the two says: he may have come back.
    """
    was = {mark: getattr(lead, mark) for mark in (*_KEPT, "is_withdrawn")}
    now = {mark: was[mark] or getattr(other, mark) for mark in _KEPT}
    now["is_withdrawn"] = max(lead, other, key=lambda each: each.id).is_withdrawn
    return {mark: (was[mark], value) for mark, value in now.items() if value != was[mark]}


def _values(lead: Lead, field: str) -> dict[str, Any]:
    return {column: getattr(lead, column) for column in _WITH.get(field, (field,))}


def _move(kind: Any, from_id: int, to_id: int, only: list[int] | None = None) -> list[int]:
    """Hang the rows of one lead, or some of them, on the other; their ids."""
    found = select(kind.id).where(kind.lead_id == from_id)
    ids = list(db.session.scalars(found if only is None else found.where(kind.id.in_(only))))
    if ids:
        moved = update(kind).where(kind.id.in_(ids)).values(lead_id=to_id)
        db.session.execute(moved.execution_options(synchronize_session=False))
    return ids


def _swap_evidence(first_id: int, second_id: int, fields: list[str]) -> None:
    """A value's proof goes where the value goes."""
    found = select(Evidence).where(Evidence.lead_id.in_((first_id, second_id)), Evidence.field.in_(fields))
    by_field: dict[str, list[Evidence]] = {}
    for row in db.session.scalars(found):
        by_field.setdefault(row.field, []).append(row)
    for rows in by_field.values():
        if len(rows) == 1:
            rows[0].lead_id = second_id if rows[0].lead_id == first_id else first_id
            continue
        for name in ("message_id", "quote", "start", "end"):
            one, two = (getattr(row, name) for row in rows)
            setattr(rows[0], name, two)
            setattr(rows[1], name, one)


def _give_back_values(lead: Lead, talk: Conversation) -> None:
    """Values that came from a talk which goes: as the lead's own talk has them, else as they were before."""
    lines = select(Message.id).where(Message.conversation_id == talk.id)
    talk_of_its_own = _own_talk(lead)
    own = talk_of_its_own.known.get("facts", {}) if talk_of_its_own else {}
    changes = [event for event in records.history(lead) if event.kind == "changed"]
    gone = select(Evidence).where(Evidence.lead_id == lead.id, Evidence.message_id.in_(lines))
    for row in list(db.session.scalars(gone)):
        field = row.field
        db.session.delete(row)
        if field in CHOSEN and field != "phone" and not held_values.is_held(lead, field):
            fact, now = own.get(field), getattr(lead, field)
            was = next((event.from_value for event in changes if event.field == field and event.to_value == now), now)
            setattr(lead, field, fact["value"] if fact else was)
            if field == "area":
                lead.area_m2 = fact.get("m2") if fact else None
            if getattr(lead, field) != now:
                records.record(lead, "changed", field=field, from_value=now, to_value=getattr(lead, field))
    db.session.flush()


def _own_talk(lead: Lead) -> Conversation | None:
    """The talk that made the lead, while that has not gone on to another wish."""
    talk = db.session.get(Conversation, lead.conversation_id) if lead.conversation_id else None
    return talk if talk and talk.episode == lead.episode else None


def _finish(lead: Lead, other: Lead, kind: str, by: User) -> None:
    """Put it down on both, keep when their next tasks are due, and commit."""
    lead_id = lead.id
    try:
        db.session.flush()
        for one, two in ((lead, other), (other, lead)):
            tasks.settle_next(one.id)
            records.record(one, kind, field="lead", from_value=str(one.id), to_value=str(two.id), by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("One of the two has been changed meanwhile. Look again", fresh=records.get(lead_id)) from None
