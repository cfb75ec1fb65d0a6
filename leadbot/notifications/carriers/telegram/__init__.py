"""Telegram: the company's chat, where leads are worked with, and the private chats of people whom the bot knows."""

from __future__ import annotations

from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.notifications.carriers.base import Carrier, Gathering, Sender
from leadbot.notifications.carriers.telegram import edits, form, render, target
from leadbot.notifications.notice import NoticeGroup


def _open(config: Config) -> Sender:
    from leadbot.notifications.carriers.telegram.send import TelegramSender  # who only serves pages sends nothing

    if not config.telegram_bot_token:
        raise DeliveryError("TELEGRAM_BOT_TOKEN is not set")
    return TelegramSender(config.telegram_bot_token, config.telegram_api_url)


CARRIER = Carrier(
    name="telegram",
    label={"ru": "Telegram", "kk": "Telegram", "en": "Telegram"},
    icon="telegram",
    is_ready=target.is_ready,
    open=_open,
    of_company=target.of_company,
    of_person=target.of_person,
    write=render.write,
    payload=render.payload,
    refused=target.refused,
    follow=edits.follow,
    shown=form.shown,
    probe=target.probe,
    # Ten sends at once make 25 a second while Telegram answers within 0.4 s, and an HTTP session keeps ten connections.
    threads=10,
    # Telegram takes about one message a second in a chat and thirty a second from a bot, and answers more with 429
    # (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
    gap_seconds=1.0,
    most_a_second=25.0,
    gathers={NoticeGroup.LEADS: Gathering(15, 60), NoticeGroup.ANSWERS: Gathering(5, 60)},
)
