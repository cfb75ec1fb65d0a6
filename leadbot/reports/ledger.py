"""The ledger: what came in against what was done about it. Both sums must agree, whatever died in between.

received = answered by the bot + answered by a manager + waiting + without an answer
registered = told + on its way + given up + nobody to tell

Test talks count on neither side. A lead that a person wrote down needs no news of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased

from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.models import Author, Conversation, Delivery, DeliveryState, Lead, Message, Source
from leadbot.reports import periods
from leadbot.reports.periods import Period

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
        return not self.answers["unanswered"] and not self.news["given_up"]


def of(days: int) -> Ledger:
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


def _lines(period: Period) -> CTE:
    """The clients' lines of the period, and what became of each: looked at once, whatever is asked of them then.

    What answers a line stands below it in the same talk, mostly next to it.
    """
    below = aliased(Message)
    later = select(below.id).where(below.conversation_id == Message.conversation_id, below.seq > Message.seq)
    became = case(
        (later.where(below.answers_seq == Message.seq).correlate(Message).exists(), "bot"),
        (later.where(below.author == Author.MANAGER).correlate(Message).exists(), "manager"),
        (Conversation.handled_by == "manager", "waiting"),
        (Conversation.lease_until > utcnow(), "waiting"),  # is being answered this very moment
        else_="unanswered",
    )
    return (
        select(Message.id.label("id"), became.label("became"))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.author == Author.CLIENT, period.holds(Message.created_at))
        .where(Conversation.last_message_at >= period.start, Conversation.source != Source.TEST)
        .cte("lines")
    )


def _answers(period: Period) -> tuple[dict[str, int], list[Message]]:
    """How many lines became what, and the newest of those without an answer."""
    lines = _lines(period)
    counts = select(lines.c.became, func.count().label("n")).group_by(lines.c.became)
    newest = (
        select(lines.c.id).where(lines.c.became == "unanswered").order_by(lines.c.id.desc()).limit(SHOWN).subquery()
    )
    answers, ids = dict.fromkeys(ANSWERS, 0), []
    for became, number in db.session.execute(union_all(counts, select(literal("line"), newest.c.id))):
        if became == "line":
            ids.append(number)
        else:
            answers[became] = number
    found = select(Message).where(Message.id.in_(ids)).order_by(Message.id.desc())
    return answers, list(db.session.scalars(found)) if ids else []


def _leads(period: Period) -> ColumnElement[bool]:
    return and_(period.holds(Lead.created_at), Lead.source.not_in((Source.TEST, Source.MANUAL)))


def _news(period: Period) -> dict[str, int]:
    """A lead is told once somebody knows of it; it is given up where nobody does and nothing more is tried.

    The notices of a duplicate are with the lead that it has been made part of.
    """
    bearer = func.coalesce(Lead.merged_into_id, Lead.id)
    notice = select(Delivery.id).where(Delivery.lead_id == bearer, Delivery.event == "lead.created").correlate(Lead)
    state = case(
        (notice.where(Delivery.state == DeliveryState.SENT).exists(), "told"),
        (notice.where(Delivery.state == DeliveryState.PENDING).exists(), "pending"),
        (notice.where(Delivery.state == DeliveryState.DEAD).exists(), "given_up"),
        else_="untold",
    )
    each = select(state.label("state")).select_from(Lead).where(_leads(period)).subquery()
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
