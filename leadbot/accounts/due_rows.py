"""Rows whose time has come, whichever company they are of: one after another, each on behalf of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from leadbot.database import tenancy
from leadbot.database.outage import Backoff, OnceAMinute
from leadbot.database.session import db, read_only, utcnow
from leadbot.models import Company
from leadbot.state import state

BATCH = 50
PUT_OFF_SECONDS, PUT_OFF_MOST_SECONDS = 10, 3600
LOOKED_PAST_MOST = 5000  # databases take so many values in a statement

log = logging.getLogger(__name__)
_spoken = OnceAMinute()


def each(due_at: InstrumentedAttribute[Any], do: Callable[[int], object], *conditions: ColumnElement[bool]) -> int:
    """Do it with the id of every row that is due, longest waiting first, each in a transaction of its own.

    Returns how often that came to something. One that fails is put off and looked past, so that the others get their
    turn however many fail; the worker will call again.
    """
    kind: Any = due_at.class_
    what = str(due_at)
    failing = _failing_rows(what)
    of_company = kind is Company
    rows = (
        select(kind.id, kind.id)
        if of_company
        else select(kind.id, kind.company_id).join(Company, Company.id == kind.company_id)
    )
    found = rows.where(
        Company.is_active, due_at <= utcnow(), kind.id.not_in(failing.put_off()[:LOOKED_PAST_MOST]), *conditions
    )
    first = found.order_by(due_at, kind.id).limit(BATCH)
    with read_only(), tenancy.all_companies():
        waiting = [tuple(row) for row in db.session.execute(first)]
    done = 0
    for row_id, company_id in waiting:
        try:
            tenancy.act_for(company_id)
            db.session.expire_all()  # others may have changed what the row before has read
            done += bool(do(row_id))
            db.session.commit()
        except Exception:
            db.session.rollback()
            failing.failed(row_id)
            if _spoken.may_say(what):
                log.exception("%s of row %s is due and could not be carried on", what, row_id)
        else:
            failing.succeeded(row_id)
    return done


def _failing_rows(what: str) -> Backoff[int]:
    """The rows of this application that failed lately, kept in the worker's memory."""
    by_column: dict[str, Backoff[int]] = state().failing_rows
    return by_column.setdefault(what, Backoff(PUT_OFF_SECONDS, PUT_OFF_MOST_SECONDS))
