"""What is sent: a letter, plain and as HTML, as its MIME source; sealed until it goes out.

Its source is made once, with its Message-ID: sent again after an answer that got lost, it is the same letter, which
mail programs show once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from flask import render_template

from leadbot.accounts import encryption
from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.models import Delivery
from leadbot.notifications import briefs
from leadbot.notifications.carriers.email import texts
from leadbot.notifications.carriers.email.target import LETTERS
from leadbot.notifications.notice import Notice
from leadbot.state import state


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: a subject, paragraphs, and perhaps one thing to do; `foot` is small print."""

    subject: str
    lines: tuple[str, ...]
    label: str = ""
    url: str = ""
    foot: str = ""


def write(notice: Notice, language: str) -> str:
    """Subject, text and where it leads to."""
    brief = notice.brief(language)
    subject = f"{brief.title}: {brief.body}" if brief.body else brief.title
    payload = {"subject": subject, "text": notice.text(language), "path": notice.path, "language": language}
    return json.dumps(payload, ensure_ascii=False)


def payload(rows: Sequence[Delivery]) -> str | None:
    """The source of the letter, sealed; several notices are one letter with a list."""
    row = rows[0]
    if row.event.startswith(LETTERS):
        return row.text
    notices = [json.loads(each.text) for each in sorted(rows, key=lambda each: each.id)]
    language = notices[0]["language"]
    base = _config().base_url
    if len(notices) == 1:
        subject, lines, path = notices[0]["subject"], notices[0]["text"].split("\n"), notices[0]["path"]
    else:
        subject = briefs.many(row.together or "", len(notices), language)
        lines, path = [" · ".join(each["text"].split("\n")[:2]) for each in notices], "/board"
    foot = texts.say("foot", language, url=f"{base}/settings/profile")
    letter = Letter(subject, tuple(lines), texts.say("open", language), f"{base}{path}", foot)
    return encryption.seal(source(letter, language))


def reveal(sealed: str) -> str:
    """The source again. Raises DeliveryError."""
    letter = encryption.opened(sealed)
    if letter is None:
        raise DeliveryError("The letter was sealed with another SECRET_KEY", permanent=True)
    return letter


def source(letter: Letter, language: str) -> str:
    """The letter as it travels; from whom and to whom is put in when it goes out."""
    message = MIMEMultipart("alternative")  # EmailMessage folds long Cyrillic subjects and loses a space
    message["Subject"] = _header(letter.subject)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=urlsplit(_config().base_url).hostname)
    message["Content-Language"], message["Auto-Submitted"] = language, "auto-generated"
    plain = (*letter.lines, f"{letter.label}: {letter.url}" if letter.url else "", letter.foot)
    message.attach(MIMEText("\n\n".join(filter(None, plain)) + "\n", "plain", "utf-8"))
    message.attach(MIMEText(render_template("mail/letter.html", letter=letter, language=language), "html", "utf-8"))
    return message.as_string()


def _header(text: str) -> str:
    """Encoded words short enough for one line each (RFC 2047); the blanks between them count for nothing."""
    return "\n ".join(Header(text[at : at + 10], "utf-8").encode() for at in range(0, len(text), 10))


def _config() -> Config:
    return state().config
