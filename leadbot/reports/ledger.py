"""The ledger: what came in against what was done about it. Both sums must agree, whatever died in between.

received = answered by the bot + answered by a manager + waiting + without an answer
registered = told + on its way + given up + nobody to tell

Test talks count on neither side. Leads are those that clients have written: one that a person wrote down or took from a
file needs no news of itself. Sums may agree while nobody was told; that is no promise kept, and said so.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, func, literal, or_, select, union_all

from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.models import Author, Conversation, Delivery, DeliveryState, Lead, Message, Source
from leadbot.reports import periods
from leadbot.reports.periods import Period

SHOWN = 50  # rows behind a gap
ANSWERS = ("bot", "manager", "waiting", "unanswered")
NEWS = ("told", "pending", "given_up", "untold")
_BEST_FIRST = (DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.DEAD)  # as in NEWS
# Written into the statement: SQLite sees no index of some rows behind a parameter.
_CLIENT = bindparam("client", Author.CLIENT, Message.author.type, literal_execute=True)
_TEST = bindparam("test", Source.TEST, Conversation.source.type, literal_execute=True)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Both sums, and the rows behind their gaps: clients' lines without an answer, notices that have not arrived."""

    period: Period
    received: int
    answers: dict[str, int]
    registered: int
    news: dict[str, int]
    unanswered: list[Message]
    undelivered: list[Delivery]

    @property
    def agrees(self) -> bool:
        """Is nothing lost, and has somebody been told of every lead?"""
        return not (self.answers["unanswered"] or self.news["given_up"] or self.news["untold"])


def over(days: int) -> Ledger:
    """The ledger of the last `days` days, today among them."""
    period = periods.latest(days, utcnow(), company_settings.company().time_zone)
    answers, unanswered = _answers(period)
    news = _news(period)
    return Ledger(
        period=period,
        received=sum(answers.values()),
        answers=answers,
        registered=sum(news.values()),
        news=news,
        unanswered=unanswered,
        undelivered=_undelivered(period),
    )


def _answers(period: Period) -> tuple[dict[str, int], list[Message]]:
    """How many lines became what, and the newest of those without an answer.

    Who answered is noted on the lines (see models.marks), so only those that nobody has answered are looked at.
    """
    counted = {answer: _count(period, answer) - _count(period, answer, in_tests=True) for answer in ("bot", "manager")}
    is_waiting = or_(
        Conversation.handled_by == "manager",
        and_(
            Conversation.lease_until.is_not(None), Conversation.lease_until > utcnow()
        ),  # is answered this very moment
    )
    opened = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*_lines(period, None), Conversation.source != Source.TEST)
    )
    counts = opened.with_only_columns(case((is_waiting, "waiting"), else_="unanswered").label("became"), func.count())
    rows = union_all(*(select(literal(what), count) for what, count in counted.items()), counts.group_by("became"))
    answers = dict.fromkeys(ANSWERS, 0) | {what: int(count) for what, count in db.session.execute(rows)}
    newest = opened.where(~is_waiting).order_by(Message.created_at.desc(), Message.id.desc()).limit(SHOWN)
    return answers, list(db.session.scalars(newest)) if answers["unanswered"] else []


def _lines(period: Period, answered_by: str | None) -> tuple[ColumnElement[bool], ...]:
    """The clients' lines of the period that were answered so."""
    return Message.author == _CLIENT, Message.answered_by == answered_by, period.holds(Message.created_at)


def _count(period: Period, answered_by: str, *, in_tests: bool = False) -> ScalarSelect[int]:
    found = select(func.count()).select_from(Message).where(*_lines(period, answered_by))
    if in_tests:
        found = found.where(Message.conversation_id.in_(select(Conversation.id).where(Conversation.source == _TEST)))
    return found.scalar_subquery()


def _leads(period: Period) -> ColumnElement[bool]:
    return and_(period.holds(Lead.created_at), Lead.source.not_in((Source.TEST, Source.MANUAL)))


def _news(period: Period) -> dict[str, int]:
    """A lead is told once somebody knows of it; it is given up where nobody does and nothing more is tried.

    The notices of a duplicate are with the lead that it has been made part of.
    """
    bearer = func.coalesce(Lead.merged_into_id, Lead.id)
    best = func.min(case({state: place for place, state in enumerate(_BEST_FIRST)}, value=Delivery.state))
    notices = (
        select(Delivery.lead_id, best.label("best"))
        .where(Delivery.event == "lead.created")
        .group_by(Delivery.lead_id)
        .subquery()
    )
    found = (
        select(notices.c.best, func.count())
        .select_from(Lead)
        .outerjoin(notices, notices.c.lead_id == bearer)
        .where(_leads(period))
        .group_by(notices.c.best)
    )
    counts = {best: int(count) for best, count in db.session.execute(found)}
    return {name: counts.get(None if name == "untold" else place, 0) for place, name in enumerate(NEWS)}


def _undelivered(period: Period) -> list[Delivery]:
    waiting = (
        select(Delivery)
        .where(Delivery.state != DeliveryState.SENT, period.holds(Delivery.created_at), Delivery.lead_id.is_not(None))
        .where(Delivery.edits_id.is_(None))
        .order_by(Delivery.state, Delivery.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(waiting))
