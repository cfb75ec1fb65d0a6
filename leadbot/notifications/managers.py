"""News for managers: what they are told in Telegram of leads, clients and tasks.

One function hears one event, in the transaction of whoever published it.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.events import (
    ClientWaiting,
    ClientWrote,
    HandOffAsked,
    LeadChanged,
    LeadContradicted,
    LeadCreated,
    LeadMerged,
    LeadMoved,
    LeadNotTaken,
    LeadRepeated,
    LeadTaken,
    TaskDue,
    TasksChanged,
)
from leadbot.leads import samples
from leadbot.models import Company, Conversation, Delivery, Lead, LeadTask, Message, User
from leadbot.notifications import keyboards
from leadbot.notifications.carriers import notices
from leadbot.outbox import deliveries
from leadbot.texts import names

NOTICES_EDITED = 3  # of a lead, the newest: a chat takes one change a second


def lead_created(event: LeadCreated) -> None:
    """A lead has come."""
    lead = _lead(event.lead_id)
    _put_lead("lead.created", lead, notices.new_lead, "", lead.conversation_id)


def lead_repeated(event: LeadRepeated) -> None:
    """The client of an open lead has asked again."""
    talk = _talk(event.talk_id)
    _put_lead("lead.repeated", _lead(event.lead_id), notices.returning_client, f"{talk.id}.{talk.episode}", talk.id)


def lead_changed(event: LeadChanged) -> None:
    """A client has corrected himself."""
    lead, field = _lead(event.lead_id), event.field

    def text(notice: notices.LeadNotice, language: str) -> str:
        return notices.updated_lead(notice, language, {field: getattr(lead, field) or ""})

    _put_lead("lead.updated", lead, text, f"{field}.{_talk(event.talk_id).message_count}", lead.conversation_id)


def lead_contradicted(event: LeadContradicted) -> None:
    """A client says otherwise than a manager wrote on the card, which stays as it is."""
    lead, talk, field = _lead(event.lead_id), _talk(event.talk_id), event.field
    company = company_settings.company()
    if company.telegram_chat_id:
        kept = getattr(lead, field) or ""
        text = notices.says_otherwise(_notice(lead, company), company.language, field, event.value, kept)
        key = f"lead.otherwise:{lead.id}:{field}.{talk.id}.{talk.message_count}"
        deliveries.put(
            company.telegram_chat_id, "lead.otherwise", text, key, lead_id=lead.id, talk_id=lead.conversation_id
        )


def lead_stands_elsewhere(event: LeadMoved | LeadTaken | LeadMerged | TasksChanged) -> None:
    """Have the notices of a lead that are worked with, the last few, say how it stands now, wherever it was changed."""
    company = company_settings.company()
    if not company.telegram_chat_id:
        return
    sent = or_(Delivery.vendor_id.is_not(None), Delivery.lease_until.is_not(None))
    last = (
        select(Delivery)
        .where(Delivery.lead_id == event.lead_id, Delivery.event.in_(keyboards.WORKED_WITH), sent)
        .where(Delivery.target == company.telegram_chat_id)
        .order_by(Delivery.id.desc())
        .limit(NOTICES_EDITED)
    )
    for notice in db.session.scalars(last).all():
        deliveries.put_edit(notice)


def client_wrote(event: ClientWrote) -> None:
    """Pass a client's words on to the chat where a manager answers him."""
    talk, company = _talk(event.talk_id), company_settings.company()
    if talk.is_in_telegram and company.telegram_chat_id:
        named = who(talk) or notices.guest(talk.id, company.language)
        text, key = notices.client_says(named, event.words or "📎"), f"said:{talk.id}:{talk.message_count}"
        deliveries.put(company.telegram_chat_id, "said", text, key, lead_id=talk.lead_id, talk_id=talk.id)


def task_due(event: TaskDue) -> None:
    """A task is due; told once for each moment it was set to."""
    task, company = db.session.get_one(LeadTask, event.task_id), company_settings.company()
    if company.telegram_chat_id:
        zone = ZoneInfo(company.time_zone)
        due, now = task.due_at.astimezone(zone), utcnow().astimezone(zone)
        when = f"{due:%H:%M}" if due.date() == now.date() else f"{due:%d.%m, %H:%M}"
        assignee = task.assignee.shown_name if task.assignee else ""
        text = notices.call_back(_notice(task.lead, company), company.language, when, task.text, assignee)
        key = f"task:{task.id}:{task.due_at.timestamp():.0f}"
        deliveries.put(
            company.telegram_chat_id, "task", text, key, lead_id=task.lead_id, talk_id=task.lead.conversation_id
        )


def hand_off_asked(event: HandOffAsked) -> None:
    """A client asks for a human."""
    talk, company = _talk(event.talk_id), company_settings.company()
    if company.telegram_chat_id:
        named = who(talk) or notices.guest(talk.id, company.language)
        text = notices.client_calls(named, event.words, company.language)
        key = f"call:{talk.id}:{talk.message_count}"
        deliveries.put(company.telegram_chat_id, "call", text, key, lead_id=talk.lead_id, talk_id=talk.id)


def lead_not_taken(event: LeadNotTaken) -> None:
    """Nobody takes a lead: all are told, then the owner by name; each once a lead."""
    lead, company = _lead(event.lead_id), company_settings.company()
    kind = "lead.escalation" if event.is_last else "lead.reminder"
    key = f"{kind}:{lead.id}"
    if company.telegram_chat_id and not deliveries.is_put(key):
        owner = users.owner_name(company) if event.is_last else ""
        text = notices.nobody_took(_notice(lead, company), event.minutes, company.language, owner)
        deliveries.put(company.telegram_chat_id, kind, text, key, lead_id=lead.id, talk_id=lead.conversation_id)


def client_waiting(event: ClientWaiting) -> None:
    """A client waits for a person and nobody has answered: for the owner."""
    talk, company = _talk(event.talk_id), company_settings.company()
    key = f"unanswered:{talk.id}:{talk.message_count}"
    if company.telegram_chat_id and not deliveries.is_put(key):
        owner, named = users.owner_name(company), who(talk) or notices.guest(talk.id, company.language)
        text = notices.nobody_answered(owner, named, event.words, event.minutes, company.language)
        deliveries.put(company.telegram_chat_id, "unanswered", text, key, lead_id=talk.lead_id, talk_id=talk.id)


def _put_lead(
    event: str, lead: Lead, text: Callable[[notices.LeadNotice, str], str], key: str, talk_id: int | None
) -> None:
    """`key` tells apart what may happen to one lead more than once. An answer goes to the client of the talk."""
    company = company_settings.company()
    if company.telegram_chat_id and not samples.is_sample(lead):
        written = text(_notice(lead, company), company.language)
        deliveries.put(
            company.telegram_chat_id, event, written, f"{event}:{lead.id}:{key}", lead_id=lead.id, talk_id=talk_id
        )


def _lead(lead_id: int) -> Lead:
    return db.session.get_one(Lead, lead_id)


def _talk(talk_id: int) -> Conversation:
    return db.session.get_one(Conversation, talk_id)


def _notice(lead: Lead, company: Company) -> notices.LeadNotice:
    local = lead.raised_at.astimezone(ZoneInfo(company.time_zone))
    return notices.LeadNotice(
        number=lead.id,
        phone=lead.phone,
        name=lead.name,
        object_type=names.object_type(lead.object_type, company.language),
        area=names.area(lead.area, company.language),
        city=names.city(lead.city, company.language),
        summary=lead.summary,
        source=lead.source.value,
        talk_language=lead.language,
        time=f"{local:%H:%M}",
        is_test=lead.is_test,
        has_voice=_has_voice(lead),
    )


def _has_voice(lead: Lead) -> bool:
    """A voice message that nobody could put into words waits to be heard."""
    heard = select(Message.id).where(
        Message.conversation_id == lead.conversation_id,
        Message.audio_file.is_not(None),
        Message.is_transcript.is_(False),
    )
    return lead.conversation_id is not None and db.session.scalars(heard.limit(1)).first() is not None


def who(talk: Conversation) -> str:
    """How the client of a talk is called in a notice: by name, else by phone, as far as either is known."""
    facts = talk.known.get("facts", {})
    named = facts.get("name") or facts.get("phone")
    return named["value"] if named else ""


def put_connected(company: Company, key: str) -> None:
    """The first message in the company's Telegram chat, once it is connected."""
    deliveries.put(company.telegram_chat_id or "", "connected", notices.connected(company.name, company.language), key)


def put_test(*, by: User) -> Delivery | None:
    """A test message to the company's Telegram chat; None where none is set. Raises Forbidden."""
    users.check_is_owner(by)
    company = company_settings.company()
    if not company.telegram_chat_id:
        return None
    text = notices.test_message(company.name, company.language)
    row = deliveries.put(company.telegram_chat_id, "test", text, f"test:{company.id}:{utcnow().timestamp()}")
    db.session.commit()
    return row
