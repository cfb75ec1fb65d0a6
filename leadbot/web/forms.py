"""Forms: which fields there are and what they are called. Whether a value is right is for the services to say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flask import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from leadbot.accounts import users
from leadbot.bot import choices
from leadbot.errors import Faults, Invalid, LeadbotError, TooMany
from leadbot.texts.catalogues import language
from leadbot.web.errors import error_text
from leadbot.web.htmx import page
from leadbot.web.wording import LANGUAGE_NAMES

REQUIRED = _("Fill in this field")
THEMES = [
    SelectChoice("", _("As on the device")),
    SelectChoice("light", _("Light")),
    SelectChoice("dark", _("Dark")),
]
LANGUAGES = [SelectChoice(key, name) for key, name in LANGUAGE_NAMES.items()]


class Form(FlaskForm):
    """A form of ours. The token is checked for all rooms by the door itself."""

    class Meta:
        csrf = False

    _waits_seconds = 0

    def is_sent(self) -> bool:
        """It was posted with everything it needs; else the first bad field gets the focus."""
        if not self.is_submitted():
            return False
        is_right: bool = self.validate()
        self._focus()
        return is_right

    def refuse(self, error: LeadbotError, field: str) -> None:
        """Show what a service said at the fields it is about; at `field` where it does not say which."""
        for fault in error.faults if isinstance(error, Faults) else (error,):
            name = fault.field if isinstance(fault, Invalid) and fault.field in self._fields else field
            self._fields[name].errors = [error_text(fault)]
        self._focus()
        if isinstance(error, TooMany):
            if error.text == TooMany.text:
                minutes = math.ceil(error.retry_after_seconds / 60)
                self._fields[name].errors = [gettext("Too many attempts. Try again in %(n)s min", n=minutes)]
            self._waits_seconds = error.retry_after_seconds

    def shown(self, template: str, **context: Any) -> Response:
        """The page of this form: 200 as long as nothing was wrong, else 422, or 429 where one has to wait."""
        response = page(template, self.status, form=self, **context)
        if self._waits_seconds:
            response.headers["Retry-After"] = str(self._waits_seconds)
        return response

    @property
    def status(self) -> int:
        """What to answer when the form is shown again."""
        return 429 if self._waits_seconds else 422 if self.errors else 200

    def values(self) -> dict[str, Any]:
        """What was sent, by field."""
        return {name: field.data or "" for name, field in self._fields.items()}

    def _focus(self) -> None:
        for field in self._fields.values():
            if field.errors:
                field.render_kw = {**(field.render_kw or {}), "autofocus": True}
                return


class _Clean:
    """A validator that asks the service whether it would take the value."""

    def __init__(self, clean: Callable[[object], object]) -> None:
        self._clean = clean

    def __call__(self, form: Form, field: Field) -> None:
        try:
            self._clean(field.data)
        except Invalid as error:
            raise ValidationError(error_text(error)) from None


class SignUpForm(Form):
    """A company and its first person."""

    company_name = StringField(_("Company"), [InputRequired(_("Enter the company name"))])
    setup = SelectField(_("Trade"), choices=lambda: list(choices.trades(language()).items()), validate_choice=False)
    email = EmailField(_("E-mail"), [InputRequired(REQUIRED), _Clean(users.clean_email)])
    password = PasswordField(_("Password"), [InputRequired(REQUIRED), _Clean(users.clean_password)])


class LogInForm(Form):
    """A person who has an account."""

    email = EmailField(_("E-mail"), [InputRequired(REQUIRED)])
    password = PasswordField(_("Password"), [InputRequired(REQUIRED)])


class CompanyForm(Form):
    """The company: its name, its language and its clock."""

    company_name = StringField(_("Company name"), [InputRequired(_("Enter the company name"))])
    language = SelectField(_("Language of notifications"), choices=LANGUAGES, validate_choice=False)
    time_zone = SelectField(_("Time zone"), validate_choice=False)


class TelegramForm(Form):
    """What managers are told in their chat beside leads."""

    morning_digest = BooleanField(_("Every working morning: new leads, who was not called, overdue, who waits"))


class ProfileForm(Form):
    """What a person chooses for himself."""

    name = StringField(_("Full name"), render_kw={"autocomplete": "name"})
    language = SelectField(_("Language"), choices=LANGUAGES, validate_choice=False)
    theme = RadioField(
        _("Theme"),
        choices=[
            SelectChoice("", _("As on the device")),
            SelectChoice("light", _("Light")),
            SelectChoice("dark", _("Dark")),
        ],
        default="",
        validate_choice=False,
    )
