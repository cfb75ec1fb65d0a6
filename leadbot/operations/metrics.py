"""The numbers by which an operator sees whether this copy works: sums over all companies, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, case, func, select, update

from leadbot.bot.budget import ALL_CLIENTS
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.events import RowsErased
from leadbot.models import Author, Delivery, DeliveryState, Lead, Message, ModelUsage, RunningCount

BATCH = 50_000  # numbers counted in one transaction
SETTLED = timedelta(minutes=10)  # longer than any transaction


@dataclass(frozen=True, slots=True)
class Vitals:
    """`answered` is by the engine that answered, `leads` by source; times in seconds."""

    received: int
    answered: dict[str, int]
    leads: dict[str, int]
    deliveries: dict[str, int]
    outbox_age_seconds: float  # of the notice that waits longest beyond its time; 0 where none does
    tokens_in: int
    tokens_out: int


def read() -> Vitals:
    """All of them, as they are now."""
    messages, leads = (_total(name) for name in _COUNTED)
    states = _by(select(Delivery.state, func.count()).group_by(Delivery.state))
    tokens = select(func.sum(ModelUsage.tokens_in), func.sum(ModelUsage.tokens_out))
    tokens_in, tokens_out = _rows(tokens.where(ModelUsage.bot_user_id == ALL_CLIENTS))[0]
    try:
        return Vitals(
            received=messages.pop(_RECEIVED, 0),
            answered=messages,
            leads=leads,
            deliveries={state.value: states.get(state.value, 0) for state in DeliveryState},
            outbox_age_seconds=outbox_age_seconds(),
            tokens_in=int(tokens_in or 0),
            tokens_out=int(tokens_out or 0),
        )
    finally:
        db.session.rollback()


def count_on() -> None:
    """Carry the running counts on, a batch at a time; the worker calls this now and then.

    What is counted stays counted, whatever is erased: totals never fall. Counted are the numbers up to what was the
    highest SETTLED ago: whoever took a lower one has committed it by now or never will.
    """
    for name in _COUNTED:
        while _count_some(name):
            pass


def _count_some(name: str) -> bool:
    """One batch; True where more is left to be counted now."""
    table = _COUNTED[name][0]
    running = db.session.get(RunningCount, name, with_for_update=True, populate_existing=True)
    if running is None:
        running = RunningCount(name=name, upto_id=0, next_id=0, next_at=utcnow() - SETTLED, counts={})
        db.session.add(running)
    is_left = running.next_at <= utcnow() - SETTLED
    if is_left:
        last = min(running.next_id, running.upto_id + BATCH)
        come = _counted(name, table.id > running.upto_id, table.id <= last)
        running.counts, running.upto_id = _added(running.counts, come), last
        if last == running.next_id:
            running.next_id, running.next_at, is_left = _highest(table), utcnow(), False
    db.session.commit()
    return is_left


def forget_gone(event: RowsErased | None = None) -> None:
    """After rows were deleted: SQLite gives the highest numbers again, and who gets them is to be counted too. Part of
    the caller's transaction."""
    for name, (table, _) in _COUNTED.items():
        highest = _highest(table)
        changed = update(RunningCount).where(RunningCount.name == name)
        for column in (RunningCount.upto_id, RunningCount.next_id):
            db.session.execute(changed.where(column > highest).values({column: highest}))


_RECEIVED = "received"
# By name: the table whose rows are counted, and by what; a client's line has no engine.
_COUNTED: dict[str, tuple[Any, Any]] = {
    "messages": (Message, case((Message.author == Author.CLIENT, _RECEIVED), else_=Message.engine)),
    "leads": (Lead, Lead.source),
}


def _total(name: str) -> dict[str, int]:
    """What was counted so far, and what has come since."""
    running = _rows(select(RunningCount.upto_id, RunningCount.counts).where(RunningCount.name == name))
    upto_id, counts = running[0] if running else (0, {})
    return _added(counts, _counted(name, _COUNTED[name][0].id > upto_id))


def _counted(name: str, *which: ColumnElement[bool]) -> dict[str, int]:
    kind = _COUNTED[name][1].label("kind")
    return _by(select(kind, func.count()).where(*which, kind.is_not(None)).group_by(kind))


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted(one.keys() | other.keys())}


def _highest(table: Any) -> int:
    return int(_rows(select(func.coalesce(func.max(table.id), 0)))[0][0])


def outbox_age_seconds() -> float:
    """How long the notice waits that should have been carried out first."""
    due_first: datetime | None = _rows(
        select(func.min(Delivery.next_at)).where(Delivery.state == DeliveryState.PENDING)
    )[0][0]
    return max(0.0, (utcnow() - due_first).total_seconds()) if due_first else 0.0


def _by(statement: Executable) -> dict[str, int]:
    return {str(getattr(name, "value", name)): int(count) for name, count in _rows(statement)}


def _rows(statement: Executable) -> list[Any]:
    with tenancy.all_companies():
        return list(db.session.execute(statement).all())
