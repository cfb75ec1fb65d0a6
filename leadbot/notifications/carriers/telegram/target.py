"""Who can be reached: the company's chat, and a person whom the bot knows, in his private chat with it."""

from __future__ import annotations

from collections.abc import Iterable

from leadbot.accounts import chats, users
from leadbot.bot import company_settings
from leadbot.config import Config
from leadbot.database.session import db, utcnow
from leadbot.errors import DeliveryError
from leadbot.models import Company, Delivery, User
from leadbot.notifications import notices
from leadbot.notifications.carriers.base import Probe
from leadbot.outbox import deliveries


def is_ready(config: Config) -> bool:
    """Has the installation a bot?"""
    return config.telegram_bot_token is not None


def of_company(company: Company) -> Iterable[str]:
    """The chat of its managers, where one is set."""
    return filter(None, [company.telegram_chat_id])


def of_person(person: User) -> Iterable[str]:
    """A private chat bears its person's own number."""
    return [str(person.telegram_id)] if person.telegram_id is not None else []


def refused(row: Delivery, error: DeliveryError) -> None:
    """A group that became a supergroup has another number from then on."""
    if error.new_target:
        chats.moved(company_settings.company(), row.target, error.new_target)


def put_connected(company: Company, key: str) -> None:
    """The first message in the company's chat, once it is connected. Part of the caller's transaction."""
    deliveries.put(company.telegram_chat_id or "", "connected", notices.connected(company.name, company.language), key)


def put_test(*, by: User) -> Delivery | None:
    """A test message to the company's chat; None where none is set. Raises Forbidden."""
    users.check_is_owner(by)
    company = company_settings.company()
    if not company.telegram_chat_id:
        return None
    text = notices.test_message(company.name, company.language)
    row = deliveries.put(company.telegram_chat_id, "test", text, f"test:{company.id}:{utcnow().timestamp()}")
    db.session.commit()
    return row


def probe(config: Config) -> Probe:
    """Does Telegram know our bot?"""
    from leadbot.notifications.carriers.telegram.send import TelegramSender

    if not config.telegram_bot_token:
        return Probe("warning", "TELEGRAM_BOT_TOKEN is not set: notices wait")
    try:
        return Probe("ok", TelegramSender(config.telegram_bot_token, config.telegram_api_url).name_of_bot())
    except DeliveryError as error:
        return Probe("FAULT", error.said)
