"""What people are told of leads, clients and tasks: one function hears one event and puts its notice together.

Part of the transaction of whoever published it. A text is made when a carrier asks for it, in the language it asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select

from leadbot.accounts import tenant, users
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.events import (
    ClientWaiting,
    ClientWrote,
    ComplaintMade,
    CrowdCalls,
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
    Withdrawn,
)
from leadbot.fields import Surface
from leadbot.leads import samples, summaries
from leadbot.models import Conversation, Lead, LeadTask, Message
from leadbot.notifications import briefs, notice_marks, notices
from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.notice import Brief, Notice, NoticeGroup
from leadbot.notifications.notices import LeadNotice
from leadbot.notifications.tell import tell
from leadbot.texts import names

Facts = Callable[[str], LeadNotice]  # a lead in a language


def lead_created(event: LeadCreated) -> None:
    """A lead has come; who wrote it down himself knows it already."""
    lead = _lead(event.lead_id)
    if not samples.is_sample(lead):
        notice = _of_lead("lead.created", "new", lead, notices.new_lead, "", lead.conversation_id, event.by_id)
        tell(notice)


def lead_repeated(event: LeadRepeated) -> None:
    """The client of an open lead has asked again."""
    lead, talk = _lead(event.lead_id), _talk(event.talk_id)
    if not samples.is_sample(lead):
        key = f"{talk.id}.{talk.episode}"
        tell(_of_lead("lead.repeated", "returned", lead, notices.returning_client, key, talk.id))


def lead_changed(event: LeadChanged) -> None:
    """A client has corrected himself."""
    lead, field, facts = _lead(event.lead_id), event.field, _facts(event.lead_id)
    if samples.is_sample(lead):
        return

    def value(language: str) -> str:
        stored = getattr(lead, field) or ""
        return notice_marks.way(stored, language) if field == "contact_by" else stored

    tell(
        Notice(
            event="lead.updated", group=NoticeGroup.CHANGES,
            key=f"lead.updated:{lead.id}:{field}.{_talk(event.talk_id).message_count}",
            text=lambda language: notices.updated_lead(facts(language), language, {field: value(language)}),
            brief=lambda language: briefs.changed("updated", facts(language), language, field, value(language)),
            lead_id=lead.id, talk_id=lead.conversation_id, path=f"/leads/{lead.id}",
        )
    )  # fmt: skip


def lead_contradicted(event: LeadContradicted) -> None:
    """A client says otherwise than stands on the card and may not change it: see leads.held_values."""
    lead, talk, field, facts = _lead(event.lead_id), _talk(event.talk_id), event.field, _facts(event.lead_id)
    kept, value = getattr(lead, field) or "", event.value
    tell(
        Notice(
            event="lead.otherwise", group=NoticeGroup.CHANGES,
            key=f"lead.otherwise:{lead.id}:{field}.{talk.id}.{talk.message_count}",
            text=lambda language: notices.says_otherwise(facts(language), language, field, value, kept),
            brief=lambda language: briefs.changed("otherwise", facts(language), language, field, value),
            lead_id=lead.id, talk_id=lead.conversation_id, path=f"/leads/{lead.id}",
        )
    )  # fmt: skip


def lead_stands_elsewhere(event: LeadMoved | LeadTaken | LeadMerged | TasksChanged) -> None:
    """Let carriers that can change what they have sent show how a lead stands now, wherever it was changed."""
    for carrier in CARRIERS:
        carrier.follow(event.lead_id)


def withdrawn(event: Withdrawn) -> None:
    """The client of a lead needs nothing any more."""
    lead, talk, facts, words = _lead(event.lead_id), _talk(event.talk_id), _facts(event.lead_id), event.words
    tell(
        Notice(
            event="withdrawn", group=NoticeGroup.CHANGES, key=f"withdrawn:{lead.id}:{talk.id}.{talk.message_count}",
            text=lambda language: notices.withdraws(facts(language), words, language),
            brief=lambda language: briefs.of_lead("withdrawn", facts(language), language),
            lead_id=lead.id, talk_id=talk.id, path=f"/leads/{lead.id}",
        )
    )  # fmt: skip


def client_wrote(event: ClientWrote) -> None:
    """Pass a client's words on to the chat where a manager answers him, and to that manager."""
    talk, words = _talk(event.talk_id), event.words or "📎"
    if talk.is_in_telegram or talk.manager_id is not None:
        notice = _of_talk(
            "said", "wrote", talk, NoticeGroup.ANSWERS, lambda who, language: notices.client_says(who, words)
        )
        holder = frozenset([talk.manager_id] if talk.manager_id is not None else [])
        tell(replace(notice, only=holder, of_company=talk.is_in_telegram))


def task_due(event: TaskDue) -> None:
    """A task is due; told once for each moment it was set to. One that is somebody's own is told to nobody else."""
    task, company = db.session.get_one(LeadTask, event.task_id), company_settings.company()
    zone = ZoneInfo(company.time_zone)
    due, now = task.due_at.astimezone(zone), utcnow().astimezone(zone)
    when = f"{due:%H:%M}" if due.date() == now.date() else f"{due:%d.%m, %H:%M}"
    assignee, facts, note = task.assignee.shown_name if task.assignee else "", _facts(task.lead_id), task.text
    tell(
        Notice(
            event="task", group=NoticeGroup.TASKS, key=f"task:{task.id}:{task.due_at.timestamp():.0f}",
            text=lambda language: notices.call_back(facts(language), language, when, note, assignee),
            brief=lambda language: briefs.task(facts(language), language, when, note),
            lead_id=task.lead_id, talk_id=task.lead.conversation_id, path=f"/leads/{task.lead_id}",
            only=frozenset([task.assignee_id]) if task.assignee_id is not None else None,
        )
    )  # fmt: skip


def hand_off_asked(event: HandOffAsked) -> None:
    """A client asks for a human."""
    words = event.words
    tell(
        _of_talk(
            "call", "call", _talk(event.talk_id), NoticeGroup.CLIENTS,
            lambda who, language: notices.client_calls(who, words, language),
        )
    )  # fmt: skip


def crowd_calls(event: CrowdCalls) -> None:
    """Many ask for a human at once: told once an hour."""
    tenant.locked_company()  # two of them at the same moment
    tell(
        Notice(
            event="calls", group=NoticeGroup.CLIENTS, key=f"calls:{utcnow():%Y-%m-%d.%H}",
            text=notices.many_call, brief=briefs.many_call, path="/conversations",
        ),
        once=True,
    )  # fmt: skip


def complaint_made(event: ComplaintMade) -> None:
    """A client complains: for the owner."""
    owner, words = users.owner_name(company_settings.company()), event.words
    tell(
        _of_talk(
            "complaint", "complaint", _talk(event.talk_id), NoticeGroup.CLIENTS,
            lambda who, language: notices.complains(owner, who, words, language),
        )
    )  # fmt: skip


def client_waiting(event: ClientWaiting) -> None:
    """A client waits for a person and nobody has answered: for the owner."""
    owner, words, minutes = users.owner_name(company_settings.company()), event.words, event.minutes
    notice = _of_talk(
        "unanswered", "unanswered", _talk(event.talk_id), NoticeGroup.CLIENTS,
        lambda who, language: notices.nobody_answered(owner, who, words, minutes, language), minutes,
    )  # fmt: skip
    tell(notice, once=True)


def lead_not_taken(event: LeadNotTaken) -> None:
    """Nobody takes a lead: all are told, then the owner by name; each once a lead."""
    lead, facts, minutes = _lead(event.lead_id), _facts(event.lead_id), event.minutes
    kind, title = ("lead.escalation", "escalation") if event.is_last else ("lead.reminder", "reminder")
    owner = users.owner_name(company_settings.company()) if event.is_last else ""
    notice = Notice(
        event=kind, group=NoticeGroup.LATE, key=f"{kind}:{lead.id}",
        text=lambda language: notices.nobody_took(facts(language), minutes, language, owner),
        brief=lambda language: briefs.of_lead(title, facts(language), language, minutes),
        lead_id=lead.id, talk_id=lead.conversation_id, path=f"/leads/{lead.id}",
    )  # fmt: skip
    tell(notice, once=True)


def _of_lead(
    event: str, title: str, lead: Lead, text: Callable[[LeadNotice, str], str], key: str, talk_id: int | None,
    by_id: int | None = None,
) -> Notice:  # fmt: skip
    """`key` tells apart what may happen to one lead more than once. An answer goes to the client of the talk."""
    facts = _facts(lead.id)
    return Notice(
        event=event, group=NoticeGroup.LEADS, key=f"{event}:{lead.id}:{key}",
        text=lambda language: text(facts(language), language),
        brief=lambda language: briefs.of_lead(title, facts(language), language),
        lead_id=lead.id, talk_id=talk_id, path=f"/leads/{lead.id}", except_id=by_id,
    )  # fmt: skip


def _of_talk(
    event: str, title: str, talk: Conversation, group: NoticeGroup, text: Callable[[str, str], str], minutes: int = 0
) -> Notice:
    """Of a client by what he is called in the talk; `text` is given that and the language."""
    named, number = who(talk), talk.id

    def brief(language: str) -> Brief:
        return briefs.of_client(title, named or notices.guest(number, language), language, minutes)

    return Notice(
        event=event, group=group, key=f"{event}:{talk.id}:{talk.message_count}",
        text=lambda language: text(named or notices.guest(number, language), language), brief=brief,
        lead_id=talk.lead_id, talk_id=talk.id, path=f"/conversations/{talk.id}",
    )  # fmt: skip


def who(talk: Conversation) -> str:
    """How the client of a talk is called in a notice: by name, else by phone, as far as either is known."""
    facts = talk.known.get("facts", {})
    named = facts.get("name") or facts.get("phone")
    return named["value"] if named else ""


def _details(lead: Lead, language: str) -> tuple[tuple[str, str], ...]:
    """What has no column and shows in notices, in this language."""
    table = company_settings.fields()
    return tuple(
        (names.label(row.key, language, table), names.value(row.key, lead.details[row.key], language))
        for row in table.details
        if Surface.NOTICE in row.shows and row.key in lead.details
    )


def _facts(lead_id: int) -> Facts:
    """A lead as notices show it, in the languages they are asked for in."""
    lead = _lead(lead_id)
    zone = ZoneInfo(company_settings.company().time_zone)

    @cache
    def has_voice() -> bool:
        return _has_voice(lead)

    @cache
    def facts(language: str) -> LeadNotice:
        return LeadNotice(
            number=lead.id,
            phone=lead.phone,
            name=lead.name,
            object_type=names.object_type(lead.object_type, language),
            area=names.area(lead.area, language),
            city=names.city(lead.city, language),
            summary=summaries.summary_for(lead, language),
            details=_details(lead, language),
            marks=notice_marks.marks(lead, language),
            source=lead.source.value,
            talk_language=lead.language,
            time=f"{lead.raised_at.astimezone(zone):%H:%M}",
            is_test=lead.is_test,
            has_voice=has_voice(),
        )

    return facts


def _has_voice(lead: Lead) -> bool:
    """A voice message that nobody could put into words waits to be heard."""
    heard = select(Message.id).where(
        Message.conversation_id == lead.conversation_id,
        Message.audio_file.is_not(None),
        Message.is_transcript.is_(False),
    )
    return lead.conversation_id is not None and db.session.scalars(heard.limit(1)).first() is not None


def _lead(lead_id: int) -> Lead:
    return db.session.get_one(Lead, lead_id)


def _talk(talk_id: int) -> Conversation:
    return db.session.get_one(Conversation, talk_id)
