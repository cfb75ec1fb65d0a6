"""Writing a lead down by hand: a dialog over the board, or a page of its own."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import users
from leadbot.errors import Faults
from leadbot.leads import manual_entry
from leadbot.web.errors import said
from leadbot.web.htmx import Action, go, is_htmx, only_toast, page, part

bp = Blueprint("board_add", __name__)


@bp.get("/board/add")
def show() -> Response:
    """The empty form."""
    users.check_may_write(current_user)
    return page("board/add.html", typed={}, errors={})


@bp.post("/board/add")
def add() -> Response:
    """Write it down; an open lead of the same phone is shown instead of a double."""
    typed = {field: request.form.get(field, "") for field in manual_entry.FIELDS}
    try:
        added = manual_entry.add(typed, by=current_user)
    except Faults as error:
        errors = {fault.field: said(fault) for fault in error.faults}
        show, template = (part, "board/_add.html") if is_htmx() else (page, "board/add.html")
        return show(template, 422, typed=typed, errors=errors)
    url = url_for("web.leads.show", lead_id=added.lead.id)
    if not added.is_new:
        return go(url, note=_("This phone already has an open lead: here it is"))
    if not is_htmx():
        return go(url_for("web.board.show"), note=_("Lead added"))
    response = only_toast(_("Lead added"), action=Action(_("Open"), url, is_link=True))
    response.headers["HX-Trigger"] = "lead-added"
    return response
