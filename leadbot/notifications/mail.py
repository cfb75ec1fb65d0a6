"""Letters to people: an invitation, a link for a new password, word of a changed one; in ru, kk or en.

A letter is drawn plain and as HTML, and waits in the outbox sealed: it holds a link that lets its bearer in. Once it is
sent nothing of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from leadbot.accounts.limits import letters
from leadbot.config import Config
from leadbot.database import encryption
from leadbot.models import Company, Role, User
from leadbot.outbox import deliveries


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: a subject, paragraphs, and perhaps one thing to do; `foot` is small print."""

    subject: str
    lines: tuple[str, ...]
    label: str = ""
    url: str = ""
    foot: str = ""


def can_send() -> bool:
    """Has the installation a mail server?"""
    config: Config = current_app.extensions["leadbot_config"]
    return config.smtp_url is not None


def put_invitation(address: str, url: str, company: Company, *, by: User, role: Role) -> bool:
    """Invite somebody into the company, in the company's language; False where no letter goes out: the installation
    sends none, or the company or its guest has had enough for a day."""
    if not can_send() or not letters.may_invite(address, company.id):
        return False
    with force_locale(company.language):
        letter = Letter(
            _("Invitation to %(company)s", company=company.name),
            (
                _("%(person)s invites you to work with the leads of %(company)s.",
                  person=by.shown_name, company=company.name),
                _("Open the link, choose a password, and you are in. It works once, for seven days."),
            ),
            _("Accept the invitation"),
            url,
            _("If you don’t know what this is about, do nothing."),
        )  # fmt: skip
        _put(address, letter, "mail.invitation", company.language)
    return True


def put_reset(user: User, url: str) -> None:
    """The link by which a person sets a new password."""
    language = user.language or user.company.language
    with force_locale(language):
        letter = Letter(
            _("A new password for Leadbot"),
            (_("Somebody asked for a new password for this address. The link works once, for one hour."),),
            _("Set a new password"),
            url,
            _("If it was not you, do nothing: the password stays as it is."),
        )
        _put(user.email, letter, "mail.reset", language)


def put_password_changed(user: User) -> None:
    """Word that the password is another one now."""
    language = user.language or user.company.language
    config: Config = current_app.extensions["leadbot_config"]
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
    if can_send():
        deliveries.put_mail(address, event, encryption.seal(_source(address, letter, language)))


def _source(address: str, letter: Letter, language: str) -> str:
    """The letter as it travels; the sender is put in when it goes out."""
    config: Config = current_app.extensions["leadbot_config"]
    message = MIMEMultipart("alternative")  # EmailMessage folds long Cyrillic subjects and loses a space
    message["Subject"], message["To"] = _header(letter.subject), address
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=urlsplit(config.base_url).hostname)
    message["Content-Language"], message["Auto-Submitted"] = language, "auto-generated"
    plain = (*letter.lines, f"{letter.label}: {letter.url}" if letter.url else "", letter.foot)
    message.attach(MIMEText("\n\n".join(filter(None, plain)) + "\n", "plain", "utf-8"))
    message.attach(MIMEText(render_template("mail/letter.html", letter=letter, language=language), "html", "utf-8"))
    return message.as_string()


def _header(text: str) -> str:
    """Encoded words short enough for one line each (RFC 2047); the blanks between them count for nothing."""
    return "\n ".join(Header(text[at : at + 10], "utf-8").encode() for at in range(0, len(text), 10))
