"""Hand-off: a manager takes a talk, writes in it, gives it back to the bot."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.conversations import hot_lane, inbox_settings, read_marks, talks, unanswered, waiting
from leadbot.database.session import db, utcnow
from leadbot.engines import embedded
from leadbot.errors import Conflict, Invalid
from leadbot.events import PersonLeft
from leadbot.leads import records
from leadbot.models import Author, Conversation, Message, User
from leadbot.texts import phrases, text_input

TEXT_MOST, MESSAGE_ID_MOST = 4096, 255


def take_over(talk: Conversation, *, by: User) -> None:
    """The bot falls silent at once, and the client is told who answers. Raises Conflict where a colleague has it."""
    users.check_may_write(by)
    talks.lock(talk)
    if _take(talk, by):
        db.session.commit()


def write(talk: Conversation, text: str, *, by: User, message_id: str | None = None, in_telegram: bool = False) -> None:
    """Put a manager's words into the talk he holds; under one `message_id` once. Raises Invalid, Conflict.

    What the client answers is passed on to Telegram where it was written `in_telegram`.
    """
    clean = _clean(text, by)
    talks.lock(talk)
    if talk.handled_by != "manager" or talk.manager_id != by.id:
        raise Conflict("Take the conversation first", fresh=talk)
    if not _is_there(talk, message_id):
        _put(talk, clean, by, message_id, in_telegram=in_telegram)
        db.session.commit()


def answer(talk: Conversation, text: str, *, by: User, message_id: str | None = None) -> None:
    """Write in a talk, and take it first where the bot has it. Raises Invalid, Conflict where a colleague has it."""
    clean = _clean(text, by)
    talks.lock(talk)
    if not _is_there(talk, message_id):
        _take(talk, by)
        _put(talk, clean, by, message_id)
        db.session.commit()


def give_back(talk: Conversation, *, by: User) -> None:
    """The bot answers again."""
    users.check_may_write(by)
    talks.lock(talk)
    if talk.handled_by == "manager":
        _return(talk)
        db.session.commit()


def person_left(left: PersonLeft) -> None:
    """The bot answers again wherever this person did."""
    held = select(Conversation).where(Conversation.manager_id == left.user_id, Conversation.handled_by == "manager")
    for talk in db.session.scalars(held):
        talks.lock(talk)
        _return(talk)


def give_back_silent(talk: Conversation) -> bool:
    """The manager has said nothing for so long that the bot answers again; True where it does. For the worker."""
    talks.lock(talk)
    is_due = talk.handled_by == "manager" and talk.return_due_at is not None and talk.return_due_at <= utcnow()
    if is_due:
        _return(talk)
    elif talk.handled_by == "bot":
        talk.return_due_at = None
    db.session.commit()
    return is_due


def shown_to_clients(person: User, language: str) -> str:
    """What a client may call the manager: by the person's own name; nothing of an e-mail is a name."""
    return own_name(person) or phrases.say("handoff.nameless", language, company=company_settings.company().name)


def own_name(person: User) -> str:
    """His own name; an address that stands in its place since earlier is none."""
    return person.name if "@" not in person.name else ""


def _take(talk: Conversation, by: User) -> bool:
    """A locked talk is this person's from here on; False where it was before. Raises Conflict."""
    if talk.handled_by == "manager":
        if talk.manager_id != by.id:
            who = talk.manager.shown_name if talk.manager else ""
            raise Conflict("%(manager)s has this conversation", manager=who, fresh=talk)
        return False
    talk.handled_by, talk.manager_id, talk.is_in_telegram = "manager", by.id, False
    unanswered.taken(talk)
    _stay(talk)
    read_marks.put(talk, by, talk.message_count)
    waiting.end(talk)
    hot_lane.leave(talk)
    if talk.lead_id is not None:
        records.begin_work(records.get(talk.lead_id), by=by)
    _say(talk, "handoff.started", manager=shown_to_clients(by, talk.language or company_settings.company().language))
    return True


def _clean(text: str, by: User) -> str:
    users.check_may_write(by)
    clean = text_input.message(text, "text", most=TEXT_MOST)
    if not clean:
        raise Invalid("Fill in this field", field="text")
    return clean


def _is_there(talk: Conversation, message_id: str | None) -> bool:
    """Has this message been written already?"""
    if message_id is None:
        return False
    text_input.line(message_id, "message_id", most=MESSAGE_ID_MOST)
    same = select(Message.id).where(Message.conversation_id == talk.id, Message.message_id == message_id)
    return db.session.scalars(same).first() is not None


def _put(talk: Conversation, clean: str, by: User, message_id: str | None, *, in_telegram: bool = False) -> None:
    unanswered.answered(talk)
    talk.is_in_telegram = in_telegram
    talks.add(talk, Author.MANAGER, clean, user_id=by.id, message_id=message_id)
    _stay(talk)
    read_marks.put(talk, by, talk.message_count)


def _stay(talk: Conversation) -> None:
    """The manager is there: count his silence from now."""
    minutes = inbox_settings.settings_of(company_settings.company()).return_minutes
    talk.return_due_at = utcnow() + timedelta(minutes=minutes) if minutes else None


def _return(talk: Conversation) -> None:
    """Both sides read that the bot is back, and what it still wants to know."""
    talk.handled_by, talk.manager_id, talk.return_due_at, talk.is_in_telegram = "bot", None, None, False
    unanswered.answered(talk)
    card = company_settings.card(company_settings.company())
    language = talk.language or card.language
    question = ""
    if talk.lead_id is None:
        question, talk.known = embedded.ask_again(talk.known, language, card.trade, card.fields)
    back = phrases.say("handoff.returned" if question else "handoff.returned.done", language)
    talks.add(talk, Author.BOT, phrases.join((back, question)), engine="rules")
    hot_lane.follow(talk)


def _say(talk: Conversation, phrase: str, **values: str) -> None:
    language = talk.language or company_settings.company().language
    talks.add(talk, Author.BOT, phrases.say(phrase, language, None, **values), engine="rules")
