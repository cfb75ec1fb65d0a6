"""Letters to people: an invitation, a link for a new password, word of a changed one; in ru, kk or en.

A letter is drawn plain and as HTML, and waits in the outbox sealed: it holds a link that lets its bearer in. Once it is
sent nothing of it is kept.
"""

from __future__ import annotations

import secrets

from flask_babel import force_locale
from flask_babel import gettext as _

from leadbot.accounts import encryption, links, team
from leadbot.database.session import db
from leadbot.events import InvitationMade, PasswordChanged, PasswordResetAsked
from leadbot.models import User
from leadbot.notifications.carriers.email.render import Letter, source
from leadbot.outbox import deliveries
from leadbot.state import state


def invitation_made(event: InvitationMade) -> None:
    """Somebody is invited into the company: in its language."""
    by = db.session.get_one(User, event.by_id)
    company = by.company
    with force_locale(company.language):
        letter = Letter(
            _("Invitation to %(company)s", company=company.name),
            (
                _("%(person)s invites you to work with the leads of %(company)s.",
                  person=by.shown_name, company=company.name),
                _("Open the link, choose a password, and you are in. It works once, for seven days."),
            ),
            _("Accept the invitation"),
            event.url,
            _("If you don’t know what this is about, do nothing."),
        )  # fmt: skip
        _put(event.address, letter, team.LETTER, company.language)


def password_reset_asked(event: PasswordResetAsked) -> None:
    """The link by which a person sets a new password."""
    user = db.session.get_one(User, event.user_id)
    language = user.language or user.company.language
    with force_locale(language):
        letter = Letter(
            _("A new password for Leadbot"),
            (_("Somebody asked for a new password for this address. The link works once, for one hour."),),
            _("Set a new password"),
            event.url,
            _("If it was not you, do nothing: the password stays as it is."),
        )
        _put(user.email, letter, "mail.reset", language)


def password_changed(event: PasswordChanged) -> None:
    """Word that the password is another one now."""
    user = db.session.get_one(User, event.user_id)
    language = user.language or user.company.language
    config = state().config
    with force_locale(language):
        letter = Letter(
            _("The password has been changed"),
            (_("The password of your account has been changed, and all devices have been logged out."),),
            _("Log in"),
            f"{config.base_url}/login",
            _("If it was not you, ask for a new password at once."),
        )
        _put(user.email, letter, "mail.password", language)


def _put(address: str, letter: Letter, event: str, language: str) -> None:
    """It lies sealed until it goes out."""
    if links.sends_mail():
        sealed = encryption.seal(source(letter, language))
        deliveries.put(address, event, sealed, f"{event}:{secrets.token_hex(16)}", channel="email")
