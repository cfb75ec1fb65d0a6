"""The numbers by which an operator sees whether this copy works: sums over all companies, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, func, select

from leadbot.bot.budget import ALL_CLIENTS
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Author, Delivery, DeliveryState, Lead, Message, ModelUsage


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
    by_engine = _by(select(Message.engine, func.count()).where(Message.engine.is_not(None)).group_by(Message.engine))
    of_clients = select(func.count()).select_from(Message).where(Message.author == Author.CLIENT)
    states = _by(select(Delivery.state, func.count()).group_by(Delivery.state))
    tokens = select(func.sum(ModelUsage.tokens_in), func.sum(ModelUsage.tokens_out))
    tokens_in, tokens_out = _rows(tokens.where(ModelUsage.bot_user_id == ALL_CLIENTS))[0]
    try:
        return Vitals(
            received=int(_rows(of_clients)[0][0]),
            answered=by_engine,
            leads=_by(select(Lead.source, func.count()).group_by(Lead.source)),
            deliveries={state.value: states.get(state.value, 0) for state in DeliveryState},
            outbox_age_seconds=outbox_age_seconds(),
            tokens_in=int(tokens_in or 0),
            tokens_out=int(tokens_out or 0),
        )
    finally:
        db.session.rollback()


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
