"""The ledger: received = answered, registered = told; every gap leads to the rows behind it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from leadbot.outbox import deliveries
from leadbot.reports import figures, ledger
from leadbot.web.htmx import go, page

bp = Blueprint("ledger", __name__)
ANSWERS = {
    "bot": lazy_gettext("answered by the bot"),
    "manager": lazy_gettext("answered by a manager"),
    "waiting": lazy_gettext("waiting for an answer"),
    "unanswered": lazy_gettext("without an answer"),
}
NEWS = {
    "told": lazy_gettext("told in Telegram"),
    "pending": lazy_gettext("on their way"),
    "given_up": lazy_gettext("not delivered"),
    "untold": lazy_gettext("nobody to tell"),
}


@bp.get("/figures/ledger")
def show() -> Response:
    """Both sums of a period."""
    days = request.args.get("days", 7, type=int)
    days = days if days in figures.PERIODS else 7
    found = ledger.over(days)
    return page("ledger/ledger.html", ledger=found, days=days, periods=figures.PERIODS, answers=ANSWERS, news=NEWS)


@bp.post("/figures/ledger/<int:delivery_id>/retry")
def retry(delivery_id: int) -> Response:
    """Send a notice again that was given up."""
    deliveries.retry(delivery_id, by=current_user)
    days = request.form.get("days", 7, type=int)
    return go(url_for(".show", days=days), note=_("Sending again"))
