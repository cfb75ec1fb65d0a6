"""Who can be reached: a person at the address he logs in with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import current_app

from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.models import Delivery, User
from leadbot.notifications.carriers.base import Probe

LETTERS = "mail."  # the events of letters that hold a link which lets its bearer in


def is_ready(config: Config) -> bool:
    """Has the installation a mail server?"""
    return config.smtp_url is not None


def of_person(person: User) -> Iterable[str]:
    """His address; who has left has none."""
    return filter(None, [person.email])


def sent(rows: Sequence[Delivery]) -> None:
    """Nothing is kept of what has gone out."""
    for row in rows:
        row.text = ""


def refused(row: Delivery, error: DeliveryError) -> None:
    """No page shows what becomes of a letter with a link but an invitation."""
    if row.event.startswith(LETTERS):
        current_app.logger.warning("letter %s was not sent: %s", row.id, error)


def probe(config: Config) -> Probe:
    """Whether a server is named; nothing is sent to it."""
    return Probe("ok", "SMTP_URL is set" if config.smtp_url else "SMTP_URL is not set: no letters are sent")
