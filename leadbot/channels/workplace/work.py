"""Work done in Telegram: a button pressed under a lead's notice, an answer to a notice that goes to the client.

Whoever acts is known by his number in Telegram; what he pressed may be made up. So the company is the one whose chat,
or whose person's chat, it is; the lead must be hers, and so must he. All of it may be done twice: the second time
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from leadbot.accounts import hours_settings, users
from leadbot.bot import company_settings
from leadbot.channels.workplace import members
from leadbot.channels.workplace.members import WorkplaceAnswer, part
from leadbot.conversations import hand_off, talks
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import Conflict, Forbidden, Invalid, LeadbotError, NotFound
from leadbot.leads import moving, records, taking, tasks
from leadbot.models import Company, Delivery, Lead, LeadStatus, LeadTask, Source, User
from leadbot.notifications.carriers.telegram import buttons, edits, render
from leadbot.notifications.carriers.telegram.buttons import MENUS, Press

ANSWERED = (Source.WIDGET, Source.TELEGRAM, Source.TEST)  # where a client sees what a manager writes
SAME_MOMENT = timedelta(minutes=5)  # two calls back so near each other are one


def press(query: object) -> WorkplaceAnswer | None:
    """Do what a button says; the answer is for whoever pressed it."""
    press_id, sender, message = (
        (query if isinstance(query, dict) else {}).get("id"),
        part(query, "from"),
        part(query, "message"),
    )
    wanted = Press.read(query.get("data")) if isinstance(query, dict) else None
    if not isinstance(press_id, str) or wanted is None:
        return None
    try:
        lead = _lead(str(part(message, "chat").get("id")), wanted.lead_id)
    except NotFound:
        text = buttons.phrase("gone", members.language_of(sender) or "ru")
        return WorkplaceAnswer(text, press_id=press_id, is_long=True)
    language = company_settings.company().language
    person = members.find(sender)
    if person is None:
        text = buttons.phrase("who", members.language_of(sender) or language)
        return WorkplaceAnswer(text, press_id=press_id, is_long=True)
    text, is_refused = _done(wanted, lead, person, person.language or language)
    menu = wanted.choice if wanted.act == "menu" and not is_refused else ""
    edit_id = _show(str(part(message, "chat").get("id")), str(message.get("message_id")), menu)
    return WorkplaceAnswer(text, press_id=press_id, is_long=is_refused, delivery_id=edit_id)


def reply(message: dict[str, Any]) -> WorkplaceAnswer | None:
    """Pass an answer to a notice on to the client it speaks of; None where it is no answer to one."""
    chat_id = str(part(message, "chat").get("id"))
    answered = str(part(message, "reply_to_message").get("message_id"))
    notice = _notice_anywhere(chat_id, answered)
    if notice is None:
        return None
    language, sender = company_settings.company().language, part(message, "from")
    person = members.find(sender)
    if person is None:
        return WorkplaceAnswer(buttons.phrase("who", members.language_of(sender) or language), chat_id=chat_id)
    language = person.language or language
    try:
        text = _pass_on(notice, message, person, language)
    except Conflict as error:
        text = buttons.phrase("held", language, manager=str(error.values.get("manager", "")))
    except Invalid:
        text = buttons.phrase("text_only", language)
    except LeadbotError:
        text = buttons.phrase("viewer", language)
    return WorkplaceAnswer(text, chat_id=chat_id) if text else None


def _done(wanted: Press, lead: Lead, person: User, language: str) -> tuple[str, bool]:
    """What is said of it, and whether it was refused."""
    lead_id = lead.id
    try:
        users.check_may_write(person)
        return _ACTS[wanted.act](wanted, lead, person, language), False
    except Forbidden:
        return buttons.phrase("viewer", language), True
    except (Conflict, Invalid):
        fresh = records.get(lead_id)
        if fresh.assignee and fresh.assignee_id != person.id:
            return buttons.phrase("taken_other", language, manager=fresh.assignee.shown_name), True
        return buttons.phrase("changed", language), True


def _take(wanted: Press, lead: Lead, person: User, language: str) -> str:
    if lead.assignee_id != person.id or lead.is_dealt:
        _check_seen(wanted, lead)
        if not lead.status.is_open:
            raise Conflict
        taking.take(lead, by=person, version=lead.version)
    return buttons.phrase("yours", language)


def _lose(wanted: Press, lead: Lead, person: User, language: str) -> str:
    reason = moving.lost_reason_of(wanted.choice)
    if (lead.status, lead.lost_reason) != (LeadStatus.LOST, reason):
        _check_seen(wanted, lead)
        moving.move(lead, LeadStatus.LOST, by=person, version=lead.version, reason=reason)
    return buttons.stage(LeadStatus.LOST, language, reason)


def _call(wanted: Press, lead: Lead, person: User, language: str) -> str:
    """A task of this person, or the one he has, at that moment; a lead of nobody is his from then on."""
    if lead.assignee_id not in (None, person.id) or not lead.status.is_open:
        _check_seen(wanted, lead)
    due_at = _due_at(wanted.choice)
    if (lead.assignee_id is None or lead.is_dealt) and lead.status.is_open:
        taking.take(lead, by=person)
    own = select(LeadTask).where(
        LeadTask.lead_id == lead.id, LeadTask.assignee_id == person.id, LeadTask.done_at.is_(None)
    )
    task = db.session.scalars(own.order_by(LeadTask.due_at).limit(1)).first()
    if task is None:
        task = tasks.add(lead, due_at, "", by=person, to=person)
    elif abs(task.due_at - due_at) > SAME_MOMENT:
        tasks.postpone(task, due_at, by=person)
    return buttons.phrase("reminder", language, time=render.when(task.due_at, utcnow(), company_settings.company()))


def _menu(wanted: Press, lead: Lead, person: User, language: str) -> str:
    if wanted.choice not in MENUS:
        raise Invalid
    if wanted.choice:
        _check_seen(wanted, lead)
    return ""


_ACTS: dict[str, Callable[[Press, Lead, User, str], str]] = {
    "take": _take,
    "call": _call,
    "lost": _lose,
    "menu": _menu,
}


def _check_seen(wanted: Press, lead: Lead) -> None:
    """Raises Conflict where the lead stands elsewhere, or is another's, than the presser saw."""
    if wanted.seen != render.seen(lead):
        raise Conflict


def _due_at(choice: str) -> datetime:
    if choice == buttons.HOUR:
        return utcnow() + timedelta(hours=1)
    if choice == buttons.MORNING:
        return hours_settings.morning(company_settings.company())
    raise Invalid


def _pass_on(notice: Delivery, message: dict[str, Any], person: User, language: str) -> str:
    """Take the talk over where that is still to be done, and write; returns what to say of it."""
    talk_id = notice.talk_id
    if talk_id is None:
        return buttons.phrase("no_talk", language)
    talk = talks.get(talk_id)
    if talk.source not in ANSWERED:
        return buttons.phrase("elsewhere", language)
    text, number = message.get("text"), message.get("message_id")
    if not isinstance(text, str):
        raise Invalid
    is_his = talk.handled_by == "manager" and talk.manager_id == person.id
    if not is_his:
        hand_off.take_over(talk, by=person)
    hand_off.write(talk, text, by=person, message_id=f"telegram:{notice.target}:{number}", in_telegram=True)
    return "" if is_his else buttons.phrase("sent", language)


def _lead(chat_id: str, lead_id: int) -> Lead:
    """A lead of the company whose chat, or whose person's, this is; the session then acts for it. Raises NotFound."""
    of_chat = select(Lead.company_id).join(Company, Company.id == Lead.company_id)
    with tenancy.all_companies():
        company_id: int | None = db.session.scalar(
            of_chat.where(Lead.id == min(lead_id, 2**31 - 1), _is_theirs(chat_id), Company.is_active)
        )
    if company_id is None:
        raise NotFound
    tenancy.act_for(company_id)
    return records.get(lead_id)


def _is_theirs(chat_id: str) -> ColumnElement[bool]:
    """It is the company's chat, or the private one of somebody who works there: that bears his own number."""
    is_private = chat_id.isascii() and chat_id.isdecimal() and len(chat_id) < 19
    owner = select(User.id).where(
        User.company_id == Company.id, User.telegram_id == (int(chat_id) if is_private else 0)
    )
    return or_(
        Company.telegram_chat_id == chat_id,
        owner.where(User.is_enabled, User.removed_at.is_(None)).correlate(Company).exists(),
    )


def _notice_anywhere(chat_id: str, vendor_id: str) -> Delivery | None:
    """The notice that stands so in a chat of a company or its people; the session then acts for that company."""
    in_chat = select(Delivery.company_id, Delivery.id).join(Company, Company.id == Delivery.company_id)
    there = (
        in_chat.where(Delivery.target == chat_id, Delivery.vendor_id == vendor_id, Delivery.edits_id.is_(None))
        .where(Delivery.batch.is_(None), _is_theirs(chat_id), Company.is_active)
        .order_by(Delivery.id.desc())
    )
    with tenancy.all_companies():
        row = db.session.execute(there).first()
    if row is None:
        return None
    tenancy.act_for(row.company_id)
    return db.session.scalars(select(Delivery).where(Delivery.id == row.id)).one()


def _show(chat_id: str, vendor_id: str, menu: str) -> int | None:
    """Have the notice shown with this menu open; the id of what does it."""
    found = (
        select(Delivery)
        .where(Delivery.target == chat_id, Delivery.vendor_id == vendor_id, Delivery.edits_id.is_(None))
        .where(Delivery.batch.is_(None))
    )
    notice = db.session.scalars(found.order_by(Delivery.id.desc()).limit(1)).first()
    if notice is None:
        return None
    edit = edits.put_edit(notice, menu)
    db.session.commit()
    return edit.id
