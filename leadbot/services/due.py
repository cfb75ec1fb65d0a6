"""Rows whose time has come, whichever company they are of: one after another, each on behalf of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from leadbot import tenancy
from leadbot.db import db, utcnow
from leadbot.models import Company

BATCH = 50

log = logging.getLogger(__name__)


def each(due_at: InstrumentedAttribute[Any], do: Callable[[int], object], *conditions: ColumnElement[bool]) -> int:
    """Do it with the id of every row that is due, longest waiting first, each in a transaction of its own.

    Returns how often that came to something. One that fails holds up no other; the worker will call again.
    """
    kind: Any = due_at.class_
    of_company = kind is Company
    rows = (
        select(kind.id, kind.id)
        if of_company
        else select(kind.id, kind.company_id).join(Company, Company.id == kind.company_id)
    )
    found = rows.where(Company.is_active, due_at <= utcnow(), *conditions).order_by(due_at).limit(BATCH)
    with tenancy.all_companies():
        waiting = [tuple(row) for row in db.session.execute(found)]
    db.session.rollback()
    done = 0
    for row_id, company_id in waiting:
        tenancy.act_for(company_id)
        try:
            done += bool(do(row_id))
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("%s %s is due and could not be carried on", kind.__tablename__, row_id)
    return done
