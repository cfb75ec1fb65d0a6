"""Settings: who did what to settings, team and data; for owners."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from leadbot.accounts import audit, users
from leadbot.models import Act, AuditEntry
from leadbot.transfer import exports
from leadbot.web.htmx import page
from leadbot.web.settings.company import SECTIONS
from leadbot.web.wording import ROLES

bp = Blueprint("audit", __name__, url_prefix="/settings/log")
GROUPS = {"entry": _("Log-ins and passwords"), "team": _("Team"), "settings": _("Settings"), "data": _("Clients’ data")}
ACTS = {
    Act.LOGGED_IN: _("Logged in"),
    Act.PASSWORD: _("Password changed"),
    Act.RESET_LINK: _("Link for a new password given"),
    Act.INVITED: _("Invitation made"),
    Act.UNINVITED: _("Invitation taken back"),
    Act.JOINED: _("Invitation accepted"),
    Act.ROLE: _("Role changed"),
    Act.SHUT_OUT: _("Access turned off"),
    Act.LET_IN: _("Access turned on"),
    Act.REMOVED: _("Removed from the team"),
    Act.COMPANY: _("Settings of the company"),
    Act.STAGES: _("Names of stages"),
    Act.HOURS: _("Working hours"),
    Act.TURNS: _("Giving out new leads"),
    Act.CONVERSATIONS: _("Settings of conversations"),
    Act.ANSWERS: _("Canned answers"),
    Act.BOT: _("Bot published"),
    Act.MODEL_KEY: _("Key of the model"),
    Act.WIDGET: _("Widget"),
    Act.WIDGET_KEY: _("Key of the widget changed"),
    Act.RETENTION: _("Retention period"),
    Act.EXPORTED: _("Leads exported"),
    Act.IMPORTED: _("Import of leads started"),
    Act.IMPORT_UNDONE: _("Import of leads taken back"),
    Act.ERASED: _("A client erased"),
    Act.SWITCHED: _("The company’s account"),
    Act.LIMITS: _("Limits of the company"),
}
DETAILS = {
    "company_name": _("Company name"),
    "language": _("Language of notices"),
    "time_zone": _("Time zone"),
    "telegram_chat_id": "Telegram",
    "morning_digest": _("Morning summary"),
    "on": _("on"),
    "off": _("off"),
    **{role.value: name for role, name in ROLES.items()},
}
COUNTED = {
    Act.BOT: lazy_gettext("version %(n)s"),
    Act.IMPORTED: lazy_gettext("rows: %(n)s"),
    Act.IMPORT_UNDONE: lazy_gettext("rows: %(n)s"),
    Act.RETENTION: lazy_gettext("days: %(n)s"),
}


@bp.get("")
def show() -> Response:
    """A page of the log, by person and group where they are chosen."""
    users.check_is_owner(current_user)
    who, group = request.args.get("who", type=int), request.args.get("group", "")
    before = request.args.get("before", type=int)
    if any(number is not None and not 0 < number < 2**31 for number in (who, before)):
        who = before = None
    return page(
        "settings/log.html",
        log=audit.entries(who_id=who, group=group, before=before),
        people=exports.people(),
        groups=GROUPS,
        who=who,
        group=group if group in GROUPS else "",
        acts=ACTS,
        about=_about,
        sections=SECTIONS,
        here="audit.show",
    )


def _about(entry: AuditEntry) -> str:
    """Whom or what it was about, in words; empty where the act says it all."""
    said = [entry.about.shown_name] if entry.about else []
    if entry.act in COUNTED and entry.detail:
        said.append(COUNTED[entry.act] % {"n": entry.detail})
    else:
        said += [str(DETAILS.get(word, word)) for word in entry.detail.split(",") if word]
    return ", ".join(said)
