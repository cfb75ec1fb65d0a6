"""Talks kept to rehearse the bot with."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from leadbot.accounts import users
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid, NotFound
from leadbot.models import Author, Conversation, Message, Scenario, User

MOST = 50  # scenarios of a company
TURNS_MOST = 60  # of one
NAME_MOST = 80
_DIGITS = re.compile(r"\d(?:[\s()+-]*\d){4,}")  # a phone or the like: no name for anything


def save(talk: Conversation, *, by: User) -> Scenario:
    """Keep what was said in this episode of a talk; a talk that was kept before is brought up to date.

    Raises Invalid where there is nothing to keep or no more room, Forbidden for who may only look.
    """
    users.check_may_write(by)
    turns = _turns(talk)
    if not turns:
        raise Invalid("The client has not written anything here yet", field="talk")
    kept = db.session.scalars(
        select(Scenario).where(Scenario.conversation_id == talk.id, Scenario.episode == talk.episode)
    ).first()
    if kept is None:
        if count() >= MOST:
            raise Invalid("At most %(max)s conversations can be kept. Remove one first", field="talk", max=MOST)
        kept = Scenario(conversation_id=talk.id, episode=talk.episode)
        db.session.add(kept)
    kept.name, kept.turns, kept.language = _name(turns), turns, talk.language
    kept.user_id, kept.created_at = by.id, utcnow()
    db.session.commit()
    return kept


def remove(scenario: Scenario, *, by: User) -> None:
    """Keep it no longer; the talk itself stays."""
    users.check_may_write(by)
    db.session.delete(scenario)
    db.session.commit()


def get(scenario_id: int) -> Scenario:
    """The company's scenario. Raises NotFound for any other."""
    found = db.session.get(Scenario, scenario_id) if 0 < scenario_id < 2**31 else None
    if found is None:
        raise NotFound
    return found


def everything() -> list[Scenario]:
    """All of the company's, oldest first."""
    return list(db.session.scalars(select(Scenario).order_by(Scenario.id).limit(MOST)))


def count() -> int:
    """How many there are."""
    return db.session.scalar(select(func.count()).select_from(Scenario)) or 0


def _turns(talk: Conversation) -> list[dict[str, str]]:
    """What the client said, and what he was answered, turn by turn; a manager's words are not rehearsed."""
    messages = select(Message).where(Message.conversation_id == talk.id, Message.episode == talk.episode)
    lines = list(db.session.scalars(messages.order_by(Message.seq).limit(4 * TURNS_MOST)))
    answers = {line.answers_seq: line for line in lines if line.author is Author.BOT and line.answers_seq}
    turns = []
    for line in lines:
        if line.author is Author.CLIENT and line.text:
            answer = answers.get(line.seq)
            turns.append({
                "text": line.text,
                "answer": answer.text if answer else "",
                "engine": (answer.engine or "") if answer else "",
            })  # fmt: skip
    return turns[:TURNS_MOST]


def _name(turns: list[dict[str, str]]) -> str:
    """The client's first words, without numbers."""
    words = " ".join(_DIGITS.sub("…", turns[0]["text"]).split())
    return words if len(words) <= NAME_MOST else words[: NAME_MOST - 1].rstrip() + "…"
