"""Numbers on a company's row that grow with what its pages show, so that an open page asks for a number alone.

They grow once a transaction, by its last statement: the row is everybody's, and who writes it makes all other turns of
the company wait until his commit.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Update, event, update
from sqlalchemy.orm import Session, SessionTransaction

from leadbot import plain
from leadbot.db import db
from leadbot.models import Company

BOARD, LIST = "board_version", "inbox_version"


def grow(version: str) -> None:
    """What this version stands for shows something else from the caller's commit on."""
    db.session.info.setdefault("grows", set()).add(version)


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    if not session.in_nested_transaction() and (versions := session.info.pop("grows", None)):
        session.flush()  # other rows are locked before the company's, here as everywhere
        plain.run(_growth(frozenset(versions)))


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, before: SessionTransaction) -> None:
    if not before.nested:
        session.info.pop("grows", None)


@cache
def _growth(versions: frozenset[str]) -> Update:
    companies = plain.table(Company)
    grown = {version: companies.c[version] + 1 for version in sorted(versions)}
    return update(companies).where(plain.own(Company)).values(grown)
