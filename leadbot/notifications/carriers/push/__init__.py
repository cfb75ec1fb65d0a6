"""Web Push: a notice on the lock screen of every browser where a person has switched it on and is logged in."""

from __future__ import annotations

from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.notifications.carriers.base import Carrier, Gathering, Sender
from leadbot.notifications.carriers.push import form, render, target
from leadbot.notifications.notice import NoticeGroup


def _open(config: Config) -> Sender:
    from leadbot.notifications.carriers.push.send import PushSender  # who only serves pages sends nothing

    if not config.vapid_private_key:
        raise DeliveryError("VAPID_PRIVATE_KEY is not set")
    return PushSender(config.vapid_private_key, target.contact(config))


CARRIER = Carrier(
    name="push",
    label={"ru": "Браузер и телефон", "kk": "Браузер мен телефон", "en": "Browser and phone"},
    icon="bell",
    is_ready=target.is_ready,
    open=_open,
    of_person=target.of_person,
    write=render.write,
    payload=render.payload,
    sent=target.sent,
    refused=target.refused,
    shown=form.shown,
    change=form.change,
    probe=target.probe,
    threads=8,
    lease_seconds=30,
    most_a_second=100.0,
    gathers={NoticeGroup.LEADS: Gathering(15, 60), NoticeGroup.ANSWERS: Gathering(5, 60)},
)
