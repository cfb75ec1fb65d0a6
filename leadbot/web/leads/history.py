"""What happened to a lead, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint
from flask_babel import gettext as _

from leadbot.models import Lead, LeadEvent
from leadbot.models.lead import IMPORTED
from leadbot.texts import formats
from leadbot.texts.catalogues import chosen_zone, language
from leadbot.texts.formats import lead_number
from leadbot.web.leads.parts import label_of, lead_value
from leadbot.web.wording import reason_label, stage_label

bp = Blueprint("lead_history", __name__)
# Icons by kind of event.
MARKS = {
    "created": "bot", "moved": "board", "changed": "note", "repeated": "repeat", "edited": "pencil",
    "otherwise": "chat", "assigned": "user", "dealt": "user", "task_set": "calendar", "task_moved": "calendar",
    "task_done": "check", "task_deleted": "trash", "merged": "link", "unmerged": "link", "split": "link",
    "beside": "plus", "withdrawn": "close",
}  # fmt: skip
MOST = 300  # characters of a value; the whole one stands on the card or stood there


@bp.app_template_filter("happened")
def happened(event: LeadEvent, lead: Lead) -> str:
    """«Площадь: 120 м² → 150 м²»"""
    if event.kind == "created":
        return _created(event, lead)
    return _WORDS.get(event.kind, _changed)(event)


@bp.app_template_filter("event_mark")
def mark(event: LeadEvent, lead: Lead) -> str:
    """The icon of an event."""
    if event.kind == "created" and event.user_id:
        return "download" if lead.origin == IMPORTED else "pencil"
    return MARKS.get(event.kind, "history")


def _created(event: LeadEvent, lead: Lead) -> str:
    if not event.user_id:
        return str(_("The bot registered the lead"))
    by_file = lead.origin == IMPORTED
    return str(_("The lead came from a file") if by_file else _("The lead was written down by hand"))


def _moved(event: LeadEvent) -> str:
    reason = f" ({reason_label(event.reason)})" if event.reason else ""
    return f"{stage_label(event.from_value or '')} → {stage_label(event.to_value or '')}{reason}"


def _changed(event: LeadEvent) -> str:
    return f"{_label(event)}: {_value(event, event.from_value)} → {_value(event, event.to_value)}"


def _edited(event: LeadEvent) -> str:
    if event.field == "summary":
        return str(_("The summary was rewritten"))
    return _changed(event)


def _otherwise(event: LeadEvent) -> str:
    said, kept = _value(event, event.to_value), _value(event, event.from_value)
    return str(_("The client says otherwise. %(label)s: %(value)s. The card keeps: %(kept)s",
                 label=_label(event), value=said, kept=kept))  # fmt: skip


def _assigned(event: LeadEvent) -> str:
    nobody = _("nobody")
    return f"{_('Assignee')}: {event.from_value or nobody} → {event.to_value or nobody}"


def _task(event: LeadEvent) -> str:
    """«Напоминание на 24.11.2026, 10:00: спросить про проект»"""
    time = _moment(event.to_value)
    if event.kind == "task_moved":
        return str(_("Reminder put off: %(before)s → %(time)s", before=_moment(event.from_value), time=time))
    words = {
        "task_set": _("Reminder set: %(time)s", time=time),
        "task_done": _("Reminder done: %(time)s", time=time),
        "task_deleted": _("Reminder deleted: %(time)s", time=time),
    }[event.kind]
    return ". ".join(filter(None, (str(words), event.from_value)))


def _merged(event: LeadEvent) -> str:
    number = lead_number(int(event.to_value or 0), language())
    words = {
        "merged": _("Merged with lead %(number)s", number=number),
        "unmerged": _("Taken apart from lead %(number)s", number=number),
        "split": _("A repeat was split off: lead %(number)s", number=number),
        "beside": _("A further object of the client: lead %(number)s", number=number),
    }
    return str(words[event.kind])


def _moment(stored: str | None) -> str:
    return formats.day_and_clock(datetime.fromisoformat(stored), chosen_zone()) if stored else ""


def _label(event: LeadEvent) -> str:
    return label_of(event.field) if event.field else ""


def _value(event: LeadEvent, stored: str | None) -> str:
    text = lead_value(event.field or "", stored) or str(_("not named"))
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


_WORDS: dict[str, Callable[[LeadEvent], str]] = {
    "moved": _moved,
    "repeated": lambda event: str(_("The client wrote again")),
    "edited": _edited,
    "otherwise": _otherwise,
    "assigned": _assigned,
    "dealt": lambda event: str(_("Given in turn: %(person)s", person=event.to_value or "")),
    "withdrawn": lambda event: str(_("The client needs it no more")),
    **dict.fromkeys(("merged", "unmerged", "split", "beside"), _merged),
    **dict.fromkeys(("task_set", "task_moved", "task_done", "task_deleted"), _task),
}
