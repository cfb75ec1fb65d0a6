"""Settings of conversations: ready answers, and what the bot does by itself while nobody writes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.bot import company_settings
from leadbot.conversations import canned, inbox_settings
from leadbot.errors import Invalid
from leadbot.models import CannedAnswer
from leadbot.texts.languages import LANGUAGES
from leadbot.web.errors import error_text
from leadbot.web.htmx import go, page
from leadbot.web.settings.company import SECTIONS

bp = Blueprint("canned", __name__, url_prefix="/settings/conversations")


@bp.get("")
def show() -> Response:
    """The answers, and the bot's own steps."""
    return _page()


@bp.post("")
def save() -> Response:
    """Set what the bot does by itself."""
    form = request.form
    try:
        inbox_settings.change(form.get("return_minutes", ""), "nudges" in form, by=current_user)
    except Invalid as error:
        return _page(error, "inbox")
    return go(url_for(".show"), note=_("Saved"))


@bp.post("/answers")
def add() -> Response:
    """A new answer."""
    try:
        answer = canned.add(request.form.get("title", ""), _texts(), by=current_user)
    except Invalid as error:
        return _page(error, "new")
    return go(url_for(".show", _anchor=f"answer-{answer.id}"), note=_("Saved"))


@bp.post("/answers/<int:answer_id>")
def change(answer_id: int) -> Response:
    """An answer in other words."""
    answer = canned.get(answer_id)
    try:
        canned.change(answer, request.form.get("title", ""), _texts(), by=current_user)
    except Invalid as error:
        return _page(error, str(answer.id))
    return go(url_for(".show", _anchor=f"answer-{answer.id}"), note=_("Saved"))


@bp.post("/answers/<int:answer_id>/remove")
def remove(answer_id: int) -> Response:
    """One answer less."""
    canned.remove(canned.get(answer_id), by=current_user)
    return go(url_for(".show"), note=_("Removed"))


def _page(error: Invalid | None = None, wrong: str = "") -> Response:
    """The page; `wrong` names the form that was refused: inbox, new, or the id of an answer."""
    return page(
        "settings/conversations.html",
        error.status if error else 200,
        sections=SECTIONS,
        here="canned.show",
        answers=canned.all_of(),
        places=[f"{{{place}}}" for place in canned.PLACES],
        inbox=inbox_settings.settings_of(company_settings.company()),
        wrong=wrong,
        errors={error.field: error_text(error)} if error else {},
        sent=request.form,
        values=_values,
    )


def _values(answer: CannedAnswer | None, is_wrong: bool) -> dict[str, Any]:
    """What stands in the fields of a form: what was sent and refused, else what is kept."""
    if is_wrong:
        return {name: request.form.get(name, "") for name in ("title", *(f"text_{key}" for key in LANGUAGES))}
    texts = answer.texts if answer else {}
    return {"title": answer.title if answer else ""} | {f"text_{key}": texts.get(key, "") for key in LANGUAGES}


def _texts() -> dict[str, str]:
    return {key: request.form.get(f"text_{key}", "") for key in LANGUAGES}
