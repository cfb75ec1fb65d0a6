"""Settings: what is stored of clients and for how long; and erasing one of them for good."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.conversations import consent, talks
from leadbot.errors import Invalid
from leadbot.leads import records
from leadbot.transfer import erasure
from leadbot.transfer.erasure import Traces
from leadbot.web.errors import error_text
from leadbot.web.htmx import go, page
from leadbot.web.settings.company import SECTIONS

bp = Blueprint("erasing", __name__)


@bp.get("/settings/data")
def stored() -> Response:
    """What is stored, where, and for how long."""
    return _stored()


@bp.post("/settings/data")
def keep() -> Response:
    """How long talks are kept."""
    try:
        erasure.set_retention(request.form.get("days", ""), by=current_user)
    except Invalid as error:
        return _stored(error)
    return go(url_for(".stored"), note=_("Saved"))


@bp.get("/leads/<int:lead_id>/erase")
def ask(lead_id: int) -> Response:
    """What would go with this lead's client."""
    lead = records.get(lead_id)
    return _asking(erasure.of_lead(lead), url_for("web.leads.show", lead_id=lead_id))


@bp.post("/leads/<int:lead_id>/erase")
def erase(lead_id: int) -> Response:
    """Erase the client of this lead."""
    return _erased(erasure.of_lead(records.get(lead_id)))


@bp.get("/conversations/<int:talk_id>/erase")
def ask_of_talk(talk_id: int) -> Response:
    """What would go with this talk's client."""
    talk = talks.get(talk_id)
    return _asking(erasure.of_talk(talk), url_for("web.conversations.show", talk_id=talk_id))


@bp.post("/conversations/<int:talk_id>/erase")
def erase_of_talk(talk_id: int) -> Response:
    """Erase the client of this talk."""
    return _erased(erasure.of_talk(talks.get(talk_id)))


def _asking(traces: Traces, back: str) -> Response:
    users.check_is_owner(current_user)
    return page("erasing/erase.html", traces=traces, back=back)


def _erased(traces: Traces) -> Response:
    erasure.erase(traces, by=current_user)
    return go(url_for("web.board.show"), note=_("The client’s data has been erased"))


def _stored(error: Invalid | None = None) -> Response:
    own = company_settings.company()
    return page(
        "erasing/stored.html",
        422 if error else 200,
        error=error_text(error) if error else "",
        days=request.form.get("days", "") if error else own.retention_days or "",
        least=erasure.LEAST_DAYS,
        amounts=erasure.stored(),
        slug=own.slug,
        version=consent.VERSION,
        sections=SECTIONS,
        here="erasing.stored",
    )
