"""A notice as it is shown at this moment: its text, how its lead stands by now, and buttons for what can be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.models import Company, Delivery, Lead, LeadEvent, LeadStatus, LeadTask
from leadbot.notifications.carriers import buttons
from leadbot.notifications.carriers.base import Button, Buttons

WORKED_WITH = ("lead.created", "lead.repeated", "lead.reminder", "lead.escalation")  # these bear all the buttons


class Shown(NamedTuple):
    """What is sent."""

    text: str
    buttons: Buttons


def of(notice: Delivery, menu: str = "") -> Shown:
    """The notice as things stand now, with a menu of its buttons open."""
    lead = db.session.get(Lead, notice.lead_id) if notice.lead_id else None
    company = company_settings.company()
    if lead is None or notice.event not in WORKED_WITH:
        return Shown(notice.text, _link(notice, company))
    text = "\n".join([notice.text, *_state(lead, notice, company)])
    keys = buttons.Keys(
        lead.id,
        seen(lead),
        is_open=lead.status.is_open,
        is_free=lead.assignee_id is None or lead.is_dealt,
        menu=menu,
        morning=_morning_in_words(company) if menu == "call" else "",
        url=_url(f"/leads/{lead.id}"),
    )
    return Shown(text, buttons.under(keys, company.language))


def seen(lead: Lead) -> str:
    """The lead's stage and assignee: a press is of use while these are what the presser saw."""
    return f"{lead.status.value}.{lead.assignee_id or 0}"


def when(moment: datetime, since: datetime, company: Company) -> str:
    """«16:04», with its day where that is another than the one of `since`."""
    zone = ZoneInfo(company.time_zone)
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == since.astimezone(zone).date() else f"{local:%d.%m, %H:%M}"


def _morning_in_words(company: Company) -> str:
    moment, now = hours_settings.morning(company), utcnow().astimezone(ZoneInfo(company.time_zone))
    if moment.date() == now.date() + timedelta(days=1):
        return buttons.said("tomorrow", company.language, time=f"{moment:%H:%M}")
    return f"{moment:%d.%m, %H:%M}"


def _state(lead: Lead, notice: Delivery, company: Company) -> list[str]:
    """Who has taken the lead and when, or where it stands; and the next call back."""
    language, assignee = company.language, lead.assignee.shown_name if lead.assignee else ""
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
        lines = [buttons.said("assignee", language, manager=assignee)] if assignee else []
    elif lead.status is LeadStatus.IN_PROGRESS and assignee and not own:
        lines = [buttons.said("taken", language, manager=assignee, time=time)]
    else:
        who = last.user.shown_name if last and last.user else assignee
        reason = lead.lost_reason.value if lead.lost_reason else ""
        stage = buttons.stage(lead.status.value, language, reason, own)
        lines = [f"{stage}: {', '.join(filter(None, (who, time)))}"]
    return lines + (_call_back(lead, notice, company) if lead.task_at and lead.status.is_open else [])


def _call_back(lead: Lead, notice: Delivery, company: Company) -> list[str]:
    following = select(LeadTask).where(LeadTask.lead_id == lead.id, LeadTask.done_at.is_(None))
    task: LeadTask | None = db.session.scalars(
        following.order_by(LeadTask.due_at, LeadTask.id).limit(1).options(joinedload(LeadTask.assignee))
    ).first()
    if task is None:
        return []
    who = task.assignee.shown_name if task.assignee else "–"
    return [buttons.said("call_at", company.language, manager=who, time=when(task.due_at, notice.created_at, company))]


def _link(notice: Delivery, company: Company) -> Buttons:
    """A way to what the notice speaks of: the lead, the talk, or all of them."""
    path = (
        f"/leads/{notice.lead_id}" if notice.lead_id else f"/conversations/{notice.talk_id}" if notice.talk_id else ""
    )
    url = _url("/board" if notice.event == "digest" else path) if path or notice.event == "digest" else ""
    return [[Button(buttons.said("open", company.language), url=url)]] if url else []


def _url(path: str) -> str:
    """An address that Telegram puts on a button; it refuses names without a dot, such as localhost, with the notice."""
    base: str | None = current_app.extensions["leadbot_config"].public_url
    return f"{base.rstrip('/')}{path}" if base and "." in (urlsplit(base).hostname or "") else ""
