"""Settings: who did what to settings, team and data; for owners."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from leadbot.accounts import audit, users
from leadbot.models import AuditEntry, AuditEvent
from leadbot.transfer import exports
from leadbot.web.htmx import page
from leadbot.web.settings.company import SECTIONS
from leadbot.web.wording import ROLES

bp = Blueprint("audit", __name__, url_prefix="/settings/log")
GROUPS = {"entry": _("Log-ins and passwords"), "team": _("Team"), "settings": _("Settings"), "data": _("Clients’ data")}
ACTS = {
    AuditEvent.LOGGED_IN: _("Logged in"),
    AuditEvent.PASSWORD: _("Password changed"),
    AuditEvent.RESET_LINK: _("Link for a new password given"),
    AuditEvent.INVITED: _("Invitation made"),
    AuditEvent.UNINVITED: _("Invitation taken back"),
    AuditEvent.JOINED: _("Invitation accepted"),
    AuditEvent.ROLE: _("Role changed"),
    AuditEvent.SHUT_OUT: _("Access turned off"),
    AuditEvent.LET_IN: _("Access turned on"),
    AuditEvent.REMOVED: _("Removed from the team"),
    AuditEvent.COMPANY: _("Settings of the company"),
    AuditEvent.STAGES: _("Names of stages"),
    AuditEvent.HOURS: _("Working hours"),
    AuditEvent.TURNS: _("Giving out new leads"),
    AuditEvent.CONVERSATIONS: _("Settings of conversations"),
    AuditEvent.ANSWERS: _("Canned answers"),
    AuditEvent.BOT: _("Bot published"),
    AuditEvent.MODEL_KEY: _("Key of the model"),
    AuditEvent.WIDGET: _("Widget"),
    AuditEvent.WIDGET_KEY: _("Key of the widget changed"),
    AuditEvent.RETENTION: _("Retention period"),
    AuditEvent.EXPORTED: _("Leads exported"),
    AuditEvent.IMPORTED: _("Import of leads started"),
    AuditEvent.IMPORT_UNDONE: _("Import of leads taken back"),
    AuditEvent.ERASED: _("A client erased"),
    AuditEvent.SWITCHED: _("The company’s account"),
    AuditEvent.LIMITS: _("Limits of the company"),
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
    AuditEvent.BOT: lazy_gettext("version %(n)s"),
    AuditEvent.IMPORTED: lazy_gettext("rows: %(n)s"),
    AuditEvent.IMPORT_UNDONE: lazy_gettext("rows: %(n)s"),
    AuditEvent.RETENTION: lazy_gettext("days: %(n)s"),
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
    parts = [entry.about.shown_name] if entry.about else []
    if entry.act in COUNTED and entry.detail:
        parts.append(COUNTED[entry.act] % {"n": entry.detail})
    else:
        parts += [str(DETAILS.get(word, word)) for word in entry.detail.split(",") if word]
    return ", ".join(parts)
