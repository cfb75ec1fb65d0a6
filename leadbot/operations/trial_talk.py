"""Holding a written dialogue with the whole chat service, to see what lead it ends with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from leadbot.conversations import chat, talks
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Lead, Source


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What a dialogue ended with: its lead, if it made one, and the language of the talk."""

    lead: Lead | None
    language: str | None


def hold(turns: Sequence[str]) -> TrialOutcome:
    """Say all `turns` to the bot of a new company, let the talk go silent, and give what came of it.

    Meant for a database that is thrown away: each call leaves a company behind, so that no dialogue meets another's
    clients.
    """
    db.session.remove()
    company = Company(name="Лидбот", slug=f"trial-{secrets.token_hex(8)}")  # hundreds of them: no two alike
    db.session.add(company)
    db.session.flush()
    tenancy.act_for(company.id)
    db.session.commit()
    for text in turns:
        chat.receive(chat.Incoming(Source.API, "client", text))
    talk = talks.find(Source.API, "client")
    if talk is None:
        return TrialOutcome(None, None)
    chat.finish_idle(talk)
    lead = db.session.scalars(select(Lead).order_by(Lead.id.desc()).limit(1)).first()
    return TrialOutcome(lead, talk.language)
