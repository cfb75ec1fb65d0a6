"""A lead's values written over where they stand: a line of the card opens, is saved, or is left as it was."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import team
from leadbot.errors import Conflict, Forbidden, Invalid, LeadbotError, NotFound
from leadbot.leads import editing as leads_editing
from leadbot.leads import moving, records
from leadbot.models import Lead
from leadbot.texts.catalogues import language
from leadbot.web.htmx import go, is_htmx, toast
from leadbot.web.leads import parts
from leadbot.web.leads.lead import version_seen
from leadbot.web.leads.parts import Editing

bp = Blueprint("lead_fields", __name__)


@bp.get("/leads/<int:lead_id>/fields/<field>")
def show(lead_id: int, field: str) -> Response:
    """A line of the card, open for writing; closed again with ?closed."""
    lead = records.get(lead_id)
    if field not in parts.fields():
        raise NotFound
    editing = Editing(field) if current_user.may_write and "closed" not in request.args else None
    return parts.row_shown(lead, field, editing) if is_htmx() else parts.shown(lead, editing=editing)


@bp.post("/leads/<int:lead_id>/fields/<field>")
def save(lead_id: int, field: str) -> Response:
    """Write a value over, if it still is as the writer saw it."""
    lead = records.get(lead_id)
    if field not in parts.fields():
        raise NotFound
    try:
        is_changed = _save(lead, field, request.form.get("value", ""))
    except Forbidden:
        raise
    except LeadbotError as error:
        return _open_again(error.fresh if isinstance(error, Conflict) else lead, field, error)
    if not is_htmx():
        return go(url_for("web.leads.show", lead_id=lead_id, _anchor=f"fact-{field}"), note=_("Saved"))
    note = toast(_("Saved")) + parts.brought_up_to_date(lead) if is_changed else ""
    return parts.row_shown(lead, field, note=note)


def _save(lead: Lead, field: str, value: str) -> bool:
    seen: dict[str, Any] = {"version": version_seen(), "was": request.form.get("was")}
    if field == "assignee":
        return _assign(lead, value, **seen)
    return leads_editing.edit(lead, field, value, by=current_user, language=language(), **seen)


def _assign(lead: Lead, value: str, *, version: int | None, was: str | None) -> bool:
    person = next((each for each in team.people() if str(each.id) == value), None)
    if value and person is None:
        raise Invalid("This value is not right", field="assignee")
    before = lead.assignee_id
    if version is not None and version != lead.version and was != str(before or ""):
        raise Conflict("This has been changed meanwhile", fresh=lead)
    return moving.assign(lead, person, by=current_user).assignee_id != before


def _open_again(lead: Lead, field: str, error: LeadbotError) -> Response:
    """The line with what was typed in it and what was wrong; after a conflict with how it stands now beside it."""
    editing = Editing(field, request.form.get("value", ""), error)
    return parts.row_shown(lead, field, editing) if is_htmx() else parts.shown(lead, editing=editing)
