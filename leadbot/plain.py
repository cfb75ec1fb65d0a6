"""Plain statements for what every request reads and writes, held to the acting company like all others.

They go over tables, are built once, and know objects again as the session does; the session's own loading and flush
cost two or three times as much. The rest of the house keeps to the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Session, class_mapper
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError

from leadbot.db import db
from leadbot.models.company import Company
from leadbot.models.owned import Owned
from leadbot.tenancy import ACTING, ALL_COMPANIES, Unscoped, acting_for

T = TypeVar("T", bound=Owned | Company)


def put(kind: type[Owned], *rows: Mapping[str, Any], want_ids: bool = False) -> list[int]:
    """Write rows down for the acting company, by one plain statement; their ids in their order where they are wanted.

    A third of what the session's flush costs. All rows name the same columns. What the session holds unsaved is not
    written before.
    """
    connection, company_id = _acting(db.session())
    values = [{**row, "company_id": company_id} for row in rows]
    if not values:
        return []
    written = connection.execute(_insert(table(kind), want_ids), values, execution_options=ALL_COMPANIES)
    return list(written.scalars()) if want_ids else []


@cache
def _insert(into: Table, want_ids: bool) -> Insert:
    return insert(into).returning(into.c.id, sort_by_parameter_order=True) if want_ids else insert(into).inline()


def save(row: Owned) -> None:
    """Write down what has changed of a stored row, by one plain statement: a third of what the session's flush costs.

    Raises StaleDataError where the row is gone, Unscoped where it is another company's.
    """
    state = instance_state(row)
    changed = {key: state.dict[key] for key, before in state.committed_state.items() if state.dict[key] != before}
    if row.company_id != acting_for() or "company_id" in changed:
        raise Unscoped(f"{type(row).__name__} of another company")
    kind: Any = type(row)
    if changed and run(_update(kind), row_id=row.id, **changed).rowcount != 1:
        raise StaleDataError(f"{type(row).__name__} {row.id} is gone")
    _see(db.session(), row, {})


@cache
def _update(kind: Any) -> Update:
    return update(table(kind)).where(own(kind), table(kind).c.id == bindparam("row_id"))


def begin(kind: type[T], values: Mapping[str, Any]) -> T:
    """Write a row down for the acting company and hold its object, by one plain statement."""
    session = db.session()
    connection, company_id = _acting(session)
    mine = {**values, "company_id": company_id}
    written = connection.execute(_insert_whole(table(kind)), mine, execution_options=ALL_COMPANIES)
    return _held(session, kind, written.one()._mapping)


@cache
def _insert_whole(into: Table) -> Insert:
    return insert(into).returning(into)


def find(kind: type[T], statement: Select[Any], **values: Any) -> T | None:
    """The object whose whole row a plain statement finds, as it stands there; None where it finds none.

    A third of what the session's own loading costs.
    """
    row = run(statement, **values).one_or_none()
    return None if row is None else _held(db.session(), kind, row._mapping)


def find_of_any(statement: Select[Any], *kinds: Any, **values: Any) -> tuple[Any, ...] | None:
    """The objects of these classes whose whole rows, one table after the other, a plain statement finds in whatever
    company; None where it finds none."""
    session = db.session()
    row = _connection(session).execute(statement, values, execution_options=ALL_COMPANIES).one_or_none()
    if row is None:
        return None
    cells = iter(row)  # each class takes as many of them as its table has columns
    return tuple(_held(session, kind, dict(zip(_columns(kind), cells, strict=False))) for kind in kinds)


@cache
def _columns(kind: Any) -> tuple[str, ...]:
    return tuple(table(kind).c.keys())


def company() -> Company:
    """The company the session acts for, mostly held already: it was read with the person who asks.

    Raises Unscoped where nobody said whose the session is, NoResultFound where it is gone.
    """
    session = db.session()
    held = session.identity_map.get(class_mapper(Company).identity_key_from_primary_key((acting_for(),)))
    if held is not None and not instance_state(held).expired:
        return held
    return _held(session, Company, run(_COMPANY).one()._mapping)


def locked_company() -> Company:
    """The company as it stands now; nobody else changes its settings until the commit."""
    found = select(Company).where(Company.id == acting_for()).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def _held(session: Session, kind: type[T], values: Mapping[Any, Any]) -> T:
    """What the session holds of a row, brought up to date unless it holds changes; a new object where it holds none."""
    mapper = class_mapper(kind)
    key = mapper.identity_key_from_primary_key((values["id"],))
    row = session.identity_map.get(key)
    if row is None:  # as the session's own loading does it
        row = mapper.class_manager.new_instance()
        state = instance_state(row)
        state.key, state.session_id = key, session.hash_key
        session.identity_map.add(state)
    if not instance_state(row).modified:
        _see(session, row, values)
    return row


def reread(row: Owned) -> None:
    """See a stored row as it stands now, by one plain statement, and keep others from changing it until the commit.

    Raises NoResultFound where it is gone.
    """
    [row_id] = instance_state(row).identity or (row.id,)  # known without reading the row first
    _see(db.session(), row, run(_locked(cast(Any, type(row))), row_id=row_id).one()._mapping)


@cache
def _locked(kind: Any) -> Select[Any]:
    return select(table(kind)).where(own(kind), table(kind).c.id == bindparam("row_id")).with_for_update()


def _see(session: Session, row: Owned | Company, values: Mapping[Any, Any]) -> None:
    """Take values for what is stored, as a load or a flush does."""
    state = instance_state(row)
    state.dict.update(values)
    state._commit_all(state.dict, session.identity_map)


def run(statement: Executable, **values: Any) -> CursorResult[Any]:
    """Run a plain statement over tables, built once, that says whose rows it means by `own`.

    Half of what one over classes costs. What the session holds unsaved is not written before.
    """
    connection, company_id = _acting(db.session())
    return connection.execute(statement, values, execution_options={"company_id": company_id})


def _acting(session: Session) -> tuple[Connection, int]:
    """The connection of the session's transaction, and the company it acts for. Raises Unscoped where nobody said."""
    company_id = session.info.get("company_id")
    if company_id is None:
        raise Unscoped("no company to act for")
    return _connection(session), company_id


def _connection(session: Session) -> Connection:
    return session.info.get("connection") or session.connection()


def own(kind: type[Owned | Company]) -> ColumnElement[bool]:
    """The criterion of the acting company for a statement that is given to `run`."""
    column = table(kind).c["id" if kind is Company else "company_id"]
    return column == ACTING


def table(kind: type[Any]) -> Table:
    """The table of a class, for statements that are given to `run`."""
    return cast(Table, inspect(kind).local_table)


_COMPANY = select(Company.__table__).where(own(Company))
