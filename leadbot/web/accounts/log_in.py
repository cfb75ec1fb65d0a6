"""Signing up, logging in and out, and the language of somebody who has no account yet."""

from __future__ import annotations

import re

from flask import Blueprint, Response, current_app, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException

from leadbot.accounts import users
from leadbot.accounts.limits import caller
from leadbot.accounts.limits.entry import founding, logging_in
from leadbot.errors import EmailTaken, Invalid, TooMany, WrongLogin
from leadbot.models import User
from leadbot.texts import catalogues
from leadbot.texts.languages import LANGUAGES
from leadbot.web import unsent_forms
from leadbot.web.accounts import devices
from leadbot.web.forms import LogInForm, SignUpForm
from leadbot.web.htmx import Action, go, is_htmx, only_toast, page

bp = Blueprint("auth", __name__)

HOME = "/board"
FIRST = "/chat"  # after signing up: talk to the bot
# A path of ours, perhaps with a query, in plain letters only: whatever a browser could read otherwise is not in it.
_OURS = re.compile(r"(/[A-Za-z0-9_-]+)+/?(\?[A-Za-z0-9_=&%.+~-]*)?|/", re.ASCII)


@bp.route("/signup", methods=["GET", "POST"])
def sign_up() -> Response:
    """Make a company and its owner, and let him in."""
    if current_user.is_authenticated:
        return go(HOME)
    form = SignUpForm()
    if form.is_sent():
        values = form.values()
        trade = {"setup": values["setup"]} if values["setup"] else {}
        try:
            with founding(values["email"], caller(request.remote_addr)):
                user = users.sign_up(
                    values["email"],
                    values["password"],
                    values["company_name"],
                    person=values["name"],
                    language=catalogues.chosen_language(),
                    **trade,
                )
        except (Invalid, EmailTaken, TooMany) as error:
            form.refuse(error, field="email")
        else:
            let_in(user)
            return go(FIRST)
    return form.shown("auth/sign_up.html")


@bp.route("/login", methods=["GET", "POST"])
def log_in() -> Response:
    """Let a person in and take him where he was going."""
    if current_user.is_authenticated:
        return go(safe_next())
    form = LogInForm()
    if form.is_sent():
        try:
            with logging_in(form.email.data, caller(request.remote_addr), devices.known_as(form.email.data)):
                user = users.log_in(form.email.data, form.password.data)
        except (WrongLogin, TooMany) as error:
            form.refuse(error, field="password")
        else:
            let_in(user)
            sent = unsent_forms.opened(request.form.get("kept", ""), user)
            return page("auth/kept.html", sent=sent, back=safe_next()) if sent else go(safe_next())
    return form.shown("auth/log_in.html", next=request.values.get("next", ""), kept=request.form.get("kept", ""))


@bp.post("/logout")
def log_out() -> Response:
    """End this session, here and on the server."""
    language = catalogues.chosen_language()
    users.end_session(session.get("key", ""))
    logout_user()
    session.clear()
    session["language"] = language
    return go(url_for(".log_in"))


@bp.post("/language")
def choose_language() -> Response:
    """Speak this language from now on: kept in the browser, and for a person with an account there."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise Invalid("Choose ru, kk or en", field="language")
    session["language"] = language
    if current_user.is_authenticated:
        users.change_profile(current_user, {"language": language})
    return go(safe_next(default="/"))


def ask_to_log_in() -> Response:
    """What a guest gets where only members may go: the log-in page, and after it what he had typed. A poll ends.

    htmx is sent to the log-in page; what was typed is kept in the browser (see app.js). A look of htmx's gets a note.
    """
    if request.method == "GET" and not is_htmx():
        return go(url_for("web.auth.log_in", next=request.full_path.rstrip("?")))
    seal = unsent_forms.sealed() if request.method == "POST" else ""
    back = request.path if _is_page(request.path) else unsent_forms.came_from()
    if is_htmx() and not seal:
        action = Action(_("Log in"), url_for("web.auth.log_in", next=unsent_forms.came_from() or None), is_link=True)
        ends_polling = 286
        status = ends_polling if request.method == "GET" else 401
        return only_toast(_("Your session has ended"), status, kind="danger", action=action)
    if is_htmx() or not seal:
        return go(url_for("web.auth.log_in", next=back if seal else None))
    return page("auth/log_in.html", 401, form=LogInForm(formdata=None), next=back, kept=seal)


def safe_next(default: str = HOME) -> str:
    """Where a person was going, if that is a page of ours; never another site, whatever it is written like."""
    target = request.values.get("next", "")
    return target if _OURS.fullmatch(target) and _is_page(target.partition("?")[0]) else default


def _is_page(path: str) -> bool:
    urls = current_app.url_map.bind("")
    try:
        endpoint, _values = urls.match(path, method="GET")
    except HTTPException:
        return False
    return bool(endpoint.startswith("web."))


def let_in(user: User) -> None:
    """Begin a session that shares nothing with what the browser held before, but that the person has been here."""
    session.clear()
    session.permanent = True
    session["key"] = users.begin_session(user)
    unsent_forms.begin(user)
    devices.remember(user.email)
    login_user(user)
