"""Settings: one's own password."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import PasswordField
from wtforms.validators import InputRequired

from leadbot.accounts import passwords
from leadbot.accounts.limits import caller
from leadbot.accounts.limits.entry import logging_in
from leadbot.errors import Invalid, TooMany, WrongLogin
from leadbot.web.accounts import devices
from leadbot.web.accounts.log_in import let_in
from leadbot.web.forms import REQUIRED, Form
from leadbot.web.htmx import go, page
from leadbot.web.settings.company import SECTIONS

bp = Blueprint("passwords", __name__, url_prefix="/settings/password")


class PasswordForm(Form):
    """The present password and the next one."""

    current = PasswordField(_("Present password"), [InputRequired(REQUIRED)])
    password = PasswordField(_("New password"), [InputRequired(REQUIRED)])


@bp.get("")
def show() -> Response:
    """The form."""
    return _page(PasswordForm(formdata=None))


@bp.post("")
def change() -> Response:
    """Another password; every device but this one is logged out."""
    form = PasswordForm()
    if not form.is_sent():
        return _page(form)
    try:
        with logging_in(current_user.email, caller(request.remote_addr), devices.known_as(current_user.email)):
            user = passwords.change(current_user, form.current.data, form.password.data)
    except (Invalid, WrongLogin, TooMany) as error:
        form.refuse(error, field="current")
        return _page(form)
    let_in(user)
    note = gettext("The password has been changed, other devices are logged out")
    return go(url_for("web.settings.profile"), note=note)


def _page(form: PasswordForm) -> Response:
    return page("team/password.html", form.status, form=form, sections=SECTIONS, here="settings.profile")
