"""The first five minutes at the board: the list of steps, and sample leads."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.operations import demo
from leadbot.reports import onboarding
from leadbot.web.htmx import go

bp = Blueprint("start", __name__, url_prefix="/start")


@bp.post("/dismiss")
def dismiss() -> Response:
    """Put the list of steps away."""
    onboarding.dismiss(by=current_user)
    return go(url_for("web.board.show"))


@bp.post("/samples")
def add_samples() -> Response:
    """Fill the board with sample leads."""
    demo.add_samples(by=current_user)
    return go(url_for("web.board.show"), note=_("Sample leads added: nobody is told of them, figures leave them out"))


@bp.post("/samples/remove")
def remove_samples() -> Response:
    """Take the sample leads away again."""
    demo.remove_samples(by=current_user)
    return go(url_for("web.board.show"), note=_("Sample leads removed"))
