"""One-time links: accepting an invitation, asking for a new password, setting it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired

from leadbot.accounts import equal_time, links, passwords, team
from leadbot.accounts.limits import caller
from leadbot.accounts.limits.entry import check_reset, signing_up
from leadbot.bot import company_settings
from leadbot.errors import EmailTaken, Invalid, TooMany
from leadbot.models import LinkKind
from leadbot.web.accounts.log_in import HOME, let_in
from leadbot.web.forms import REQUIRED, Form
from leadbot.web.htmx import go

bp = Blueprint("join", __name__)
FORGOT_SECONDS = 0.5  # many times what writing a letter down takes


class JoinForm(Form):
    """A new person of a company that is there already."""

    email = EmailField(_("E-mail"))
    name = StringField(_("Full name"), [InputRequired(REQUIRED)])
    password = PasswordField(_("Password"), [InputRequired(REQUIRED)])


class ForgotForm(Form):
    """Where the link shall go."""

    email = EmailField(_("E-mail"), [InputRequired(REQUIRED)])


class ResetForm(Form):
    """The next password."""

    password = PasswordField(_("New password"), [InputRequired(REQUIRED)])


@bp.get("/join/<key>")
def ask(key: str) -> Response:
    """Who invites, and what is needed."""
    return _join(key, JoinForm(formdata=None))


@bp.post("/join/<key>")
def join(key: str) -> Response:
    """Use the invitation, and come in."""
    form = JoinForm()
    links.find(key, LinkKind.INVITATION)
    if form.is_sent():
        email = form.email.data or ""
        try:
            with signing_up(email, caller(request.remote_addr)):
                user = team.join(key, email=email, name=form.name.data, password=form.password.data)
        except (Invalid, EmailTaken, TooMany) as error:
            form.refuse(error, field="email")
        else:
            let_in(user)
            return go(HOME)
    return _join(key, form)


@bp.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    """Send a link for a new password to who has an account; the answer is the same for who has none."""
    form = ForgotForm()
    if form.is_sent() and links.sends_mail():
        try:
            check_reset(form.email.data, caller(request.remote_addr))
            with equal_time.lasting(FORGOT_SECONDS):
                passwords.ask_for_reset(form.email.data)
        except TooMany as error:
            form.refuse(error, field="email")
        else:
            return go(
                url_for("web.auth.log_in"), note=gettext("If there is an account, a letter with a link is coming")
            )
    return form.shown("join/forgot.html", sends_mail=links.sends_mail())


@bp.get("/reset/<key>")
def ask_password(key: str) -> Response:
    """The form for the next password."""
    links.find(key, LinkKind.RESET)
    return ResetForm(formdata=None).shown("join/reset.html", key=key)


@bp.post("/reset/<key>")
def reset(key: str) -> Response:
    """Set the password; every device is logged out."""
    form = ResetForm()
    links.find(key, LinkKind.RESET)
    if form.is_sent():
        try:
            passwords.reset(key, form.password.data)
        except Invalid as error:
            form.refuse(error, field="password")
        else:
            return go(url_for("web.auth.log_in"), note=gettext("The password has been changed. Log in with it"))
    return form.shown("join/reset.html", key=key)


def _join(key: str, form: JoinForm) -> Response:
    link = links.find(key, LinkKind.INVITATION)
    return form.shown("join/join.html", key=key, link=link, company=company_settings.company())
