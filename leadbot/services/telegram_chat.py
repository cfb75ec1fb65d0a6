"""Connecting a Telegram chat: an owner takes a code and sends `/start CODE` to the platform's bot in that chat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from leadbot.db import db, utcnow
from leadbot.delivery import notices
from leadbot.engines.base import LANGUAGES
from leadbot.errors import LinkExpired
from leadbot.models import LinkKind, OneTimeLink, TelegramBot, User
from leadbot.services import accounts, links, news, settings

_START = re.compile(r"/start(?:@\w{1,64})?(?:\s+(\S{1,64}))?\s*")


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be sent, and the links that send it; without links while the bot's name is not known."""

    code: str
    group_url: str = ""
    private_url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said in a chat that is nobody's."""

    chat_id: str
    text: str


def make_code(*, by: User) -> Code:
    """A code that connects one chat, for a quarter of an hour; the one before is worth nothing. Raises Forbidden."""
    accounts.check_is_owner(by)
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.kind == LinkKind.TELEGRAM))
    code = links.make(OneTimeLink(kind=LinkKind.TELEGRAM, made_by_id=by.id), links.TELEGRAM_LASTS)
    bot = db.session.get(TelegramBot, _bot_id())
    db.session.commit()
    name = bot.username if bot else ""
    at_bot = f"https://t.me/{name}?start"
    return Code(code, f"{at_bot}group={code}", f"{at_bot}={code}") if name else Code(code)


def waits() -> bool | None:
    """Is a code of the company's still to be sent? None where it has run out."""
    link: OneTimeLink | None = db.session.scalars(
        select(OneTimeLink).where(OneTimeLink.kind == LinkKind.TELEGRAM).limit(1)
    ).first()
    if link is not None and link.expires_at <= utcnow():
        return None
    return link is not None


def next_update() -> int:
    """The number of the first update that has not been taken. Ends the transaction."""
    bot = db.session.get(TelegramBot, _bot_id())
    number = bot.next_update_id if bot else 0
    db.session.rollback()
    return number


def remember_bot(username: str) -> None:
    """What the bot is called, for links to it."""
    _bot().username = username.lstrip("@")[:64]
    db.session.commit()


def take(update: dict[str, Any]) -> Answer | None:
    """Take one update, in one transaction with its effect; one that has been taken before does nothing.

    `/start CODE` makes the chat the one where the company's managers are told of leads. The answer to a wrong code is
    for the caller to send.
    """
    bot = _bot()
    if update["update_id"] < bot.next_update_id:
        db.session.rollback()
        return None
    bot.next_update_id = update["update_id"] + 1
    answer = _read(update.get("message"))
    db.session.commit()
    return answer


def _read(message: object) -> Answer | None:
    chat, sender = (_part(message, name) for name in ("chat", "from"))
    text = message.get("text") if isinstance(message, dict) else None
    started = _START.fullmatch(text) if isinstance(text, str) else None
    if not started or not isinstance(chat.get("id"), int):
        return None
    chat_id, code = str(chat["id"]), started[1]
    if code is None and chat.get("type") != "private":  # anybody may greet a bot in a group
        return None
    try:
        _connect(chat_id, code or "")
    except LinkExpired:
        language = str(sender.get("language_code", ""))[:2]
        return Answer(chat_id, notices.wrong_code(language if language in LANGUAGES else "ru"))
    return None


def _connect(chat_id: str, code: str) -> None:
    link = links.find(code, LinkKind.TELEGRAM)
    links.use_up(link)
    company = settings.company(lock=True)
    company.telegram_chat_id = chat_id
    news.put_connected(company, f"connected:{link.key_hash}")


def _part(message: object, name: str) -> dict[str, Any]:
    part = message.get(name) if isinstance(message, dict) else None
    return part if isinstance(part, dict) else {}


def _bot() -> TelegramBot:
    """The bot's row, kept from others until the commit."""
    bot: TelegramBot | None = db.session.scalars(
        select(TelegramBot).where(TelegramBot.bot_id == _bot_id()).with_for_update()
    ).first()
    if bot is None:
        bot = TelegramBot(bot_id=_bot_id(), username="", next_update_id=0)
        db.session.add(bot)
        db.session.flush()
    return bot


def _bot_id() -> str:
    """A token begins with the bot's id, which is no secret."""
    token: str | None = current_app.extensions["leadbot_config"].telegram_bot_token
    return (token or "").partition(":")[0][:32]
