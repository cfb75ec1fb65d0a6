"""What is sent: a notice's text, how its lead stands when it is made, and buttons for what can be done; or a list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.errors import DeliveryError
from leadbot.models import Company, Delivery, DeliveryState, Lead, LeadEvent, LeadStatus, LeadTask, User
from leadbot.notifications import briefs
from leadbot.notifications.carriers.telegram import buttons
from leadbot.notifications.carriers.telegram.buttons import Button, Buttons
from leadbot.notifications.notice import Notice
from leadbot.state import state

WORKED_WITH = ("lead.created", "lead.repeated", "lead.reminder", "lead.escalation")  # these bear all the buttons


class Shown(NamedTuple):
    """A message: its text and the buttons under it."""

    text: str
    buttons: Buttons


def write(notice: Notice, language: str) -> str:
    """All of it, as plain text."""
    return notice.text(language)


def payload(rows: Sequence[Delivery]) -> str | None:
    """What is sent, as JSON; None where nothing is left to do.

    Raises DeliveryError where it can't be said yet what an edit is to show.
    """
    row = rows[0]
    if len(rows) > 1:
        return _packed(_listed(rows))
    if row.edits_id is None:
        return _packed(shown(row))
    notice = db.session.get_one(Delivery, row.edits_id)
    if notice.vendor_id:
        return _packed(shown(notice, row.text), notice.vendor_id)
    if notice.state is DeliveryState.PENDING and notice.lease_until:  # is being sent, perhaps as it was
        raise DeliveryError("The notice itself is still being sent", retry_after=2)
    return None


def shown(notice: Delivery, menu: str = "") -> Shown:
    """The notice as things stand now, with a menu of its buttons open."""
    lead = db.session.get(Lead, notice.lead_id) if notice.lead_id else None
    company, language = company_settings.company(), _language(notice)
    if lead is None or notice.event not in WORKED_WITH:
        return Shown(notice.text, _link(notice, language))
    text = "\n".join([notice.text, *_state(lead, notice, company, language)])
    keys = buttons.Keys(
        lead.id,
        seen(lead),
        is_open=lead.status.is_open,
        is_free=lead.assignee_id is None or lead.is_dealt,
        menu=menu,
        morning=_morning_in_words(company, language) if menu == "call" else "",
        url=_url(f"/leads/{lead.id}"),
    )
    return Shown(text, buttons.under(keys, language))


def _listed(rows: Sequence[Delivery]) -> Shown:
    """Several notices as one: how many, and the first line of each."""
    language = _language(rows[0])
    head = briefs.many(rows[0].together or "", len(rows), language)
    lines = [row.text.partition("\n")[0] for row in sorted(rows, key=lambda row: row.id)]
    url = _url("/board")
    return Shown("\n".join([head, *lines]), [[Button(buttons.phrase("open", language), url=url)]] if url else [])


def _packed(message: Shown, instead_of: str = "") -> str:
    keys = [[asdict(button) for button in row] for row in message.buttons]
    return json.dumps({"text": message.text, "buttons": keys, "instead_of": instead_of}, ensure_ascii=False)


def _language(notice: Delivery) -> str:
    """The one of the person it is for, else the company's."""
    person = db.session.get(User, notice.user_id) if notice.user_id else None
    return (person.language if person else None) or company_settings.company().language


def seen(lead: Lead) -> str:
    """The lead's stage and assignee: a press is of use while these are what the presser saw."""
    return f"{lead.status.value}.{lead.assignee_id or 0}"


def when(moment: datetime, since: datetime, company: Company) -> str:
    """«16:04», with its day where that is another than the one of `since`."""
    zone = ZoneInfo(company.time_zone)
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == since.astimezone(zone).date() else f"{local:%d.%m, %H:%M}"


def _morning_in_words(company: Company, language: str) -> str:
    moment, now = hours_settings.morning(company), utcnow().astimezone(ZoneInfo(company.time_zone))
    if moment.date() == now.date() + timedelta(days=1):
        return buttons.phrase("tomorrow", language, time=f"{moment:%H:%M}")
    return f"{moment:%d.%m, %H:%M}"


def _state(lead: Lead, notice: Delivery, company: Company, language: str) -> list[str]:
    """Who has taken the lead and when, or where it stands; and the next call back."""
    assignee = lead.assignee.shown_name if lead.assignee else ""
    last: LeadEvent | None = db.session.scalars(
        select(LeadEvent)
        .where(LeadEvent.lead_id == lead.id, LeadEvent.kind.in_(("moved", "assigned")))
        .order_by(LeadEvent.id.desc())
        .limit(1)
        .options(joinedload(LeadEvent.user))
    ).first()
    time = when(last.created_at, notice.created_at, company) if last else ""
    own = company.stage_names.get(lead.status.value, "")
    if lead.status is LeadStatus.NEW:
        lines = [buttons.phrase("assignee", language, manager=assignee)] if assignee else []
    elif lead.status is LeadStatus.IN_PROGRESS and assignee and not own:
        lines = [buttons.phrase("taken", language, manager=assignee, time=time)]
    else:
        who = last.user.shown_name if last and last.user else assignee
        reason = lead.lost_reason.value if lead.lost_reason else ""
        stage = buttons.stage(lead.status.value, language, reason, own)
        lines = [f"{stage}: {', '.join(filter(None, (who, time)))}"]
    return lines + (_call_back(lead, notice, company, language) if lead.task_at and lead.status.is_open else [])


def _call_back(lead: Lead, notice: Delivery, company: Company, language: str) -> list[str]:
    following = select(LeadTask).where(LeadTask.lead_id == lead.id, LeadTask.done_at.is_(None))
    task: LeadTask | None = db.session.scalars(
        following.order_by(LeadTask.due_at, LeadTask.id).limit(1).options(joinedload(LeadTask.assignee))
    ).first()
    if task is None:
        return []
    who = task.assignee.shown_name if task.assignee else "–"
    return [buttons.phrase("call_at", language, manager=who, time=when(task.due_at, notice.created_at, company))]


def _link(notice: Delivery, language: str) -> Buttons:
    """A way to what the notice speaks of: the lead, the talk, or all of them."""
    path = (
        f"/leads/{notice.lead_id}" if notice.lead_id else f"/conversations/{notice.talk_id}" if notice.talk_id else ""
    )
    url = _url("/board" if notice.event == "digest" else path) if path or notice.event == "digest" else ""
    return [[Button(buttons.phrase("open", language), url=url)]] if url else []


def _url(path: str) -> str:
    """An address that Telegram puts on a button; it refuses names without a dot, such as localhost, with the notice."""
    base: str | None = state().config.public_url
    return f"{base.rstrip('/')}{path}" if base and "." in (urlsplit(base).hostname or "") else ""
