"""How a lead is shown: the same parts make its page, the panel over the board, and what an action brings up to date."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from leadbot.accounts import team
from leadbot.bot import budget, company_settings
from leadbot.conversations import canned, evidence
from leadbot.errors import LeadbotError, NotFound
from leadbot.fields import Surface
from leadbot.leads import board, merging, records, summaries, tasks, version
from leadbot.leads import editing as leads_editing
from leadbot.models import DeliveryState, Lead, LeadEvent, LeadStatus, LostReason, User
from leadbot.outbox import deliveries
from leadbot.texts import formats, names, phrases
from leadbot.texts.catalogues import chosen_zone, give_filters, language
from leadbot.web import unsent_forms
from leadbot.web.htmx import is_htmx, page, part
from leadbot.web.inbox.talks import in_words

SOON = {
    "hour": lazy_gettext("In an hour"),
    "tomorrow": lazy_gettext("Tomorrow, 10:00"),
    "week": lazy_gettext("In a week"),
}
LABELS = {"assignee": lazy_gettext("Assignee"), "summary": lazy_gettext("Summary")}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One line of a card: what it is called, its value, the number of its proof, what it was before.

    Where a manager has written it: who (or the empty string where that is not known), and what the client says
    otherwise. `typed` is what stands in the field when it is opened.
    """

    field: str
    label: str
    value: str
    proof: int | None = None
    before: str = ""
    edited_by: str | None = None
    otherwise: str = ""
    stored: str = ""

    @property
    def typed(self) -> str:
        return (self.stored if self.field == "summary" else self.value).replace(formats.NBSP, " ")

    @property
    def kind(self) -> str:
        """How it is written: in one line, in several, or chosen."""
        return {"assignee": "choice", "summary": "lines", "phone": "tel"}.get(self.field, "line")


@dataclass(frozen=True, slots=True)
class Editing:
    """A field that is open for writing: what is typed in it, and what was wrong with that."""

    field: str
    typed: str | None = None
    error: LeadbotError | None = None


def fields() -> tuple[str, ...]:
    """All that stands on a lead's page, in its order."""
    return ("assignee", *(row.key for row in company_settings.fields().at(Surface.PANEL)), "summary")


def shown(
    lead: Lead, error: LeadbotError | None = None, editing: Editing | None = None, open_task: int | None = None
) -> Response:
    """The lead as a page; as a panel where htmx asks for one."""
    wrong = error or (editing.error if editing else None)
    status = wrong.status if wrong else 200
    draw = part if is_htmx() else page
    return draw(f"leads/{'_panel' if is_htmx() else 'lead'}.html", status, error=error, editing=editing, **_all(lead))


def row_shown(lead: Lead, field: str, editing: Editing | None = None, note: str = "") -> Response:
    """One line of the card, open for writing or not."""
    found = evidence.of_lead(lead)
    row = next((each for each in _rows(lead, found, records.history(lead)) if each.field == field), None)
    if row is None:
        raise NotFound
    status = editing.error.status if editing and editing.error else 200
    more = {"people": _people(), "suggestions": _suggestions(), "has_focus": True}
    return part("leads/_row.html", status, note, lead=lead, row=row, editing=editing, **more)


def renewed(lead: Lead, note: str = "") -> Response:
    """Every part of an open lead as it stands now, each in its place."""
    response = part("leads/_renewed.html", note=note, error=None, editing=None, **_all(lead))
    response.headers["HX-Reswap"] = "none"
    return response


def is_from_lead() -> bool:
    """The form stands on the lead's page or panel, which wants to be brought up to date."""
    return request.form.get("from") == "lead"


def about(lead: Lead, note: str) -> str:
    """«Канат · Перенесено: «Договор»»: what a passing note says, and of whom."""
    return f"{lead.name or formats.phone(lead.phone)} · {note}"


def brought_up_to_date(lead: Lead) -> str:
    """The head and the history, drawn anew, for swapping out of band: what nobody types into."""
    return render_template("leads/_fresh.html", events=records.history(lead), **_head(lead))


def _all(lead: Lead) -> dict[str, Any]:
    found = evidence.of_lead(lead)
    parts = evidence.transcript(lead, found)
    events = records.history(lead)
    rows = list(_rows(lead, found, events))
    on_card = ("assignee", *(row.key for row in company_settings.fields().at(Surface.CARD)))
    return (
        _head(lead)
        | with_tasks(lead)
        | {
            "rows": [row for row in rows if row.value or row.proof or row.field in on_card],
            "more_rows": [row for row in rows if _may_be_added(row, on_card)],
            "suggestions": _suggestions(),
            "related": merging.related(lead),
            "alike": merging.alike(lead),
            "merges": merging.merges(lead),
            "repeats": merging.repeats(lead),
            "parts": parts,
            "pieces": _pieces(found, parts),
            "events": events,
            "notes": records.notes(lead),
            "deliveries": deliveries.of_lead(lead),
            "spent": budget.of_lead(lead),
            **_reply(parts),
            "typed": request.form,
            "version": version.current(lead),
            "dead": DeliveryState.DEAD,
        }
    )


def _reply(parts: list[evidence.Part]) -> dict[str, Any]:
    """Where an answer to the client goes: the talk that was last spoken in."""
    talk = max((part.talk for part in parts), key=lambda each: each.last_message_at, default=None)
    answers = canned.filled(talk, current_user) if talk and current_user.may_write else []
    return {"talk": talk, "answers": answers, "new_id": secrets.token_urlsafe(12)}


def _may_be_added(row: FieldRow, on_card: tuple[str, ...]) -> bool:
    """It stands empty: to be filled in by hand, unless it is a question that is asked no longer."""
    own = company_settings.fields().get(row.field)
    return not (row.value or row.proof or row.field in on_card) and (own is None or own.may_be_asked)


def with_tasks(lead: Lead) -> dict[str, Any]:
    """What the part with the lead's tasks needs."""
    company = company_settings.company()
    return {
        "lead": lead,
        "tasks": tasks.of_lead(lead),
        "now": tasks.now(),
        "tomorrow": tomorrow(),
        "soon": SOON.items(),
        "people": _people(),
        "has_chat": bool(company.telegram_chat_id),
    }


def _people() -> list[User]:
    """Who can be made to answer for a lead."""
    return [person for person in team.people() if person.may_write and person.is_enabled]


def tomorrow() -> str:
    """The day after today by the company's calendar, as a form's field of a day holds it."""
    return f"{formats.local(tasks.now(), chosen_zone()) + timedelta(days=1):%Y-%m-%d}"


def when(due_at: datetime) -> str:
    """«сегодня, 15:00», «завтра, 10:00», «25.11, 10:00»: when a task is due, by the company's clock."""
    due, today = formats.local(due_at, chosen_zone()), formats.local(tasks.now(), chosen_zone()).date()
    near = {today: _("today"), today + timedelta(days=1): _("tomorrow"), today - timedelta(days=1): _("yesterday")}
    day = near.get(due.date()) or (f"{due:%d.%m}" if due.year == today.year else f"{due:%d.%m.%Y}")
    return f"{day}, {due:%H:%M}"


def due_badge(due_at: datetime | None) -> tuple[str, str] | None:
    """What a card says of its next task: the kind of badge and its text; None without a task."""
    if due_at is None:
        return None
    is_due, text = due_at <= tasks.now(), when(due_at)
    return ("danger", str(_("Overdue: %(time)s", time=text))) if is_due else ("ok", text[:1].upper() + text[1:])


def init_app(app: Flask) -> None:
    """Give templates the words for the moments of tasks."""
    give_filters(app, when=when, kept_label=unsent_forms.label)


def _suggestions() -> dict[str, tuple[str, ...]]:
    """What is offered while one types."""
    return {"city": names.cities(language()), "object_type": names.objects(language(), *leads_editing.trade())}


def _head(lead: Lead) -> dict[str, Any]:
    return {
        "lead": lead,
        "voices": board.voices([lead]),
        "statuses": list(LeadStatus),
        "reasons": list(LostReason),
    }


def _rows(lead: Lead, found: list[evidence.Proof], events: list[LeadEvent]) -> Iterator[FieldRow]:
    """What is on the card, as a manager reads it."""
    by_field = {proof.field: proof for proof in found}
    facts = leads_editing.facts_of(lead)
    for field in fields():
        if field == "assignee":
            who = lead.assignee
            yield FieldRow(field, str(LABELS[field]), who.shown_name if who else "", stored=str(who.id) if who else "")
            continue
        proof = by_field.get(field)
        stored = leads_editing.stored(lead, field, facts)
        said = phrases.quoted(proof.quote, language()) if proof and field not in lead.edited else ""
        number = proof.number if proof else None
        yield FieldRow(
            field,
            label_of(field),
            summaries.besides(lead, language()) if field == "summary" else lead_value(field, stored) or said,
            number,
            stored=stored,
            **_written(lead, field, events),
        )


def _written(lead: Lead, field: str, events: list[LeadEvent]) -> dict[str, Any]:
    """Who wrote a value over, what it was before, and what the client has said otherwise since."""
    own = [event for event in events if event.field == field]
    changes = [event for event in own if event.kind in {"changed", "edited"}]
    last = changes[-1] if changes else None
    before = "" if last is None or field == "summary" else lead_value(field, last.from_value)
    if field not in lead.edited:
        return {"before": before}
    edits = [event for event in own if event.kind == "edited"]
    since = [event for event in own if event.kind == "otherwise" and (not edits or event.id > edits[-1].id)]
    by = edits[-1].user.shown_name if edits and edits[-1].user else ""
    return {"before": before, "edited_by": by, "otherwise": lead_value(field, since[-1].to_value) if since else ""}


def label_of(field: str) -> str:
    """What a value is called: Площадь, Ауданы, Area."""
    return str(LABELS[field]) if field in LABELS else names.label(field, language(), company_settings.fields())


def lead_value(field: str, stored: str | None) -> str:
    """A value as a reader of this page writes it; a name and a summary as they were written."""
    return (stored or "") if field in {"name", "summary", "assignee"} else in_words(field, stored)


def _pieces(found: list[evidence.Proof], parts: list[evidence.Part]) -> dict[int, list[evidence.Piece]]:
    """The messages that hold a proof, cut for marking."""
    proven = {proof.message_id for proof in found}
    lines = [line for each in parts for line in each.lines if line.id in proven]
    return {
        line.id: evidence.cut(line.text, [proof for proof in found if proof.message_id == line.id]) for line in lines
    }
