"""Erasing a person: his talks, voice, files, leads, notes, and the notices' copies. At once by an owner's hand, and by
the clock where the company keeps talks for a limited time only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.database import tenancy
from leadbot.database.session import db, scrub_log, utcnow
from leadbot.errors import Invalid
from leadbot.events import RowsErased, publish
from leadbot.files import storage
from leadbot.leads import board, held_values, records
from leadbot.models import AuditEvent, BotUser, Company, Conversation, Delivery, Lead, LeadStatus, ModelUsage, User
from leadbot.outbox import deliveries
from leadbot.transfer import exports_job, imports
from leadbot.transfer.redaction import Mentions

LEAST_DAYS, MOST_DAYS = 30, 3650
BATCH = 100
CLOSED = (LeadStatus.WON, LeadStatus.LOST)


@dataclass(frozen=True, slots=True)
class Traces:
    """All that is kept of one person: ids of his leads, of him as each door knows him, and of his talks."""

    leads: frozenset[int]
    clients: frozenset[int]
    talks: frozenset[int]
    phones: frozenset[str]


def of_lead(lead: Lead) -> Traces:
    """Everything of the person of this lead: whatever bears the same phone, and the talks it came from."""
    return _follow({lead.id}, {lead.phone_e164, lead.phone})


def of_talk(talk: Conversation) -> Traces:
    """Everything of the person of this talk, whether it made a lead or not; a lead it came to by its phone goes along,
    whatever its number is now. Another number that it has named on that lead is no proof of who he is."""
    fact = talk.known.get("facts", {}).get("phone", {})
    phones = {str(fact[key]) for key in ("value", "e164") if fact.get(key)}
    lead = records.get(talk.lead_id) if talk.lead_id else None
    if lead and talk.id not in held_values.speakers(lead) and held_values.was_said(lead, "phone", fact.get("value")):
        phones = set()
    return _follow({lead.id} if lead else set(), phones, {talk.bot_user_id})


def erase(traces: Traces, *, by: User) -> None:
    """Erase a person for good. Raises Forbidden for anyone but an owner."""
    users.check_is_owner(by)
    _erase(traces)
    board.touch()
    imports.stop_all()
    exports_job.stop_all()
    audit.note(by.id, AuditEvent.ERASED)
    company_id, by_id = by.company_id, by.id
    db.session.commit()
    db.session.expire_all()
    imports.forget_all()
    exports_job.forget_all()
    scrub_log()
    current_app.logger.info("a client was erased: company %s, by person %s", company_id, by_id)


def set_retention(days: str, *, by: User) -> int | None:
    """How long talks are kept after their last word; empty: for ever. Raises Invalid, Forbidden."""
    users.check_is_owner(by)
    text = days.strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 6 and LEAST_DAYS <= int(text) <= MOST_DAYS):
        raise Invalid("A whole number of days from %(least)s to %(max)s", field="days", least=LEAST_DAYS, max=MOST_DAYS)
    own = company_settings.company()
    own.retention_days = int(text) if text else None
    audit.note(by.id, AuditEvent.RETENTION, detail=text)
    db.session.commit()
    return own.retention_days


def expire() -> int:
    """Erase what has been kept long enough, of whatever company; how many talks and leads that were.

    A talk goes once its last word is too old, with its leads; while one of them is still open both stay.
    """
    limited = select(Company.id, Company.retention_days).where(Company.retention_days.is_not(None), Company.is_active)
    with tenancy.all_companies():
        companies = db.session.execute(limited).all()
    db.session.rollback()
    gone = 0
    for company_id, days in companies:
        tenancy.act_for(company_id)
        while done := _expire_some(days or MOST_DAYS):
            gone += done
    if gone:
        scrub_log()
    return gone


def stored() -> dict[str, int]:
    """How much is kept of clients: talks, leads."""
    talks = db.session.scalar(select(func.count()).select_from(Conversation)) or 0
    return {"talks": talks, "leads": db.session.scalar(select(func.count()).select_from(Lead)) or 0}


def _expire_some(days: int) -> int:
    before = utcnow() - timedelta(days=days)
    his = or_(Lead.bot_user_id == Conversation.bot_user_id, Lead.id == Conversation.lead_id)
    opened = select(Lead.id).where(his, Lead.status.not_in(CLOSED)).exists()
    old = select(Conversation).where(Conversation.last_message_at < before, ~opened).limit(BATCH)
    talks = list(db.session.scalars(old))
    by_hand = select(Lead.id).where(
        Lead.bot_user_id.is_(None), Lead.status.in_(CLOSED), Lead.raised_at < before, Lead.updated_at < before
    )
    clients = {talk.bot_user_id for talk in talks}
    of_talks = select(Lead.id).where(Lead.bot_user_id.in_(clients))
    leads = {*db.session.scalars(by_hand.limit(BATCH)), *db.session.scalars(of_talks)}
    if talks or leads:
        _erase(Traces(frozenset(leads), frozenset(clients), frozenset(talk.id for talk in talks), frozenset()))
        board.touch()
    db.session.commit()
    db.session.expunge_all()
    return len(talks) + len(leads)


def _follow(leads: set[int], phones: set[str], clients: Iterable[int] = ()) -> Traces:
    """From what is known of a person to all that hangs on it.

    What is his own brings phones; what bears one of these, or has come to one of his leads, goes with him and leads to
    no further phone: anybody can type a number, and must not tie two clients together by it.
    """
    his, doors = _his_own(leads, set(clients))
    bearing = select(Lead.phone, Lead.phone_e164).where(Lead.id.in_(his))
    phones = phones.union(*(tuple(row) for row in db.session.execute(bearing)))
    linked = or_(Lead.phone_e164.in_(phones), Lead.previous_id.in_(his), Lead.related_lead_id.in_(his))
    came = select(Conversation.bot_user_id).where(Conversation.lead_id.in_(his))
    also = _his_own(
        his | set(db.session.scalars(select(Lead.id).where(linked))),
        doors | set(db.session.scalars(came)) | Mentions(phones).clients(),
    )
    talks = select(Conversation.id).where(Conversation.bot_user_id.in_(also[1]))
    return Traces(frozenset(also[0]), frozenset(also[1]), frozenset(db.session.scalars(talks)), frozenset(phones))


def _his_own(leads: set[int], doors: set[int]) -> tuple[set[int], set[int]]:
    """With these leads and doors: all leads that a door has made, the doors they came by, and what people merged."""
    while True:
        same = or_(Lead.id.in_(leads), Lead.bot_user_id.in_(doors), Lead.merged_into_id.in_(leads))
        found = db.session.execute(select(Lead.id, Lead.bot_user_id, Lead.merged_into_id).where(same)).all()
        ids = leads.union({row.id for row in found}, {row.merged_into_id for row in found} - {None})
        people = doors | ({row.bot_user_id for row in found} - {None})
        if (ids, people) == (leads, doors):
            return ids, people
        leads, doors = ids, people


def _erase(traces: Traces) -> None:
    """Part of the caller's transaction; files go with its commit."""
    talks = list(db.session.scalars(select(Conversation).where(Conversation.bot_user_id.in_(traces.clients))))
    storage.forget(talks)
    copies = tuple(_copies(traces))
    deliveries.forget_payloads(*copies)
    db.session.execute(delete(Delivery).where(or_(*copies)))
    db.session.execute(update(ModelUsage).values(last_sent=None, last_sent_at=None))
    records.remove(traces.leads)
    db.session.execute(delete(BotUser).where(BotUser.id.in_(traces.clients)))  # talks, messages, notes go with him
    publish(RowsErased())
    if traces.phones:
        Mentions(traces.phones).blank()


def _copies(traces: Traces) -> Iterable[ColumnElement[bool]]:
    """Notices that speak of him: of his leads, his talks, his calls."""
    yield Delivery.lead_id.in_(traces.leads)
    yield Delivery.talk_id.in_(traces.talks)
    for talk_id in traces.talks:
        yield Delivery.dedup_key.startswith(f"call:{talk_id}:", autoescape=True)
