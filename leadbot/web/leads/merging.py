"""Duplicates: looked at side by side, made one, taken apart again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import users
from leadbot.errors import Conflict, Invalid, LeadbotError
from leadbot.leads import merging, records
from leadbot.leads.search import QUERY_MOST
from leadbot.models import Lead
from leadbot.texts.catalogues import language
from leadbot.texts.formats import lead_number
from leadbot.web import searching
from leadbot.web.htmx import Action, go, is_htmx, page, part, toast
from leadbot.web.leads import parts
from leadbot.web.leads.parts import about, label_of, lead_value

bp = Blueprint("lead_merging", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that reads otherwise on the two cards; `takes_other` is what the form begins with."""

    field: str
    label: str
    own: str
    other: str
    takes_other: bool


@bp.get("/leads/<int:lead_id>/merge")
def show(lead_id: int) -> Response:
    """The two side by side; without another lead those that may be meant, and a search."""
    lead = records.get(lead_id)
    users.check_may_write(current_user)
    try:
        return _page(lead, _other("with"))
    except Invalid as error:
        return _page(lead, None, error)


@bp.post("/leads/<int:lead_id>/merge")
def merge(lead_id: int) -> Response:
    """Make the other lead part of this one."""
    lead, form = records.get(lead_id), request.form
    users.check_may_write(current_user)
    other = None
    try:
        other = _other("other")
        if other is None:
            raise Invalid("Choose another lead", field="other")
        versions = form.get("version", 0, type=int), form.get("other_version", 0, type=int)
        made = merging.merge(lead, other, form, by=current_user, versions=versions)
    except (Invalid, Conflict) as error:
        return _page(records.get(lead_id), other if isinstance(error, Conflict) else None, error)
    note = about(lead, _("Merged: lead %(number)s is part of this one", number=lead_number(other.id, language())))
    if is_htmx():
        undo = Action(_("Undo"), url_for(".unmerge", lead_id=lead_id, merge_id=made.id))
        return parts.renewed(lead, toast(note, action=undo))
    return go(url_for("web.leads.show", lead_id=lead_id), note=note)


@bp.post("/leads/<int:lead_id>/merge/<int:merge_id>/undo")
def unmerge(lead_id: int, merge_id: int) -> Response:
    """Take a duplicate out again."""
    lead = records.get(lead_id)
    other = merging.unmerge(lead, merge_id, by=current_user)
    return _apart(lead, other, _("The leads are apart again"))


@bp.post("/leads/<int:lead_id>/split/<int:talk_id>")
def split(lead_id: int, talk_id: int) -> Response:
    """Give a repeat a card of its own."""
    lead = records.get(lead_id)
    new = merging.split(lead, talk_id, by=current_user)
    return _apart(lead, new, _("The conversation has a lead of its own"))


def _apart(lead: Lead, other: Lead, note: str) -> Response:
    """On to the one that stands alone now; where the lead is open it stays so, and a link leads there."""
    url, note = url_for("web.leads.show", lead_id=other.id), about(other, note)
    if not is_htmx():
        return go(url, note=note)
    there = Action(_("Lead %(number)s", number=lead_number(other.id, language())), url, is_link=True)
    return parts.renewed(lead, toast(note, action=there))


def _other(name: str) -> Lead | None:
    """The lead whose number was given; raises Invalid for one that is not there."""
    number = request.values.get(name, "").strip().lstrip("№#").strip()
    if not number:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Invalid("There is no such lead", field="other")
    found = merging.find(int(number))
    if found is None:
        raise Invalid("There is no such lead", field="other")
    return found


def _page(lead: Lead, other: Lead | None, error: LeadbotError | None = None) -> Response:
    if other is not None and error is None:
        merging.check(lead, other)
    choices = [_choice(lead, other, field) for field in merging.CHOSEN] if other else []
    differing = [each for each in choices if each.own != each.other]
    same = [each for each in choices if each.own == each.other and each.own]
    context: dict[str, Any] = {"lead": lead, "other": other, "differing": differing, "same": same, "error": error}
    if other is None:
        query = searching.words()[:QUERY_MOST]
        context |= {"query": query, "found": merging.looked_up(lead, query)}
        context |= {"related": merging.related(lead), "alike": merging.alike(lead)}
    status = error.status if error else 200
    return part("leads/_merging.html", status, **context) if is_htmx() else page("leads/merge.html", status, **context)


def _choice(lead: Lead, other: Lead, field: str) -> Choice:
    own, their = (lead_value(field, getattr(each, field)) for each in (lead, other))
    return Choice(field, label_of(field), own, their, takes_other=bool(their and not own))
