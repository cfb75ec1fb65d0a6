"""The hot lane: talks with a phone or a clear wish, but no lead yet, and what happens to them by the clock.

A talk that falls silent is nudged once an episode; then, with a phone, it becomes a lead marked with what is missing,
without one it waits for a person. Whatever the client says begins the count anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import talks, waiting
from leadbot.database.session import db, utcnow
from leadbot.engines import embedded
from leadbot.leads import board
from leadbot.models import Author, Conversation, Message, Source
from leadbot.texts import phrases

SHOWN = 20
REACHED = (Source.WIDGET, Source.TEST)  # clients who see what is said without asking


@dataclass(frozen=True, slots=True)
class NudgePace:
    """After how many minutes of silence the client is nudged, and after how many more it is enough."""

    nudge_minutes: int
    more_minutes: int


WITH_PHONE, WITHOUT = NudgePace(3, 2), NudgePace(10, 20)


@dataclass(frozen=True, slots=True)
class Hot:
    """A talk of the lane: the client's last words, and what happens when; `step` is nudge, lead or person."""

    talk_id: int
    source: Source
    facts: Mapping[str, Any]
    words: str
    step: str
    due_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Lane:
    """The talks that are shown, soonest due first, and how many there are."""

    talks: list[Hot]
    count: int


_LANE = (
    select(
        *(Conversation.id, Conversation.source, Conversation.known, Message.text),
        *(Conversation.nudge_due_at, Conversation.idle_due_at, func.count().over()),
    )
    .join(Message, (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.client_seq))
    .where(Conversation.hot_since.is_not(None))
    .order_by(Conversation.idle_due_at, Conversation.id)
    .limit(SHOWN)
)


def lane() -> Lane:
    """The lane as the board shows it, in one statement."""
    rows, now = db.session.execute(_LANE).all(), utcnow()
    shown = []
    for talk_id, source, known, words, nudge_at, idle_at, _ in rows:
        facts = known.get("facts", {})
        step, due_at = _next(facts, nudge_at, idle_at)
        shown.append(Hot(talk_id, source, facts, words, step, due_at, now))
    return Lane(shown, rows[0][-1] if rows else 0)


def follow(talk: Conversation) -> None:
    """Put a talk where it belongs after something was said: into the lane, with its count from now, or out of it.

    Part of the caller's transaction.
    """
    if not _is_hot(talk):
        if talk.hot_since is not None and talk.lead_id is None:  # with a lead the board has heard of it already
            board.touch()
        _clear(talk)
        return
    now = utcnow()
    pace = _pace(talk)
    talk.hot_since = talk.hot_since or now
    talk.nudge_due_at = _nudge_at(talk, now + timedelta(minutes=pace.nudge_minutes))
    begins_at = talk.nudge_due_at or now + timedelta(minutes=pace.nudge_minutes)
    talk.idle_due_at = begins_at + timedelta(minutes=pace.more_minutes)
    board.touch()


def leave(talk: Conversation) -> None:
    """A person has the talk now; with a phone it still becomes a lead in time. Part of the caller's transaction."""
    due_at = talk.idle_due_at if has_phone(talk) and not talk.is_junk else None
    if talk.hot_since is not None:
        board.touch()
    _clear(talk)
    talk.idle_due_at = due_at


def finish(talk: Conversation) -> None:
    """The talk has gone silent for good: who made no lead waits for a person. Part of the caller's transaction."""
    if talk.hot_since is not None and talk.lead_id is None:
        waiting.put(talk, waiting.SILENT)
        waiting.touch_list()
        board.touch()
    _clear(talk)


def nudge(talk: Conversation) -> bool:
    """Remind the client of his wish, once an episode; True where that was said.

    Outside working hours it waits until they begin; a talk with a phone becomes a lead sooner than that.
    """
    if not talks.claim(talk):
        db.session.rollback()
        return False
    now, pace = utcnow(), _pace(talk)
    is_due = talk.hot_since is not None and talk.nudge_due_at is not None and talk.nudge_due_at <= now
    at = _nudge_at(talk, now) if is_due else None
    is_late = has_phone(talk) and talk.idle_due_at is not None and talk.idle_due_at <= now
    says = at is not None and at <= now and not is_late
    if is_due or talk.hot_since is None:
        talk.nudge_due_at = None if says or is_late else at
    if says:
        _say(talk)
        talk.nudged_at = now
    if at is not None and not is_late:
        talk.idle_due_at = max(talk.idle_due_at or at, at + timedelta(minutes=pace.more_minutes))
    if is_due:
        board.touch()
    talks.let_go(talk)
    db.session.commit()
    return says


def has_phone(talk: Conversation) -> bool:
    """Has the client given a phone?"""
    return "phone" in talk.known.get("facts", {})


def _is_hot(talk: Conversation) -> bool:
    """A phone, or an object with something about it, from a client whom the bot still answers."""
    facts = talk.known.get("facts", {})
    is_clear = "phone" in facts or ("object_type" in facts and len(facts.keys() - {"name"}) > 1)
    return is_clear and talk.lead_id is None and talk.handled_by == "bot" and not (talk.is_junk or talk.is_withdrawn)


def _pace(talk: Conversation) -> NudgePace:
    return WITH_PHONE if has_phone(talk) else WITHOUT


def _nudge_at(talk: Conversation, moment: datetime) -> datetime | None:
    """When the client may be nudged, not before `moment`; None where he is not to be."""
    if talk.source not in REACHED or talk.nudged_at is not None or talk.waits_for == waiting.CALL or talk.is_complaint:
        return None
    own = company_settings.company()
    if not own.inbox.get("nudges", True):
        return None
    opening = hours_settings.opening(own, moment)
    if opening is None:
        return moment
    return None if has_phone(talk) else opening.begins_at


def _say(talk: Conversation) -> None:
    own = company_settings.company()
    language = talk.language or own.language
    card = company_settings.card(own)
    question, talk.known = embedded.ask_again(talk.known, language, card.trade, card.fields)
    talks.add(talk, Author.BOT, phrases.join((phrases.say("nudge", language), question)), engine="rules")


def _next(facts: Mapping[str, Any], nudge_at: datetime | None, idle_at: datetime) -> tuple[str, datetime]:
    if nudge_at is not None:
        return "nudge", nudge_at
    return ("lead" if "phone" in facts else "person"), idle_at


def _clear(talk: Conversation) -> None:
    talk.hot_since = talk.nudge_due_at = talk.idle_due_at = None
