"""Writing a lead down by hand: a dialog over the board, or a page of its own."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import users
from leadbot.errors import Faults
from leadbot.leads import manual_entry
from leadbot.models import Lead
from leadbot.web.errors import error_text
from leadbot.web.htmx import Action, go, is_htmx, only_toast, page, part
from leadbot.web.leads import parts

bp = Blueprint("board_add", __name__)


@bp.get("/board/add")
def show() -> Response:
    """The empty form."""
    users.check_may_write(current_user)
    return page("board/add.html", typed={}, errors={}, known=None)


@bp.post("/board/add")
def add() -> Response:
    """Write it down; where the phone has an open lead, ask what to do with what was typed."""
    typed = {field: request.form.get(field, "") for field in manual_entry.FIELDS}
    try:
        added = manual_entry.add(typed, by=current_user, choice=request.form.get("as", ""), note=_note(typed))
    except Faults as error:
        return _form(422, typed, {fault.field: error_text(fault) for fault in error.faults})
    if added.how == "known":
        return _form(409, typed, {}, added.lead)
    url = url_for("web.leads.show", lead_id=added.lead.id)
    if added.how == manual_entry.NOTE:
        return go(url, note=parts.about(added.lead, _("Written down as a note")))
    note = parts.about(added.lead, _("Lead added"))
    if not is_htmx():
        return go(url_for("web.board.show"), note=note)
    response = only_toast(note, action=Action(_("Open"), url, is_link=True))
    response.headers["HX-Trigger"] = "lead-added"
    return response


def _form(status: int, typed: dict[str, str], errors: dict[str, str], known: Lead | None = None) -> Response:
    show, template = (part, "board/_add.html") if is_htmx() else (page, "board/add.html")
    return show(template, status, typed=typed, errors=errors, known=known)


def _note(typed: dict[str, str]) -> str:
    """What was typed, as a note."""
    said_ = {_("Name"): typed["name"], _("What is to be built"): typed["object_type"], _("City"): typed["city"]}
    lines = [f"{label}: {text.strip()}" for label, text in said_.items() if text.strip()]
    return "\n".join([_("Has called again"), *lines])
