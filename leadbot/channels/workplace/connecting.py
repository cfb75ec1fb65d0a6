"""Connecting a Telegram chat: an owner takes a code and sends `/start CODE` to the platform's bot in that chat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from leadbot.accounts import audit, chats, links, users
from leadbot.bot import company_settings
from leadbot.channels.workplace import members, work
from leadbot.channels.workplace.members import WorkplaceAnswer, part
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import LinkExpired
from leadbot.models import AuditEvent, LinkKind, OneTimeLink, TelegramBot, User
from leadbot.notifications import notices
from leadbot.notifications.carriers.telegram import target
from leadbot.state import state
from leadbot.texts import text_input

_START = re.compile(r"/start(?:@\w{1,64})?(?:\s+(\S{1,64}))?\s*")


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be sent, to whom, and the links that send it; without them while the bot's name is not known."""

    code: str
    bot_name: str = ""
    group_url: str = ""
    private_url: str = ""


def make_code(*, by: User) -> Code:
    """A code that connects one chat, for a quarter of an hour; the one before is worth nothing. Raises Forbidden."""
    users.check_is_owner(by)
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.kind == LinkKind.TELEGRAM))
    code = links.make(OneTimeLink(kind=LinkKind.TELEGRAM, made_by_id=by.id), links.TELEGRAM_LASTS)
    db.session.commit()
    return _as_code(code)


def make_person_code(*, by: User) -> Code:
    """A code by which a person says who he is in Telegram, for a quarter of an hour."""
    users.check_may_write(by)
    code = members.make_code(by)
    db.session.commit()
    return _as_code(code)


def _as_code(code: str) -> Code:
    """The code with links to the bot."""
    bot = db.session.get(TelegramBot, _bot_id())
    if bot is None or not bot.username:
        return Code(code)
    at_bot = f"https://t.me/{bot.username}?start"
    return Code(code, f"@{bot.username}", f"{at_bot}group={code}", f"{at_bot}={code}")


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


def take(update: dict[str, Any]) -> WorkplaceAnswer | None:
    """Take one update; one that has been taken before does nothing. What is to be said to it is for the caller to send.

    `/start CODE` makes the chat the one where the company's managers are told of leads, or says who a person is; its
    effect and its being taken are one transaction. A button pressed and an answer to a notice are taken once they are
    done: whoever dies in between does them again, which changes nothing.
    """
    if update["update_id"] < _bot().next_update_id:
        db.session.rollback()
        return None
    tenancy.act_through("telegram")
    answer = _read(update)
    pass_over(update)
    return answer


def pass_over(update: dict[str, Any]) -> None:
    """Never look at this update again; ends the transaction."""
    bot = _bot()
    bot.next_update_id = max(bot.next_update_id, update["update_id"] + 1)
    db.session.commit()


def _read(update: dict[str, Any]) -> WorkplaceAnswer | None:
    if "callback_query" in update:
        return work.press(update["callback_query"])
    message = update.get("message")
    chat, sender = part(message, "chat"), part(message, "from")
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(chat.get("id"), int):
        return None
    started = _START.fullmatch(text) if isinstance(text, str) else None
    if started is None:
        return work.reply(message) if isinstance(message, dict) else None
    if started[1] is None and chat.get("type") != "private":  # anybody may greet a bot in a group
        return None
    return _start(chat, sender, started[1] or "")


def _start(chat: dict[str, Any], sender: dict[str, Any], code: str) -> WorkplaceAnswer | None:
    """Use a code up: it connects the chat, or the person who sends it."""
    chat_id, telegram_id = str(chat["id"]), members.id_of(sender)
    try:
        return WorkplaceAnswer(members.connect(code, telegram_id), chat_id=chat_id)
    except LinkExpired:
        pass
    try:
        _connect(chat, code, telegram_id if chat.get("type") == "private" else None)
    except LinkExpired:
        return WorkplaceAnswer(notices.wrong_code(members.language_of(sender) or "ru"), chat_id=chat_id)
    return None


def _connect(chat: dict[str, Any], code: str, telegram_id: int | None) -> None:
    """The company's chat; whoever takes a code for himself alone is known there from then on."""
    link = links.find(code, LinkKind.TELEGRAM)
    links.use_up(link)
    company = company_settings.company(lock=True)
    title = text_input.tidied(chat.get("title"), most=chats.TITLE_MOST)
    chats.prove(company, str(chat["id"]), title, link.made_by_id)
    audit.note(link.made_by_id, AuditEvent.COMPANY, detail="telegram_chat_id")
    if telegram_id is not None and link.made_by_id is not None:
        members.know(link.made_by_id, telegram_id)
    target.put_connected(company, f"connected:{link.key_hash}")


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
    token: str | None = state().config.telegram_bot_token
    return (token or "").partition(":")[0][:32]
