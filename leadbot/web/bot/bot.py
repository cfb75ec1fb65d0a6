"""Settings of the bot: one form that makes the draft, the draft's way to the clients, and the way back.

What is typed goes into the draft by whatever button: saved, put in another order or published, nothing typed is lost.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from leadbot.accounts import users
from leadbot.bot import budget, choices, company_settings, model_health, publishing, rehearsal, scenarios
from leadbot.bot.publishing import Draft
from leadbot.bot.settings_fields import Values
from leadbot.conversations import chat, talks
from leadbot.errors import Faults, Invalid
from leadbot.models import Role, Scenario
from leadbot.texts.catalogues import language
from leadbot.texts.languages import LANGUAGES
from leadbot.web.bot import form as bot_form
from leadbot.web.bot import try_out, words
from leadbot.web.errors import error_text
from leadbot.web.htmx import Action, go, is_htmx, only_toast, page, part, toast
from leadbot.web.settings.company import SECTIONS

if TYPE_CHECKING:
    from leadbot.engines.trial import Tried

bp = Blueprint("bot", __name__, url_prefix="/settings/bot")
HERE = "bot.show"


@bp.get("")
def show() -> Response:
    """The whole page."""
    return _page(publishing.draft())


@bp.post("")
def save() -> Response:
    """Put what was typed into the draft."""
    users.check_may_write(current_user)
    draft = _kept(request.form)
    if isinstance(draft, Response):
        return draft
    if not is_htmx():
        return go(url_for(".show"), note=_("Draft saved"))
    return _part(draft, note=toast(_("Draft saved")))


@bp.post("/order")
def order() -> Response:
    """Move a question up or down; everything else that was typed goes into the draft with it."""
    users.check_may_write(current_user)
    names = bot_form.moved(request.form.getlist("order"), request.form.get("up", ""), request.form.get("down", ""))
    form = request.form.copy()
    form.setlist("order", names)
    draft = _kept(form)
    if isinstance(draft, Response):
        return draft
    return _part(draft) if is_htmx() else go(url_for(".show", _anchor="questions"))


@bp.post("/questions")
def questions() -> Response:
    """Add a question of the company's own, or remove one; all else that was typed goes into the draft with it."""
    users.check_may_write(current_user)
    draft = _kept(request.form)
    if isinstance(draft, Response):
        return draft
    return _part(draft) if is_htmx() else go(url_for(".show", _anchor="own-questions"))


def _kept(form: MultiDict[str, str]) -> Draft | Response:
    """What was typed as the draft it makes; the page with what is wrong in it where it can't be one."""
    before = publishing.draft()
    typed = bot_form.read(form, before.values)
    try:
        return publishing.save_draft(typed, by=current_user)
    except Invalid as error:
        return _page(before, typed, error)


@bp.post("/publish")
def publish() -> Response:
    """Save what was typed, rehearse it, and let clients meet it; where talks come out otherwise, show that first."""
    users.check_is_owner(current_user)
    draft = _kept(request.form)
    if isinstance(draft, Response):
        return draft
    if draft.changed and rehearsal.run().different:
        return go(url_for(".rehearse"))
    return _publish(draft.revision)


@bp.post("/publish/draft")
def publish_draft() -> Response:
    """Publish the draft as it was looked at, whatever the rehearsal said."""
    return _publish(request.form.get("revision", type=int))


@bp.post("/discard")
def discard() -> Response:
    """Drop the draft."""
    publishing.discard(by=current_user)
    return go(url_for(".show"), note=_("The draft is gone, nothing was published"))


@bp.post("/key")
def key() -> Response:
    """Set or take away the company's own key to a model; it acts at once and is never shown."""
    try:
        publishing.set_key("" if "remove" in request.form else request.form.get("key", ""), by=current_user)
    except Invalid as error:
        if is_htmx():
            return part("bot/_key.html", 422, has_key=publishing.has_key(), is_owner=True, key_error=error_text(error))
        return _page(publishing.draft(), key_error=error_text(error))
    if not is_htmx():
        return go(url_for(".show", _anchor="model-key"), note=_("Saved"))
    return part("bot/_key.html", note=toast(_("Saved")), has_key=publishing.has_key(), is_owner=True, key_error="")


@bp.post("/model/try")
def try_model() -> Response:
    """Ask the draft's model for one tiny answer, and show what came of it."""
    tried = model_health.try_out(by=current_user)
    if is_htmx():
        return part("bot/_health.html", **_health(tried, was_tried=True))
    return _page(publishing.draft(), **_health(tried, was_tried=True))


@bp.get("/versions")
def versions() -> Response:
    """What was published before, and what each changed."""
    kept = publishing.versions()
    changes = {new.number: words.changed(new.values, old.values) for new, old in pairwise(kept)}
    return page(
        "bot/versions.html", versions=kept, changes=changes, draft=publishing.draft(), sections=SECTIONS, here=HERE
    )


@bp.post("/versions/<int:number>/restore")
def restore(number: int) -> Response:
    """Make an old version the draft."""
    draft = publishing.restore(number, by=current_user)
    same = _("Version %(n)s is what is published now", n=number)
    return go(url_for(".show"), note=_("Draft made from version %(n)s", n=number) if draft.changed else same)


@bp.get("/rehearsal")
def rehearse() -> Response:
    """The kept talks, held by the draft and by what is published."""
    return _rehearsal(rehearsal.run())


@bp.post("/rehearsal")
def rehearse_live() -> Response:
    """The same with the model itself."""
    return _rehearsal(rehearsal.run_live(by=current_user), is_live=True)


@bp.post("/scenarios")
def keep() -> Response:
    """Keep a talk to rehearse with."""
    return kept(scenarios.save(talks.get(request.form.get("talk", 0, type=int)), by=current_user))


def kept(scenario: Scenario) -> Response:
    """A talk has been kept: a note, and the way to all that are."""
    note, there = _("Kept for rehearsals: %(name)s", name=scenario.name), url_for("web.bot.rehearse")
    if is_htmx():
        return only_toast(note, action=Action(_("Rehearsal"), there, is_link=True))
    return go(there, note=note)


@bp.post("/scenarios/<int:scenario_id>/remove")
def forget(scenario_id: int) -> Response:
    """Keep a talk no longer."""
    scenarios.remove(scenarios.get(scenario_id), by=current_user)
    return go(url_for(".rehearse"), note=_("The conversation is no longer rehearsed"))


def _publish(revision: int | None) -> Response:
    made = publishing.publish(by=current_user, revision=revision)
    note = _("Settings published: version %(n)s", n=made.number) if made else _("There is nothing new to publish")
    return go(url_for(".show"), note=note)


def _page(
    draft: Draft, typed: Values | None = None, error: Invalid | None = None, key_error: str = "", **health: Any
) -> Response:
    """The page; with what was typed and what is wrong with it where it could not be saved."""
    if typed is not None and is_htmx():
        return _part(draft, typed, error)
    status = 422 if error or key_error else 200
    context = _context(draft, typed, error)
    return page(
        "bot/bot.html",
        status,
        sections=SECTIONS,
        here=HERE,
        has_key=publishing.has_key(),
        key_error=key_error,
        beside=try_out.beside(),
        **_at_the_model(),
        **(health or _health()),
        **context,
    )


def _part(draft: Draft, typed: Values | None = None, error: Invalid | None = None, *, note: str = "") -> Response:
    return part("bot/_form.html", 422 if error else 200, note=note, oob=True, **_context(draft, typed, error))


def _context(draft: Draft, typed: Values | None, error: Invalid | None) -> dict[str, Any]:
    values = typed or draft.values
    faults = error.faults if isinstance(error, Faults) else [error] if error else []
    errors: dict[str, str] = {}
    for fault in faults:
        errors.setdefault(fault.field, error_text(fault))
    setup = values["setup"] if values["setup"] in choices.trades(language()) else draft.values["setup"]
    card = company_settings.card(company_settings.company(), draft.values)
    return {
        "draft": draft,
        "changed": words.labels(draft.changed),
        "values": values,
        "errors": errors,
        "languages": LANGUAGES,
        "questions": words.questions({**values, "setup": setup}),
        "trades": choices.trades(language()),
        "tones": words.tones(setup),
        "genders": words.genders(),
        "topics": words.topics(values["facts"]),
        "previews": {key: (chat.first_words(card, key), chat.first_replies(card, key)) for key in LANGUAGES},
        "week": card.week.get(language(), ""),
        "budget": budget.budget(company_settings.company()),
        "scenario_count": scenarios.count(),
        "is_owner": current_user.role is Role.OWNER,
    }


def _at_the_model() -> dict[str, Any]:
    """What a model was last sent, and what the day has cost."""
    newest = budget.last_sent()
    messages, rest = words.sent(newest[1]) if newest else ([], "")
    sent = {"at": newest[0], "messages": messages, "rest": rest} if newest else None
    month_budget = budget.month_budget(company_settings.company())
    return {"sent": sent, "spent": budget.today(), "month": budget.this_month(), "month_budget": month_budget}


def _health(tried: Tried | None = None, *, was_tried: bool = False) -> dict[str, Any]:
    """Whether the model answers: in the last turns, and just now where it has been asked."""
    failing = model_health.failing()
    health = {
        "off_list": model_health.off_list(),
        "failing": failing,
        "reason": words.trouble(failing.reason) if failing else "",
        "trouble": words.trouble(tried.trouble) if tried else "",
    }
    is_viewer = current_user.role is Role.VIEWER
    return {"health": health, "tried": tried, "was_tried": was_tried, "has_model": model_health.has_model(),
            "is_viewer": is_viewer}  # fmt: skip


def _rehearsal(done: rehearsal.Rehearsal, *, is_live: bool = False) -> Response:
    if is_htmx():
        return part("bot/_rehearsed.html", done=done)
    context: dict[str, Any] = {
        "done": done, "is_live": is_live, "has_model": rehearsal.has_model(),
        "draft": publishing.draft(), "kept": scenarios.everything(),
        "rows": words.differences(done, company_settings.fields(values=publishing.draft().values)),
        "is_owner": current_user.role is Role.OWNER,
        "sections": SECTIONS, "here": HERE,
    }  # fmt: skip
    return page("bot/rehearsal.html", **context)
