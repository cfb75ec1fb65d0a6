"""News for managers: what they are told in Telegram of leads, clients and tasks. Part of the caller's transaction."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.leads import samples
from leadbot.models import Company, Conversation, Delivery, Lead, LeadTask, Message, User
from leadbot.notifications import keyboards, notice_marks
from leadbot.notifications.carriers import notices
from leadbot.outbox import deliveries
from leadbot.texts import names

NOTICES_EDITED = 3  # of a lead, the newest: a chat takes one change a second


def put_lead(
    event: str, lead: Lead, *, field: str = "", key: str = "", talk: Conversation | None = None
) -> None:  # fmt: skip
    """Tell the company's managers of a lead: created, repeated, or a `field` of it changed.

    `key` tells apart what may happen to one lead more than once. An answer to the notice goes to the client of `talk`.
    """
    company = company_settings.company()
    if not company.telegram_chat_id or samples.is_sample(lead):
        return
    notice = _notice(lead, company)
    if event == "lead.created":
        text = notices.new_lead(notice, company.language)
    elif event == "lead.repeated":
        text = notices.returning_client(notice, company.language)
    else:
        value = getattr(lead, field) or ""
        shown = notice_marks.way(value, company.language) if field == "contact_by" else value
        text = notices.updated_lead(notice, company.language, {field: shown})
    talk_id = talk.id if talk else lead.conversation_id
    deliveries.put(company.telegram_chat_id, event, text, f"{event}:{lead.id}:{key}", lead_id=lead.id, talk_id=talk_id)


def put_state(lead: Lead) -> None:
    """Have the notices of a lead that are worked with, the last few, say how it stands now, wherever it was changed."""
    company = company_settings.company()
    if not company.telegram_chat_id:
        return
    sent = or_(Delivery.vendor_id.is_not(None), Delivery.lease_until.is_not(None))
    last = (
        select(Delivery)
        .where(Delivery.lead_id == lead.id, Delivery.event.in_(keyboards.WORKED_WITH), sent)
        .where(Delivery.target == company.telegram_chat_id)
        .order_by(Delivery.id.desc())
        .limit(NOTICES_EDITED)
    )
    for notice in db.session.scalars(last).all():
        deliveries.put_edit(notice)


def put_said(talk: Conversation, words: str) -> None:
    """Pass a client's words on to the chat where a manager answers him."""
    company = company_settings.company()
    if company.telegram_chat_id:
        text = notices.client_says(who(talk) or notices.guest(talk.id, company.language), words)
        key = f"said:{talk.id}:{talk.message_count}"
        deliveries.put(company.telegram_chat_id, "said", text, key, lead_id=talk.lead_id, talk_id=talk.id)


def put_otherwise(lead: Lead, field: str, said: str, *, key: str) -> None:
    """Tell the managers that a client says otherwise than a manager wrote on the card, which stays as it is."""
    company = company_settings.company()
    if company.telegram_chat_id:
        kept = getattr(lead, field) or ""
        text = notices.says_otherwise(_notice(lead, company), company.language, field, said, kept)
        key = f"lead.otherwise:{lead.id}:{key}"
        deliveries.put(
            company.telegram_chat_id, "lead.otherwise", text, key, lead_id=lead.id, talk_id=lead.conversation_id
        )


def put_call_back(task: LeadTask) -> None:
    """Tell the managers that a task is due; once for each moment it was set to."""
    company = company_settings.company()
    if company.telegram_chat_id:
        zone = ZoneInfo(company.time_zone)
        due, now = task.due_at.astimezone(zone), utcnow().astimezone(zone)
        when = f"{due:%H:%M}" if due.date() == now.date() else f"{due:%d.%m, %H:%M}"
        who = task.assignee.shown_name if task.assignee else ""
        text = notices.call_back(_notice(task.lead, company), company.language, when, task.text, who)
        key = f"task:{task.id}:{task.due_at.timestamp():.0f}"
        deliveries.put(
            company.telegram_chat_id, "task", text, key, lead_id=task.lead_id, talk_id=task.lead.conversation_id
        )


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
        marks=notice_marks.marks(lead, company.language),
    )


def _has_voice(lead: Lead) -> bool:
    """A voice message that nobody could put into words waits to be heard."""
    heard = select(Message.id).where(
        Message.conversation_id == lead.conversation_id,
        Message.audio_file.is_not(None),
        Message.is_transcript.is_(False),
    )
    return lead.conversation_id is not None and db.session.scalars(heard.limit(1)).first() is not None


def put_call(talk: Conversation, who: str, words: str) -> None:
    """Tell the managers that a client asks for a human."""
    company = company_settings.company()
    if company.telegram_chat_id:
        text = notices.client_calls(who or notices.guest(talk.id, company.language), words, company.language)
        deliveries.put(
            company.telegram_chat_id,
            "call",
            text,
            f"call:{talk.id}:{talk.message_count}",
            lead_id=talk.lead_id,
            talk_id=talk.id,
        )


def put_complaint(talk: Conversation, words: str, owner: str) -> None:
    """Tell the `owner` by name, before all, that a client complains; once an episode."""
    company = company_settings.company()
    key = f"complaint:{talk.id}:{talk.episode}"
    if company.telegram_chat_id and not deliveries.is_put(key):
        named = who(talk) or notices.guest(talk.id, company.language)
        text = notice_marks.complaint(owner, named, words, company.language)
        deliveries.put(company.telegram_chat_id, "complaint", text, key, lead_id=talk.lead_id, talk_id=talk.id)


def put_withdrawal(talk: Conversation, lead: Lead, words: str) -> None:
    """Tell the managers that a client needs it no more, so that nobody disturbs him; once an episode."""
    company = company_settings.company()
    key = f"lead.withdrawn:{lead.id}:{talk.episode}"
    if company.telegram_chat_id and not samples.is_sample(lead) and not deliveries.is_put(key):
        text = notice_marks.withdrawn(lead.id, lead.name or lead.phone, words, company.language)
        deliveries.put(company.telegram_chat_id, "lead.withdrawn", text, key, lead_id=lead.id, talk_id=talk.id)


def who(talk: Conversation) -> str:
    """How the client of a talk is called in a notice: by name, else by phone, as far as either is known."""
    facts = talk.known.get("facts", {})
    named = facts.get("name") or facts.get("phone")
    return named["value"] if named else ""


def put_waiting(lead: Lead, minutes: int, *, owner: str = "") -> None:
    """Tell the managers, then once more the `owner` by name, that nobody has taken a lead; each once a lead."""
    company = company_settings.company()
    kind = "lead.escalation" if owner else "lead.reminder"
    if company.telegram_chat_id and not deliveries.is_put(f"{kind}:{lead.id}"):
        text = notices.nobody_took(_notice(lead, company), minutes, company.language, owner)
        deliveries.put(
            company.telegram_chat_id, kind, text, f"{kind}:{lead.id}", lead_id=lead.id, talk_id=lead.conversation_id
        )


def put_unanswered(talk: Conversation, words: str, minutes: int, owner: str) -> None:
    """Tell the owner that a client waits for a person and nobody has answered."""
    company = company_settings.company()
    key = f"unanswered:{talk.id}:{talk.message_count}"
    if company.telegram_chat_id and not deliveries.is_put(key):
        named = who(talk) or notices.guest(talk.id, company.language)
        text = notices.nobody_answered(owner, named, words, minutes, company.language)
        deliveries.put(company.telegram_chat_id, "unanswered", text, key, lead_id=talk.lead_id, talk_id=talk.id)


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
