"""The company that the session acts for."""

from __future__ import annotations

from sqlalchemy import select

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company


def company() -> Company:
    """Its row, mostly held already: it was read with the person who asks.

    Raises Unscoped where nobody said whose the session is, NoResultFound where it is gone.
    """
    return db.session.get_one(Company, tenancy.acting_for())


def locked_company() -> Company:
    """Its row as it stands now; nobody else changes its settings until the commit."""
    mine = select(Company).where(Company.id == tenancy.acting_for()).with_for_update()
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()
