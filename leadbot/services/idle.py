"""Talks whose time has come, whichever company they are of: to nudge, to finish, to give back to the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from leadbot import tenancy
from leadbot.db import db, utcnow
from leadbot.models import Company, Conversation
from leadbot.services import chat, handoff, hot, talks

BATCH = 50


def nudge_due() -> int:
    """Remind the clients who fell silent in the hot lane; returns how many."""
    return _each(Conversation.nudge_due_at, hot.nudge)


def finish_due() -> int:
    """Register the talks whose time has come with what is known of them; returns how many leads came of it."""
    return _each(Conversation.idle_due_at, chat.finish_idle)


def return_due() -> int:
    """Give talks whose manager has fallen silent back to the bot; returns how many."""
    return _each(Conversation.return_due_at, handoff.give_back_silent)


def _each(due_at: InstrumentedAttribute[Any], do: Callable[[Conversation], object]) -> int:
    """Do it with every talk that is due; one that fails holds up no other."""
    due = (
        select(Conversation.id, Conversation.company_id)
        .join(Company, Company.id == Conversation.company_id)
        .where(Company.is_active, due_at <= utcnow())
        .order_by(due_at)
        .limit(BATCH)
    )
    waiting = [tuple(row) for row in db.session.execute(due, execution_options=tenancy.ALL_COMPANIES)]
    db.session.rollback()
    done = 0
    for talk_id, company_id in waiting:
        tenancy.act_for(company_id)
        try:
            talk = talks.get(talk_id)
            moment = getattr(talk, due_at.key)
            done += bool(moment and moment <= utcnow() and do(talk))
        except Exception:
            db.session.rollback()
            current_app.logger.exception("talk %s is due and could not be carried on", talk_id)
    return done
