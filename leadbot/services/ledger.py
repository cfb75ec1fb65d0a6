"""The ledger: what came in against what was done about it. Both sums must agree, whatever died in between.

received = answered by the bot + answered by a manager + waiting + without an answer
registered = told + on its way + given up + nobody to tell

Test talks count on neither side. A lead that a person wrote down needs no news of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, tuple_
from sqlalchemy.orm import aliased

from leadbot.db import db, utcnow
from leadbot.models import Author, Conversation, Delivery, DeliveryState, Lead, Message, Source
from leadbot.services import periods, settings
from leadbot.services.periods import Period

SHOWN = 50  # rows behind a gap
ANSWERS = ("bot", "manager", "waiting", "unanswered")
NEWS = ("told", "pending", "given_up", "untold")


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
        """Is nothing lost?"""
        sums = self.received == sum(self.answers.values()) and self.registered == sum(self.news.values())
        return sums and not self.answers["unanswered"] and not self.news["given_up"]


def of(days: int) -> Ledger:
    """The ledger of the last `days` days, today among them."""
    period = periods.latest(days, utcnow(), settings.company().time_zone)
    answers = _answers(period)
    return Ledger(
        period=period,
        received=_received(period),
        answers=answers,
        registered=_registered(period),
        news=_news(period),
        unanswered=_unanswered(period) if answers["unanswered"] else [],
        undelivered=_undelivered(period),
    )


def _lines(period: Period) -> ColumnElement[bool]:
    return and_(
        Message.author == Author.CLIENT,
        period.holds(Message.created_at),
        Conversation.last_message_at >= period.start,
        Conversation.source != Source.TEST,
    )


def _received(period: Period) -> int:
    lines = select(func.count()).select_from(Message).join(Conversation, Conversation.id == Message.conversation_id)
    return int(db.session.scalar(lines.where(_lines(period))) or 0)


def _sorted_lines(period: Period, *columns: Any) -> tuple[Select[Any], ColumnElement[str]]:
    """The clients' lines of the period, and what became of each."""
    reply, manager = aliased(Message), aliased(Message)
    answered = select(reply.conversation_id, reply.answers_seq).where(
        reply.answers_seq.is_not(None), reply.created_at >= period.start
    )
    last = (
        select(manager.conversation_id.label("talk_id"), func.max(manager.seq).label("seq"))
        .where(manager.author == Author.MANAGER, manager.created_at >= period.start)
        .group_by(manager.conversation_id)
        .subquery()
    )
    became = case(
        (tuple_(Message.conversation_id, Message.seq).in_(answered), "bot"),
        (Message.seq < last.c.seq, "manager"),
        (Conversation.handled_by == "manager", "waiting"),
        (Conversation.lease_until > utcnow(), "waiting"),  # is being answered this very moment
        else_="unanswered",
    )
    lines = (
        select(*columns)
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(last, last.c.talk_id == Message.conversation_id)
        .where(_lines(period))
    )
    return lines, became


def _answers(period: Period) -> dict[str, int]:
    lines, became = _sorted_lines(period)
    rows = db.session.execute(lines.add_columns(became, func.count()).group_by(became))
    return dict.fromkeys(ANSWERS, 0) | {what: int(count) for what, count in rows}


def _unanswered(period: Period) -> list[Message]:
    lines, became = _sorted_lines(period, Message)
    newest = lines.where(became == "unanswered").order_by(Message.id.desc()).limit(SHOWN)
    return list(db.session.scalars(newest))


def _leads(period: Period) -> ColumnElement[bool]:
    return and_(period.holds(Lead.created_at), Lead.source.not_in((Source.TEST, Source.MANUAL)))


def _registered(period: Period) -> int:
    return int(db.session.scalar(select(func.count()).select_from(Lead).where(_leads(period))) or 0)


def _news(period: Period) -> dict[str, int]:
    """A lead is told once somebody knows of it; it is given up where nobody does and nothing more is tried.

    The notices of a duplicate are with the lead that it has been made part of.
    """

    def has(state: DeliveryState) -> ColumnElement[int]:
        return func.max(case((Delivery.state == state, 1), else_=0))

    bearer = func.coalesce(Lead.merged_into_id, Lead.id)
    each = (
        select(
            case(
                (has(DeliveryState.SENT) == 1, "told"),
                (has(DeliveryState.PENDING) == 1, "pending"),
                (has(DeliveryState.DEAD) == 1, "given_up"),
                else_="untold",
            ).label("state")
        )
        .select_from(Lead)
        .outerjoin(Delivery, and_(Delivery.lead_id == bearer, Delivery.event == "lead.created"))
        .where(_leads(period))
        .group_by(Lead.id)
        .subquery()
    )
    rows = db.session.execute(select(each.c.state, func.count()).group_by(each.c.state))
    return dict.fromkeys(NEWS, 0) | {what: int(count) for what, count in rows}


def _undelivered(period: Period) -> list[Delivery]:
    waiting = (
        select(Delivery)
        .where(Delivery.state != DeliveryState.SENT, period.holds(Delivery.created_at), Delivery.lead_id.is_not(None))
        .where(Delivery.edits_id.is_(None))
        .order_by(Delivery.state, Delivery.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(waiting))
