"""The first page: what Leadbot does, in one screen, and a talk with the bot on it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from leadbot.accounts.limits import caller
from leadbot.accounts.limits.entry import check_trial
from leadbot.conversations.landing_demo import example, say, so_far
from leadbot.errors import LeadbotError, TooMany
from leadbot.texts import catalogues
from leadbot.web.errors import error_text
from leadbot.web.htmx import is_htmx, page, part

bp = Blueprint("landing", __name__)


@bp.get("/")
def show() -> Response:
    """What it does, for somebody who has never heard of it."""
    return page("landing.html", example=example(catalogues.language()))


@bp.post("/try")
def talk() -> Response:
    """A visitor's message to the bot, answered in place; the talk is kept in his page alone."""
    form, language = request.form, catalogues.language()
    text = form.get("text") or form.get("quick", "")
    try:
        check_trial(caller(request.remote_addr))
        shown, error = say(text, form.get("talk", ""), language), None
    except LeadbotError as refusal:
        shown, error = so_far(form.get("talk", ""), language), refusal
    template = "_example.html" if is_htmx() else "landing.html"
    answer = (part if is_htmx() else page)(
        template,
        error.status if error and not is_htmx() else 200,
        example=shown,
        error=error_text(error) if error else "",
    )
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer
