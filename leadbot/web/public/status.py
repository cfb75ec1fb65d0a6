"""The public page that says how well the embedded engine understands, and what that was measured on."""

from __future__ import annotations

from flask import Blueprint, Response

from leadbot.operations import published_score
from leadbot.web.htmx import page

bp = Blueprint("status", __name__)


@bp.get("/status")
def show() -> Response:
    """The score of each published set, beside what it scored before anything was tuned on it; and that of acts."""
    return page("status.html", sets=published_score.published(), heard=published_score.published_acts())
