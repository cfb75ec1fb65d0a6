"""The list of conversations: which talks, in which order, what is unread; as many statements at 2,000 as at 100."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from leadbot.conversations import read_marks
from leadbot.database import searching
from leadbot.database.session import db, utcnow
from leadbot.models import Company, Conversation, Message, TalkRead, User
from leadbot.texts import text_input
from leadbot.texts.folding import GROUPED, fold

PAGE = 100
LIVE_MOST = 500  # talks of a list that has grown at its top
QUERY_MOST, WORDS_MOST = 100, 6
# A line is seen a moment after it was dated; so long the list is looked at once more.
COMMIT_SECONDS = 4


class Show(enum.StrEnum):
    """Which talks: all but junk, those with something unread, one's own, those that wait for a person, those of the hot
    lane, junk."""

    ALL = "all"
    UNREAD = "unread"
    MINE = "mine"
    WAITING = "waiting"
    HOT = "hot"
    JUNK = "junk"


class Mark(NamedTuple):
    """A place in the list: of the talk that was last spoken in then."""

    moment: datetime
    talk_id: int

    def __str__(self) -> str:
        return f"{int(self.moment.timestamp() * 1_000_000)}-{self.talk_id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place an address names; None for anything else."""
        micros, _, talk_id = text.partition("-")
        if not (micros.isascii() and micros.isdecimal() and talk_id.isascii() and talk_id.isdecimal()):
            return None
        if len(micros) > 16 or len(talk_id) > 10:
            return None
        return cls(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros)), int(talk_id))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for."""

    show: Show = Show.ALL
    query: str = ""

    @property
    def is_narrow(self) -> bool:
        return self.show is not Show.ALL or bool(self.query)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A talk with its last line and the number of its lines that the reader has not seen."""

    talk: Conversation
    line: Message
    unread: int


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A stretch of the list; `end` is where it was cut, None where there is no more."""

    rows: list[InboxRow]
    end: Mark | None


def clean(query: str) -> str:
    """What was typed into the search, as far as it is read."""
    return text_input.message(query[:QUERY_MOST], "q", most=QUERY_MOST).replace("\n", " ")


def listed(wanted: Wanted, reader: User, *, before: Mark | None = None, down_to: Mark | None = None) -> InboxPage:
    """Talks, what was said last first: a page from behind `before`, or all from the top `down_to` a mark."""
    found = (
        select(Conversation, Message, read_marks.unread_lines(reader))
        .join(Message, (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.message_count))
        .outerjoin(TalkRead, read_marks.row_of(reader))
        .where(*_conditions(wanted, reader))
        .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
        .options(joinedload(Conversation.manager).lazyload(User.company))
    )
    if before is not None:
        found = found.where(_is_behind(before))
    if down_to is not None:
        found = found.where(~_is_behind(down_to))
    most = LIVE_MOST if down_to is not None else PAGE
    rows = [InboxRow(*row) for row in db.session.execute(found.limit(most + 1))]
    is_cut = len(rows) > most
    rows = rows[:most]
    last = rows[-1].talk if rows and is_cut else None
    return InboxPage(rows, Mark(last.last_message_at, last.id) if last else down_to)


def current_version() -> str:
    """Another text whenever the list would show something else; and once a minute, since it shows ages."""
    last = select(func.max(Conversation.last_message_at)).scalar_subquery()
    spoken_at, changes = db.session.execute(select(last, Company.inbox_version)).one()
    now = utcnow()
    is_fresh = spoken_at is not None and now - spoken_at < timedelta(seconds=COMMIT_SECONDS)
    parts = (spoken_at.isoformat() if spoken_at else "", changes, int(now.timestamp() / 60), "~" if is_fresh else "")
    return ".".join(str(part) for part in parts)


def _conditions(wanted: Wanted, reader: User) -> list[ColumnElement[bool]]:
    return [_shown(wanted.show, reader), *(_has(word) for word in _words(wanted.query))]


def _is_behind(mark: Mark) -> ColumnElement[bool]:
    spoken_at = Conversation.last_message_at
    return or_(spoken_at < mark.moment, and_(spoken_at == mark.moment, Conversation.id < mark.talk_id))


def _shown(show: Show, reader: User) -> ColumnElement[bool]:
    if show is Show.JUNK:
        return and_(Conversation.is_junk)
    more: dict[Show, Any] = {
        Show.UNREAD: read_marks.is_unread(reader),
        Show.MINE: Conversation.manager_id == reader.id,
        Show.WAITING: Conversation.waits_since.is_not(None),
        Show.HOT: Conversation.hot_since.is_not(None),
    }
    return and_(~Conversation.is_junk, more[show]) if show in more else ~Conversation.is_junk


def _words(query: str) -> list[str]:
    """What all must be found; a phone is one word however it is grouped."""
    numbers = [re.sub(r"\D", "", found) for found in GROUPED.findall(query)]
    return [*numbers, *fold(GROUPED.sub(" ", query)).split()][:WORDS_MOST]


def _has(word: str) -> ColumnElement[bool]:
    """In the client's name or phone, or in anything he said.

    What was said is looked up once, in its index; then talks are passed newest first until a page is full.
    """
    said = select(Message.conversation_id).where(Message.folded.is_not(None), searching.contains(Message.folded, word))
    return or_(Conversation.folded_who.contains(word, autoescape=True), Conversation.id.in_(said))
