"""Settings of the working hours: the week, the days off, and how long a client may wait."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import StringField, TextAreaField

from leadbot.accounts import hours_settings, users
from leadbot.bot import company_settings
from leadbot.errors import Invalid
from leadbot.models import Role
from leadbot.texts.catalogues import language
from leadbot.web.forms import Form
from leadbot.web.htmx import go, is_htmx, page, part, toast
from leadbot.web.settings.company import SECTIONS

bp = Blueprint("hours", __name__, url_prefix="/settings/hours")
DAY_KW = {"autocomplete": "off", "spellcheck": "false"}
MINUTES_KW = {"autocomplete": "off", "inputmode": "numeric", "class": "minutes"}


class HoursForm(Form):
    """When the company works and how quickly it means to answer."""

    day0 = StringField(_("Monday"), render_kw=DAY_KW)
    day1 = StringField(_("Tuesday"), render_kw=DAY_KW)
    day2 = StringField(_("Wednesday"), render_kw=DAY_KW)
    day3 = StringField(_("Thursday"), render_kw=DAY_KW)
    day4 = StringField(_("Friday"), render_kw=DAY_KW)
    day5 = StringField(_("Saturday"), render_kw=DAY_KW)
    day6 = StringField(_("Sunday"), render_kw=DAY_KW)
    holidays = TextAreaField(_("Holidays and days off"), render_kw=DAY_KW)
    take_minutes = StringField(_("A new lead has to be taken within, minutes"), render_kw=MINUTES_KW)
    answer_minutes = StringField(_("A client who called a person is answered within, minutes"), render_kw=MINUTES_KW)


@bp.get("")
def show() -> Response:
    """The whole page."""
    return _shown(HoursForm(data=hours_settings.shown()))


@bp.post("")
def save() -> Response:
    """Set the hours; or fill the form in with what is offered, which is set once it is saved."""
    users.check_is_owner(current_user)
    form = HoursForm(data=hours_settings.shown())
    try:
        if "week" in request.form or "public" in request.form:
            return _shown(_filled_in(form), is_filled=True)
        hours_settings.change(form.values(), by=current_user)
    except Invalid as error:
        form.refuse(error, field="holidays")
        return _shown(form)
    if is_htmx():
        return _shown(HoursForm(formdata=None, data=hours_settings.shown()), note=toast(gettext("Saved")))
    return go(url_for(".show"), note=gettext("Saved"))


def _filled_in(form: HoursForm) -> HoursForm:
    """The form as it was typed, with a ready-made week or the public holidays in it."""
    values = form.values()
    if week := hours_settings.WEEKS.get(request.form.get("week", "")):
        values |= dict(zip(hours_settings.WEEK, week, strict=True))
    if "public" in request.form:
        values["holidays"] = hours_settings.with_public_holidays(values["holidays"])
    return HoursForm(formdata=None, data=values)


def _shown(form: HoursForm, *, is_filled: bool = False, note: str = "") -> Response:
    own = company_settings.company()
    state = {
        "form": form,
        "week": [form[field] for field in hours_settings.WEEK],
        "ready": hours_settings.WEEKS,
        "is_filled": is_filled,
        "is_owner": current_user.role is Role.OWNER,
        "now": hours_settings.now_in_words(own, language()),
        "words": hours_settings.in_words(own).get(language(), ""),
    }
    if is_htmx():
        return part("settings/_hours.html", form.status, note=note, **state)
    return page("settings/hours.html", form.status, sections=SECTIONS, here="hours.show", **state)
