"""A manager's own words to the client, written on the lead's page or panel."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from leadbot.conversations import evidence, hand_off, talks
from leadbot.errors import LeadbotError, NotFound
from leadbot.leads import records
from leadbot.web.htmx import go, is_htmx
from leadbot.web.leads import parts

bp = Blueprint("lead_reply", __name__)


@bp.post("/leads/<int:lead_id>/reply/<int:talk_id>")
def answer(lead_id: int, talk_id: int) -> Response:
    """Say something in the lead's talk; the bot falls silent where it was answering."""
    return _done(lead_id, talk_id, give_back=False)


@bp.post("/leads/<int:lead_id>/reply/<int:talk_id>/return")
def give_back(lead_id: int, talk_id: int) -> Response:
    """The bot answers again."""
    return _done(lead_id, talk_id, give_back=True)


def _done(lead_id: int, talk_id: int, *, give_back: bool) -> Response:
    lead, talk = records.get(lead_id), talks.get(talk_id)
    if talk.id not in {part.talk.id for part in evidence.transcript(lead, evidence.of_lead(lead))}:
        raise NotFound
    try:
        if give_back:
            hand_off.give_back(talk, by=current_user)
        else:
            message_id = request.form.get("message_id") or None
            hand_off.answer(talk, request.form.get("text", ""), by=current_user, message_id=message_id)
    except LeadbotError as error:
        if is_htmx():
            raise
        return parts.shown(lead, error)
    if is_htmx():
        return parts.renewed(lead)
    return go(url_for("web.leads.show", lead_id=lead.id, _anchor="lead-reply"))
