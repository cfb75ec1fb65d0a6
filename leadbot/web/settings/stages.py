"""Settings of the stages: what the company calls them."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import StringField

from leadbot.accounts import users
from leadbot.errors import Invalid
from leadbot.leads import stages
from leadbot.models import LeadStatus
from leadbot.web.forms import Form
from leadbot.web.htmx import go, is_htmx, page, part, toast
from leadbot.web.settings.company import SECTIONS
from leadbot.web.wording import STAGES, usual_stages

bp = Blueprint("stages", __name__, url_prefix="/settings/stages")


class StagesForm(Form):
    """A field for each stage, called as the stage usually is."""

    new = StringField(STAGES[LeadStatus.NEW])
    in_progress = StringField(STAGES[LeadStatus.IN_PROGRESS])
    measurement = StringField(STAGES[LeadStatus.MEASUREMENT])
    estimate = StringField(STAGES[LeadStatus.ESTIMATE])
    won = StringField(STAGES[LeadStatus.WON])
    lost = StringField(STAGES[LeadStatus.LOST])


@bp.get("")
def show() -> Response:
    """The whole page."""
    return _shown(StagesForm(data=stages.shown()))


@bp.post("")
def save() -> Response:
    """Name the stages."""
    users.check_is_owner(current_user)
    form = StagesForm(data=stages.shown())
    try:
        stages.rename(form.values(), usual_stages(), by=current_user)
    except Invalid as error:
        form.refuse(error, field="new")
        return _shown(form)
    if is_htmx():
        return _shown(StagesForm(formdata=None, data=stages.shown()), note=toast(_("Saved")))
    return go(url_for(".show"), note=_("Saved"))


def _shown(form: StagesForm, note: str = "") -> Response:
    state = {"form": form, "most": stages.NAME_MOST}
    if is_htmx():
        return part("settings/_stages.html", form.status, note=note, **state)
    return page("settings/stages.html", form.status, sections=SECTIONS, here="stages.show", **state)
