"""One lead: its page, its moves, its notes and notices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.leads import board, moving, ranking, records, taking, version
from leadbot.models import Lead, LeadStatus
from leadbot.outbox import deliveries
from leadbot.texts import formats
from leadbot.texts.catalogues import chosen_zone
from leadbot.web.errors import error_text
from leadbot.web.htmx import Action, go, is_htmx, part, toast
from leadbot.web.leads import board_places, parts
from leadbot.web.leads.cards import Faces
from leadbot.web.wording import stage_label

bp = Blueprint("leads", __name__)


@bp.get("/leads/<int:lead_id>")
def show(lead_id: int) -> Response:
    """All that is known of a lead, with the client's own words for it."""
    lead = records.get(lead_id)
    return parts.renewed(lead) if is_htmx() and "renew" in request.args else parts.shown(lead)


@bp.get("/leads/<int:lead_id>/live")
def live(lead_id: int) -> Response:
    """An open lead again if something about it has changed since version `v`, else 204."""
    lead = records.get(lead_id)
    if not is_htmx():
        return go(url_for(".show", lead_id=lead_id))
    if request.args.get("v") == version.current(lead):
        return Response(status=204)
    return parts.renewed(lead)


@bp.post("/leads/<int:lead_id>/move")
def move(lead_id: int) -> Response:
    """To another stage, if the card is still as the mover saw it."""
    lead = records.get(lead_id)
    reason_before = lead.lost_reason.value if lead.lost_reason else ""
    before = {"status": lead.status.value, "reason": reason_before, "rank": lead.rank, "undo": "1"}
    form, was_free = request.form, lead.assignee_id is None
    frees = "undo" in form and "frees" in form
    try:
        to, seen, reason = _status(), version_seen(), form.get("reason")
        spot = board_places.spot()
        if spot:
            ranking.move(lead, to, spot, by=current_user, version=seen, reason=reason, frees=frees)
        else:
            moving.move(lead, to, by=current_user, version=seen, reason=reason, frees=frees)
    except Conflict as error:
        return _somebody_was_quicker(error.fresh)
    except Invalid as error:
        if is_htmx():
            raise
        return parts.shown(lead, error)
    if spot and lead.status.value == before["status"] and "undo" not in form:
        return _rearranged(lead)
    done = _("Undone") if "undo" in form else _("Moved to “%(stage)s”", stage=stage_label(lead.status))
    text = parts.about(lead, done)
    if not is_htmx():
        return go(url_for(".show", lead_id=lead.id), note=text)
    here = {"from": "lead"} if parts.is_from_lead() else {}
    before |= {"frees": "1"} if was_free and lead.assignee_id is not None else {}
    undo = None if "undo" in form else Action(_("Undo"), request.path, {**before, **here, "version": lead.version})
    return _card(lead, note=toast(text, action=undo))


def _rearranged(lead: Lead) -> Response:
    """Within its own stage a card changes its place without a word."""
    if not is_htmx():
        return go(url_for("web.board.show", stage=lead.status.value))
    return _card(lead)


@bp.post("/leads/<int:lead_id>/take")
def take(lead_id: int) -> Response:
    """Make a lead one's own; with `undo` nobody's again."""
    lead, before = records.get(lead_id), None
    try:
        if "undo" in request.form:
            taking.give_up(lead, _status(), by=current_user, version=version_seen())
        else:
            before = lead.status.value
            taking.take(lead, by=current_user, version=version_seen())
    except Conflict as error:
        return _shown_fresh(error.fresh, error_text(error))
    text = parts.about(lead, _("The lead is yours") if before else _("Undone"))
    if not is_htmx():
        return go(url_for(".show", lead_id=lead.id), note=text)
    here = {"from": "lead"} if parts.is_from_lead() else {}
    back = {"status": before, "undo": "1", "version": lead.version, **here}
    return _card(lead, note=toast(text, action=Action(_("Undo"), request.path, back) if before else None))


@bp.post("/leads/<int:lead_id>/notes")
def add_note(lead_id: int) -> Response:
    """Write something down."""
    lead = records.get(lead_id)
    try:
        records.add_note(lead, request.form.get("text", ""), by=current_user)
    except Invalid as error:
        if is_htmx():
            return part("leads/_notes.html", 422, lead=lead, notes=records.notes(lead), error=error, typed=request.form)
        return parts.shown(lead, error)
    note = parts.about(lead, _("Note added"))
    if is_htmx():
        return part("leads/_notes.html", lead=lead, notes=records.notes(lead), note=toast(note))
    return go(url_for(".show", lead_id=lead.id, _anchor="notes"), note=note)


@bp.post("/leads/<int:lead_id>/remove")
def remove(lead_id: int) -> Response:
    """Take a test lead off the board."""
    lead = records.get(lead_id)
    note = parts.about(lead, _("Test lead removed"))
    records.remove_test(lead, by=current_user)
    return go(url_for("web.board.show"), note=note)


@bp.post("/leads/<int:lead_id>/deliveries/<int:delivery_id>/retry")
def retry(lead_id: int, delivery_id: int) -> Response:
    """Send a notice again that was given up."""
    lead = records.get(lead_id)
    if delivery_id not in {row.id for row in deliveries.of_lead(lead)}:
        raise NotFound
    deliveries.retry(delivery_id, by=current_user)
    note = parts.about(lead, _("Sending again"))
    if is_htmx():
        return part("leads/_deliveries.html", lead=lead, deliveries=deliveries.of_lead(lead), note=toast(note))
    return go(url_for(".show", lead_id=lead.id), note=note)


def _somebody_was_quicker(lead: Lead) -> Response:
    last = records.last_move(lead)
    who = last.user.shown_name if last and last.user else ""
    if last and who:
        text = _("%(manager)s has already moved this card (%(time)s). Showing its new place",
                 manager=who, time=formats.clock(last.created_at, chosen_zone()))  # fmt: skip
    else:
        text = _("This card has been changed meanwhile. Showing how it stands now")
    return _shown_fresh(lead, text)


def _shown_fresh(lead: Lead, text: str) -> Response:
    """The lead as it stands now, and why."""
    if is_htmx():
        return _card(lead, 409, note=toast(text, kind="danger"), fresh=True)
    return parts.shown(lead, Conflict(text))


def _card(lead: Lead, status: int = 200, note: str = "", **more: Any) -> Response:
    fresh = parts.brought_up_to_date(lead) if parts.is_from_lead() else ""
    found = board.alone(lead.id)
    faces = Faces(found.people, found.now)
    return part("board/_card.html", status, note=note + fresh, column=found.columns[0], faces=faces, **more)


def _status() -> LeadStatus:
    try:
        return LeadStatus(request.form.get("status", ""))
    except ValueError:
        raise Invalid("There is no such stage", field="status") from None


def version_seen() -> int | None:
    """The version the mover saw; a form without one moves whatever is there."""
    value = request.form.get("version", "")
    if value and not (value.isdecimal() and len(value) < 10):
        raise Invalid("This value is not right", field="version")
    return int(value) if value else None
