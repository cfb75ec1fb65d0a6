"""Numbers on a company's row that grow with what its pages show, so that an open page asks for a number alone.

They grow once a transaction, by its last statement: the row is everybody's, and who writes it makes all other turns of
the company wait until his commit.
"""

from __future__ import annotations

from sqlalchemy import Integer, bindparam, event, update
from sqlalchemy.orm import Session, SessionTransaction

from leadbot.database import counters, tenancy
from leadbot.database.session import db
from leadbot.models import Company

BOARD, LIST = "board_version", "inbox_version"
# Built once: every turn asks it.
_GROW = tenancy.scoped(
    update(Company)
    .where(Company.id == bindparam("grown"))
    .values({each: getattr(Company, each) + bindparam(f"{each}_by", type_=Integer) for each in (BOARD, LIST)})
    .execution_options(synchronize_session=False)
)


def grow(version: str) -> None:
    """What this version stands for shows something else from the caller's commit on."""
    db.session.info.setdefault("grows", set()).add(version)


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    if not session.in_nested_transaction() and (versions := session.info.pop("grows", None)):
        session.flush()  # other rows are locked before the company's, here as everywhere
        company_id = tenancy.acting_for()
        session.execute(_GROW, {"grown": company_id, **{f"{each}_by": each in versions for each in (BOARD, LIST)}})
        if held := session.identity_map.get(session.identity_key(Company, company_id)):
            session.expire(
                held, (BOARD, LIST, *counters.COLUMNS.values())
            )  # to be read anew: the database counts leads


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, before: SessionTransaction) -> None:
    if not before.nested:
        session.info.pop("grows", None)
