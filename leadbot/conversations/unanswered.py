"""Clients who wait for a person: told once, honestly, when to expect one; and the bot goes on with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from leadbot.accounts import due_rows, hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import hot_lane, talks, waiting
from leadbot.database.session import db, utcnow
from leadbot.engines import embedded
from leadbot.events import ClientWaiting, publish
from leadbot.models import Author, Company, Conversation, Message, Source
from leadbot.texts import phrases
from leadbot.texts.promise import opens

# «Сегодня» is said while so much of today's work is left.
TODAY_MINUTES = 30


def asked(talk: Conversation) -> None:
    """A client asks for a person, or writes to one who holds the talk. Part of the caller's transaction.

    Whom the bot tells outside working hours when somebody will be there has been told.
    """
    company = company_settings.company()
    if not company.answer_minutes or talk.answer_due_at or talk.answer_told_at:
        return
    now = utcnow()
    if talk.handled_by == "bot" and hours_settings.opening(company, now):
        talk.answer_told_at = now
    else:
        talk.answer_due_at = now + timedelta(minutes=company.answer_minutes)


def taken(talk: Conversation) -> None:
    """A manager has taken the talk: who waited for one waits for his words now."""
    minutes = company_settings.company().answer_minutes
    waits = minutes and (talk.answer_due_at or talk.answer_told_at)
    talk.answer_due_at = utcnow() + timedelta(minutes=minutes) if waits else None
    talk.answer_told_at = None


def answered(talk: Conversation) -> None:
    """A person has written, or given the talk back: nobody is waited for."""
    talk.answer_due_at = talk.answer_told_at = None


def tell_due() -> int:
    """Tell the clients who have waited too long, whichever company they are of; returns how many were told."""
    return due_rows.each(Conversation.answer_due_at, lambda talk_id: _tell(talks.get(talk_id)))


def _tell(talk: Conversation) -> bool:
    """Tell one client, unless he is being answered at this very moment."""
    if not talks.claim(talk):
        db.session.rollback()
        return False
    company, now = company_settings.company(), utcnow()
    is_due = talk.answer_due_at is not None and talk.answer_due_at <= now
    if is_due:
        talk.answer_due_at = None
    if is_due and company.answer_minutes and not talk.is_junk:
        talk.answer_told_at = now
        text = _text(talk, company, now)
        was_held = talk.handled_by == "manager"
        talk.handled_by, talk.manager_id, talk.return_due_at, talk.is_in_telegram = "bot", None, None, False
        waiting.put(talk, waiting.CALL)
        if talk.source is not Source.TEST:
            publish(ClientWaiting(talk.id, _last_words(talk), company.answer_minutes))
        talks.add(talk, Author.BOT, text, engine="rules")
        if was_held:
            hot_lane.follow(talk)
    talks.let_go(talk)
    db.session.commit()
    return is_due


def _text(talk: Conversation, company: Company, now: datetime) -> str:
    """What the client is told; without a phone of his he is asked for it, unless he has been asked often enough."""
    language, memory = (
        talk.language or company.language,
        embedded.Memory.of(talk.known, company_settings.fields(company)),
    )
    when = _when(company, now, language)
    if phone := memory.value("phone"):
        return phrases.say("handoff.nobody.phone", language, when=when, phone=phone)
    if not embedded.is_open(memory, "phone"):
        text = phrases.say("handoff.nobody.closed", language, when=when)
        return " ".join(phrases.sentences(text)[:-1])
    memory.asked, memory.asks["phone"] = "phone", memory.asks.get("phone", 0) + 1
    talk.known = memory.known()
    is_closed = hours_settings.opening(company, now) is not None
    return phrases.say("handoff.nobody.closed" if is_closed else "handoff.nobody", language, when=when)


def _when(company: Company, now: datetime, language: str) -> str:
    """«сегодня», «завтра с 9:00 до 18:00»; «в ближайшее время» where no hours are set."""
    hours = hours_settings.hours_of(company)
    if not hours.are_set:
        return phrases.say("when.soon", language)
    here = now.astimezone(ZoneInfo(company.time_zone))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if hours.is_open(now) and hours.minutes_between(now, midnight) >= TODAY_MINUTES:
        return phrases.say("when.today", language)
    following = hours.next_opening(now)
    return opens(following, now, language) if following else phrases.say("when.soon", language)


def _last_words(talk: Conversation) -> str:
    texts = select(Message.text).where(Message.conversation_id == talk.id, Message.author == Author.CLIENT)
    return db.session.scalars(texts.order_by(Message.seq.desc()).limit(1)).first() or ""
