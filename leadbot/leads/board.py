"""The board: six stages with their true counts and first cards, in as many statements at 100,000 leads as at 100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, Text, and_, bindparam, case, cast, func, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from leadbot.accounts import page_versions, tenant
from leadbot.database.counters import COLUMNS
from leadbot.database.session import db, utcnow
from leadbot.errors import NotFound
from leadbot.leads.filters import EVERYTHING, Filter
from leadbot.models import IMPORTED, Lead, LeadStatus, Message, Source, User

CARDS, MORE = 25, 50  # of a column at first: three screens of them; and how many more each time
CARDS_MOST = 5000
OPEN_STAGES = tuple(status for status in LeadStatus if status.is_open)


class Card(NamedTuple):
    """A lead as far as a card shows it. `status` is its stored word, `source` is Lead.origin."""

    id: int
    version: int
    rank: int
    status: str
    source: str
    name: str | None
    phone: str
    phone_e164: str
    city: str | None
    object_type: str | None
    area: str | None
    language: str
    is_hot: bool
    is_complaint: bool
    is_withdrawn: bool
    is_urgent: bool
    contact_by: str | None
    previous_id: int | None
    assignee_id: int | None
    is_dealt: bool
    created_at: datetime
    task_at: datetime | None  # when its next call back is due
    is_unheard: bool  # a voice message waits to be heard by a person
    details: str  # what has no column, as JSON


@dataclass(frozen=True, slots=True)
class StageColumn:
    """One stage: how many leads stand in it, and the cards that are shown, from top to bottom."""

    status: LeadStatus
    count: int
    cards: list[Card]

    @property
    def left(self) -> int:
        """How many cards are not shown."""
        return max(0, self.count - len(self.cards))


@dataclass(frozen=True, slots=True)
class Board:
    """A board as it is shown at the moment `now`; its counts are of what passes the filter. `people` are by id."""

    version: int
    now: datetime
    counts: Mapping[LeadStatus, int]
    columns: list[StageColumn]
    people: Mapping[int, str]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def shown(
    stages: Iterable[LeadStatus] = OPEN_STAGES,
    *,
    most: Mapping[LeadStatus, int] | None = None,
    only: Filter = EVERYTHING,
) -> Board:
    """The board with the cards of these stages that pass the filter, CARDS of each or as many as `most` says."""
    company = tenant.company()  # before the cards: what changes meanwhile is shown twice rather than never
    counts = _counts(only) if only else {status: getattr(company, COLUMNS[status]) for status in LeadStatus}
    limits = {status.value: min((most or {}).get(status, CARDS), CARDS_MOST) for status in stages}
    by_stage: dict[str, list[Card]] = {stage: [] for stage in limits}
    for row in db.session.execute(_firsts(tuple(limits), only), limits):
        by_stage[row.status].append(Card._make(row))
    for cards in by_stage.values():
        cards.sort(key=lambda card: (card.rank, card.id), reverse=True)
    columns = [StageColumn(LeadStatus(stage), counts[LeadStatus(stage)], cards) for stage, cards in by_stage.items()]
    return Board(company.board_version, utcnow(), counts, columns, people())


def current_version() -> int:
    """A number that grows with every change a board would show."""
    return tenant.company().board_version


def alone(lead_id: int) -> Board:
    """A board of this one card. Raises NotFound."""
    row = db.session.execute(_ONE, {"id": lead_id}).first()
    if row is None:
        raise NotFound
    card = Card._make(row)
    return Board(current_version(), utcnow(), {}, [StageColumn(LeadStatus(card.status), 1, [card])], people())


def touch() -> None:
    """The board shows something else from the caller's commit on."""
    page_versions.grow(page_versions.BOARD)


def voices(leads: Iterable[Lead]) -> frozenset[int]:
    """The talks of these leads in which a voice message waits to be heard by a person."""
    talks = {lead.conversation_id for lead in leads if lead.conversation_id}
    waiting = select(Message.conversation_id).where(
        Message.conversation_id.in_(talks), Message.audio_file.is_not(None), Message.is_transcript.is_(False)
    )
    return frozenset(db.session.scalars(waiting.distinct()))


def people() -> dict[int, str]:
    """What the company's people are called, by id."""
    return {row.id: row.name or row.email.partition("@")[0] for row in db.session.execute(_PEOPLE)}


def columns(lead: Any) -> list[Any]:
    """What makes a Card, in its order."""
    waiting = select(Message.id).where(
        Message.conversation_id == lead.conversation_id,
        Message.audio_file.is_not(None),
        Message.is_transcript.is_(False),
    )
    by_name = {
        "status": type_coerce(lead.status, String).label("status"),
        "source": case(
            (and_(lead.import_id.is_not(None), lead.source == Source.MANUAL), IMPORTED),
            else_=type_coerce(lead.source, String),
        ).label("source"),
        "is_unheard": waiting.exists().label("is_unheard"),
        "details": cast(lead.details, Text).label("details"),
    }
    return [by_name[name] if name in by_name else getattr(lead, name) for name in Card._fields]


def _counts(only: Filter) -> dict[LeadStatus, int]:
    counted = select(Lead.status, func.count()).where(*only.conditions()).group_by(Lead.status)
    return dict.fromkeys(LeadStatus, 0) | {row[0]: row[1] for row in db.session.execute(counted)}


@lru_cache(maxsize=8)
def _firsts(stages: tuple[str, ...], only: Filter) -> Select[Any]:
    """The first cards of each stage, cut by the index before they are put together.

    Subqueries of their own, since SQLite takes no LIMIT inside a UNION.
    """
    return union_all(*(select(_first(stage, only).subquery()) for stage in stages))  # type: ignore[return-value]


def _first(stage: str, only: Filter) -> Select[Any]:
    lead = aliased(Lead)
    chosen = select(*columns(lead)).where(lead.status == LeadStatus(stage), *only.conditions(lead))
    return chosen.order_by(lead.rank.desc(), lead.id.desc()).limit(bindparam(stage))


_ONE = select(*columns(Lead)).where(Lead.id == bindparam("id"))
_PEOPLE = select(User.id, User.name, User.email).order_by(User.id)
