"""E-mail: letters to people by the installation's mail server, those that they have asked for by name among them."""

from __future__ import annotations

from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.notifications.carriers.base import Carrier, Gathering, Sender
from leadbot.notifications.carriers.email import form, render, target
from leadbot.notifications.notice import NoticeGroup


def _open(config: Config) -> Sender:
    from leadbot.notifications.carriers.email.send import EmailSender  # who only serves pages sends nothing

    if not config.smtp_url:
        raise DeliveryError("SMTP_URL is not set")
    return EmailSender(config.smtp_url, config.mail_from)


CARRIER = Carrier(
    name="email",
    label={"ru": "Почта", "kk": "Пошта", "en": "E-mail"},
    icon="mail",
    is_ready=target.is_ready,
    open=_open,
    of_person=target.of_person,
    write=render.write,
    payload=render.payload,
    reveal=render.reveal,
    sent=target.sent,
    refused=target.refused,
    shown=form.shown,
    probe=target.probe,
    threads=4,
    lease_seconds=120,  # a letter is a talk of several answers
    gathers={NoticeGroup.LEADS: Gathering(30, 60), NoticeGroup.ANSWERS: Gathering(60, 300)},
)
