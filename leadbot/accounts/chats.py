"""The company's Telegram chat: one that has proved itself by a code of an owner's, sent in it."""

from __future__ import annotations

from sqlalchemy import delete, select

from leadbot.accounts import tenant
from leadbot.database.session import db, utcnow
from leadbot.models import Company, ProvenChat, User

TITLE_MOST = 128  # as Telegram has it


def prove(own: Company, chat_id: str, title: str, by_id: int | None) -> None:
    """A code came from this chat: from now on it is the company's. Part of the caller's transaction."""
    row = _row(chat_id)
    if row is None:
        row = ProvenChat(chat_id=chat_id)
        db.session.add(row)
    row.title, row.proven_by_id, row.proven_at = title, by_id, utcnow()
    own.telegram_chat_id = chat_id


def is_proven(chat_id: str) -> bool:
    """May the acting company be told of its leads there? What is its chat already, stays it."""
    return chat_id == tenant.company().telegram_chat_id or _row(chat_id) is not None


def moved(own: Company, old: str, new: str) -> None:
    """A group that became a supergroup has another number. Part of the caller's transaction."""
    row = _row(old)
    if row is not None and _row(new) is None:
        row.chat_id = new
    if own.telegram_chat_id == old:
        own.telegram_chat_id = new


def forget_private(who: User) -> None:
    """The chats that this person has alone with the bot prove nothing any more. Part of the caller's transaction."""
    own = tenant.company()
    alone = ~ProvenChat.chat_id.startswith("-")  # only groups and channels have a number below nought
    of_his = select(ProvenChat.chat_id).where(ProvenChat.proven_by_id == who.id, alone)
    his = {*db.session.scalars(of_his), *([str(who.telegram_id)] if who.telegram_id is not None else [])}
    db.session.execute(delete(ProvenChat).where(ProvenChat.chat_id.in_(his)))
    if own.telegram_chat_id in his:
        own.telegram_chat_id = None


def title() -> str:
    """What the company's chat is called, its number where that isn't known; empty where none is connected."""
    chat_id = tenant.company().telegram_chat_id or ""
    row = _row(chat_id)
    return (row.title if row else "") or chat_id


def _row(chat_id: str) -> ProvenChat | None:
    row: ProvenChat | None = db.session.scalars(select(ProvenChat).where(ProvenChat.chat_id == chat_id)).first()
    return row
