"""The one place that keeps companies apart.

The readable half: a door calls `act_for(company_id)` in its authentication hook. The net, in three layers:

1. The session: every ORM statement gets the criterion `company_id = <who is acted for>`, a bound parameter that is
   asked for its value at each execution; what a flush writes is checked row by row.
2. The connection: every UPDATE and DELETE built with SQLAlchemy over an owned table gets that criterion too, those of a
   flush among them, so a row is only ever changed where the database finds it to be ours.
3. The SQL itself, whoever wrote it, is read by a parser (`sql_net`) and refused with `Unscoped` where an owned
   table doesn't bear the criterion. The setting TENANCY_NET switches this layer.

The one way out is the block `all_companies()`; a test lists who uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask import has_app_context
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Integer,
    Table,
    Update,
    bindparam,
    event,
    inspect,
)
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, object_session, with_loader_criteria

from leadbot.database.owned import Owned, Tenant
from leadbot.database.session import Base, db
from leadbot.database.sql_net import Net
from leadbot.database.sql_net import Unscoped as Unscoped

_is_for_all: ContextVar[bool] = ContextVar("is_for_all", default=False)


def act_for(company_id: int) -> None:
    """From now on the session sees and writes one company's rows only. Raises Unscoped with unsaved changes about."""
    session = db.session()
    before = session.info.get("company_id")
    if before not in (None, company_id):
        if session.new or session.dirty or session.deleted:
            raise Unscoped("unsaved changes of another company")
        session.expunge_all()  # the identity map would hand out what it already holds
    session.info["company_id"] = company_id
    _let_go_of_others(session, company_id)


def act_through(door: str) -> None:
    """From now on what is done in this session came in by a door that a lead's history names, such as Telegram."""
    db.session().info["door"] = door


def door() -> str | None:
    """The door that `act_through` has named; None for the pages."""
    named: str | None = db.session().info.get("door")
    return named


def acting_for() -> int:
    """The company the session acts for. Raises Unscoped where nobody said."""
    company_id = acting()
    if company_id is None:
        raise Unscoped("no company to act for")
    return company_id


@contextmanager
def all_companies() -> Iterator[None]:
    """In this block a statement sees the rows of all companies, and one that changes rows says itself whose it means.

    Objects are another matter: a flush writes only rows of the company that is acted for, inside as outside. Who found
    a row in here and wants to change it calls `act_for` first. After the block the session holds no object of another
    company, if it acts for one.
    """
    token = _is_for_all.set(True)
    try:
        yield
    finally:
        _is_for_all.reset(token)
        company_id = acting()
        if company_id is not None and not _is_for_all.get():
            _let_go_of_others(db.session(), company_id)


def is_own(kind: type[Owned | Tenant]) -> ColumnElement[bool]:
    """The criterion of the acting company, for a statement over a class or its table that is written by hand.

    It may be built once and run for many companies: whose rows are meant is asked at each execution.
    """
    return _column(cast(Table, inspect(kind).local_table)) == ACTING


def scoped(statement: Any) -> Any:
    """An ORM statement that is built once and asked often, with the criterion in it; elsewhere it is added to each."""
    return statement.options(*_CRITERIA).execution_options(bears_criterion=True)


def guard(session_class: Any, engine: Engine, *, reads_sql: bool = True) -> None:
    """Hang the net up; a session class that several applications share gets one net.

    `reads_sql`: the layer that reads the SQL itself, see TENANCY_NET.
    """
    event.listen(engine, "before_execute", _scope_writing, retval=True)
    if reads_sql:
        event.listen(engine, "before_cursor_execute", _read_sql)
    if not event.contains(session_class, "do_orm_execute", _scope):
        event.listen(session_class, "do_orm_execute", _scope)
        event.listen(session_class, "before_flush", _check_flush)
        for moment in ("before_insert", "before_update", "before_delete"):
            event.listen(Owned, moment, _check_row, propagate=True)


def acting() -> int | None:
    """Whom the session acts for. Nobody, as NULL in a criterion, finds nothing."""
    return db.session().info.get("company_id") if has_app_context() else None


ACTING = bindparam("acting_company", callable_=acting, type_=Integer)
_CRITERIA = (
    with_loader_criteria(Owned, lambda kind: kind.company_id == ACTING, include_aliases=True),
    with_loader_criteria(Tenant, lambda kind: kind.id == ACTING, include_aliases=True),
)


def _scope(state: ORMExecuteState) -> None:
    """Add the company's criterion to an ORM statement."""
    if _is_for_all.get() or not (state.is_select or state.is_update or state.is_delete):
        return
    if state.execution_options.get("bears_criterion") and not state.is_column_load:
        return
    statement = cast(Any, state.statement).options(*_CRITERIA)
    if state.is_column_load and state.bind_mapper is not None:  # SQLAlchemy leaves criteria out of a refresh
        statement = statement.where(*_own_rows(state.bind_mapper))
    state.statement = statement


@cache
def _own_rows(mapper: Mapper[Any]) -> tuple[ColumnElement[bool], ...]:
    return (is_own(mapper.class_),) if issubclass(mapper.class_, Owned | Tenant) else ()


@cache
def owned_tables() -> dict[str, str]:
    """By table the column that says whose a row is."""
    kinds: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    owned = {kind.__tablename__: "company_id" for kind in kinds if issubclass(kind, Owned)}
    return owned | {kind.__tablename__: "id" for kind in kinds if issubclass(kind, Tenant)}


def _column(table: Any) -> ColumnElement[int]:
    """Of a table, or an alias of one."""
    column: ColumnElement[int] = table.c[owned_tables()[getattr(table, "element", table).name]]
    return column


def _scope_writing(
    connection: Connection, statement: Any, multiparams: Any, params: Any, options: Any
) -> tuple[Any, Any, Any]:
    """Add the company's criterion to what changes rows, whether a flush or a hand wrote it."""
    if isinstance(statement, Update | Delete) and not _is_for_all.get():
        table: Any = statement.table
        if getattr(table, "element", table).name in owned_tables():
            scoped = _scoped.get(statement)
            if scoped is None:
                scoped = _scoped[statement] = statement.where(_column(table) == ACTING)
            statement = scoped
    return statement, multiparams, params


# A flush has its statements once for each mapper: what was compiled for one is found again by the same object.
_scoped: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


@cache
def _net() -> Net:
    return Net(owned_tables())


def _read_sql(connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, executemany: bool) -> None:
    """Every owned table in the SQL bears the acting company's criterion, or the SQL does not run."""
    if not _is_for_all.get():
        _net().check(sql, connection.dialect.name, parameters, acting())


def _check_flush(session: Session, context: Any, instances: Any) -> None:
    """Fill in the company of new rows; refuse rows of another company and rows that change theirs."""
    company_id = session.info.get("company_id")
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Owned):
            if row in session.new and row.company_id is None:
                row.company_id = acting_for()
            _refuse_foreign(row, company_id)
        elif isinstance(row, Tenant) and row not in session.new and row.id != company_id:
            raise Unscoped("another company's record")


def _check_row(mapper: Mapper[Any], connection: Connection, row: Owned) -> None:
    """Once more as it is written: by then a relationship may have given it another company."""
    session = object_session(row)
    _refuse_foreign(row, session.info.get("company_id") if session else None)


def _refuse_foreign(row: Owned, company_id: int | None) -> None:
    if row.company_id != company_id:
        raise Unscoped(f"{type(row).__name__} of another company")
    state = inspect(row)
    if state.persistent and state.attrs.company_id.history.has_changes():
        raise Unscoped(f"{type(row).__name__} can't move to another company")


def _let_go_of_others(session: Session, company_id: int) -> None:
    """The identity map would hand out what a block for all companies has left in it."""
    for row in session.identity_map.values():
        column = "id" if isinstance(row, Tenant) else "company_id"
        if isinstance(row, Owned | Tenant) and inspect(row).dict.get(column, company_id) != company_id:
            session.expunge(row)
