"""Sample leads: which ones they are. Made and taken away by `demo`; nobody is told of them, figures leave them out."""

from __future__ import annotations

from sqlalchemy import Select, select

from leadbot.database.session import db
from leadbot.models import BotUser, Lead, Source

PREFIX = "demo-"
CLIENTS = BotUser.source == Source.TEST, BotUser.client_ref.between("demo-", "demo.")


def leads() -> Select[Lead]:
    """The sample leads of the company."""
    talk = (Lead.company_id == BotUser.company_id) & (Lead.bot_user_id == BotUser.id)
    return select(Lead).join(BotUser, talk).where(*CLIENTS)


def is_sample(lead: Lead) -> bool:
    """Is this one of them?"""
    return lead.is_test and db.session.scalars(leads().where(Lead.id == lead.id)).first() is not None
