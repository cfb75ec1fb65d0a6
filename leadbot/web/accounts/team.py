"""Settings: the company's people, who may do what, and who is invited."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import EmailField, RadioField
from wtforms.fields.choices import SelectChoice

from leadbot.accounts import links, team
from leadbot.accounts.limits import caller
from leadbot.accounts.limits.entry import signing_up
from leadbot.bot import company_settings
from leadbot.errors import EmailTaken, Invalid, TooMany
from leadbot.leads import rotation
from leadbot.models import Role
from leadbot.web.forms import Form
from leadbot.web.htmx import go, page
from leadbot.web.settings.company import SECTIONS
from leadbot.web.wording import ROLES

bp = Blueprint("team", __name__, url_prefix="/settings/team")
MEANS = {
    Role.OWNER: lazy_gettext("Everything, settings and team too"),
    Role.MANAGER: lazy_gettext("Works with leads and clients"),
    Role.VIEWER: lazy_gettext("Looks and changes nothing"),
}
# Whom new leads go to: what it is called, and what it means.
TURNS = {
    "": (lazy_gettext("To nobody"), lazy_gettext("Whoever takes a lead has it")),
    "managers": (lazy_gettext("To managers in turn"), lazy_gettext("One each, as long as they may log in")),
    "everybody": (lazy_gettext("To managers and owners in turn"), lazy_gettext("For firms whose owner sells too")),
}


class InvitationForm(Form):
    """Whom to invite, and as what."""

    email = EmailField(lazy_gettext("E-mail"))
    role = RadioField(
        lazy_gettext("Role"),
        choices=[SelectChoice(role.value, ROLES[role]) for role in (Role.MANAGER, Role.VIEWER, Role.OWNER)],
        default=Role.MANAGER.value,
        validate_choice=False,
    )


@bp.get("")
def show() -> Response:
    """Everybody, and for owners what can be done with them."""
    return _page(InvitationForm(formdata=None))


@bp.post("/turns")
def take_turns() -> Response:
    """Whom new leads go to in turn."""
    rotation.choose(request.form.get("deals_to", ""), by=current_user)
    return go(url_for(".show"), note=_("Saved"))


@bp.post("/invitations")
def invite() -> Response:
    """A one-time link into the company: by mail where there is an address and a mail server, else shown once."""
    form = InvitationForm()
    email = (form.email.data or "").strip()
    try:
        with signing_up(email, caller(request.remote_addr)):
            made = team.invite(email, form.role.data or "", by=current_user)
    except (Invalid, EmailTaken, TooMany) as error:
        form.refuse(error, field="email")
        return _page(form)
    if made.is_sent and not made.may_fail:
        return go(url_for(".show"), note=_("Invitation sent: %(email)s", email=email))
    why = ""
    if made.is_sent:
        why = _("A letter is on its way, but not every mail server takes an address like %(email)s", email=email)
    elif email and links.sends_mail():
        why = _("No letter was sent: today’s are used up, 3 to one address and 30 from a company. Hand the link over")
    return _show_once(made.url, _("Link for an invitation"), why)


@bp.post("/invitations/<int:link_id>/revoke")
def revoke(link_id: int) -> Response:
    """Take an invitation back."""
    team.revoke(link_id, by=current_user)
    return go(url_for(".show"), note=_("Invitation taken back"))


@bp.post("/<int:user_id>/role")
def change_role(user_id: int) -> Response:
    """Owner, manager or viewer."""
    team.change_role(team.person(user_id), request.form.get("role", ""), by=current_user)
    return go(url_for(".show"), note=_("Saved"))


@bp.post("/<int:user_id>/enabled")
def set_enabled(user_id: int) -> Response:
    """Shut a person out, or let him in again."""
    is_enabled = request.form.get("enabled") == "1"
    team.set_enabled(team.person(user_id), is_enabled, by=current_user)
    return go(url_for(".show"), note=_("Access is on again") if is_enabled else _("Access is off"))


@bp.post("/<int:user_id>/remove")
def remove(user_id: int) -> Response:
    """A person leaves for good."""
    who = team.person(user_id)
    name = who.shown_name
    team.remove(who, by=current_user)
    return go(url_for(".show"), note=_("No longer in the team: %(person)s", person=name))


@bp.post("/<int:user_id>/reset")
def give_reset(user_id: int) -> Response:
    """A link for a new password, to be handed over."""
    who = team.person(user_id)
    return _show_once(
        team.give_reset(who, by=current_user), _("Link for a new password: %(person)s", person=who.shown_name)
    )


def _show_once(url: str, label: str, why: str = "") -> Response:
    """The link on the next page, and never again: it can't be read out of the database. `why` it is handed over."""
    session["link_to_show"] = {"url": url, "label": label, "why": why}
    return go(url_for(".show"))


def _page(form: InvitationForm) -> Response:
    return page("team/team.html", form.status, form=form, sections=SECTIONS, here="team.show", **_state())


def _state() -> dict[str, Any]:
    invitations = team.invitations() if current_user.is_owner else []
    return {
        "people": team.people(),
        "invitations": invitations,
        "unsent": team.unsent_letters(invitations),
        "roles": list(Role),
        "means": MEANS,
        "turns": TURNS,
        "deals_to": company_settings.company().deals_to,
        "sends_mail": links.sends_mail(),
        "link": session.pop("link_to_show", None),
    }
