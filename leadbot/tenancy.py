"""The one place that keeps companies apart.

The readable half: a door calls `act_for(company_id)` in its authentication hook. The net: the session's
listener adds the company's criterion to every ORM statement (`leads.company_id = acting_company`), and the engine's
listener reads the very SQL that is about to run: it writes the company's number in the place of that word, and each
owned table must then bear the criterion (`leads.company_id = 7`), or the statement is refused with `Unscoped`. So plain
Core, textual SQL, bulk methods and bare connections don't get past it, however they came about. Flushes are looked at
row by row instead.

The ways out are few: a statement with the option `all_companies=True`; a test lists who uses it.
"""

from __future__ import annotations

import re
from collections import Counter
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    event,
    inspect,
    literal_column,
)
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria

from leadbot.db import Base, db
from leadbot.models.company import Company
from leadbot.models.owned import Owned

ALL_COMPANIES = {"all_companies": True}
_WORD = "acting_company"  # stands in SQL for the number of the company that is acted for
ACTING: ColumnElement[int] = literal_column(_WORD, Integer)
_flush_checked: ContextVar[bool] = ContextVar("flush_checked", default=False)
_MOVES = re.compile(r"UPDATE\b.*?\bSET\b(?:(?!\bWHERE\b).)*\bcompany_id\s*=", re.IGNORECASE | re.DOTALL)
# PostgreSQL's lock at the end of a select names tables that the select has named, and scoped, already.
_LOCK = re.compile(r"\sFOR UPDATE OF [\w\", ]+$")


class Unscoped(Exception):
    """A statement or a write that would cross, or can't be held to, the line between companies."""


def act_for(company_id: int) -> None:
    """From now on the session sees and writes one company's rows only. Raises Unscoped with unsaved changes about."""
    session = db.session()
    before = session.info.get("company_id")
    if before not in (None, company_id):
        if session.new or session.dirty or session.deleted:
            raise Unscoped("unsaved changes of another company")
        session.expunge_all()  # the identity map would hand out what it already holds
    session.info["company_id"] = company_id


def acting_for() -> int:
    """The company the session acts for. Raises Unscoped where nobody said."""
    company_id: int | None = db.session().info.get("company_id")
    if company_id is None:
        raise Unscoped("no company to act for")
    return company_id


def guard(session_class: Any, engine: Engine) -> None:
    """Hang the net up; a session class that several applications share gets one net."""
    event.listen(engine, "before_cursor_execute", _read_sql, retval=True)
    if not event.contains(session_class, "do_orm_execute", _scope):
        event.listen(session_class, "do_orm_execute", _scope)
        event.listen(session_class, "before_flush", _check_flush)
        event.listen(session_class, "after_flush", _flush_is_over)
        event.listen(session_class, "after_soft_rollback", _flush_is_over)
        event.listen(session_class, "after_begin", _keep_connection)
        for moment in ("after_transaction_create", "after_transaction_end", "after_soft_rollback"):
            event.listen(session_class, moment, _forget_connection)


def _scope(state: ORMExecuteState) -> None:
    """Add the company's criterion to an ORM statement."""
    if state.is_column_load:  # more of a row that the session already holds
        state.update_execution_options(**ALL_COMPANIES)
    company_id = state.session.info.get("company_id")
    if company_id is None:
        return
    state.update_execution_options(company_id=company_id)
    if not state.execution_options.get("all_companies") and (state.is_select or state.is_update or state.is_delete):
        state.statement = _scoped(state.statement)


# A statement that is built once is scoped once, by the criteria of its own tables; SQLAlchemy then knows it again by
# its object. A statement that is gone takes its entry with it.
_seen: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def _scoped(statement: Any) -> Any:
    if statement not in _seen:  # perhaps built for this one time: not worth a look at its tables
        _seen[statement] = None
        return statement.options(*_criteria().values())
    if _seen[statement] is None:
        tables = {table.lower() for table, _ in _table_in_sql().findall(str(statement))}
        _seen[statement] = statement.options(*(one for table, one in _criteria().items() if table in tables))
    return _seen[statement]


@cache
def _criteria() -> dict[str, Any]:
    """By table."""
    return {
        kind.__table__.name: with_loader_criteria(kind, column == ACTING, include_aliases=True)
        for kind, column in _owned_columns().items()
    }


@cache
def _owned_columns() -> dict[Any, Any]:
    """By class the column that says whose a row is."""
    owned = {
        mapper.class_: mapper.class_.company_id for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)
    }
    return {**owned, Company: Company.id}


@cache
def _table_in_sql() -> re.Pattern[str]:
    """An owned table where SQL names it as a table, not as the table of a column, with its alias."""
    names = "|".join(sorted(inspect(kind).local_table.name for kind in _owned_columns()))
    return re.compile(rf'(?<![\w."])"?({names})"?(?![\w."])(?:\s+AS\s+"?(\w+)"?)?', re.IGNORECASE)


def _read_sql(
    connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    """The net: every owned table in the SQL bears the acting company's criterion, or the SQL does not run."""
    options = context.execution_options if context else {}
    company_id = options.get("company_id")
    sql = sql.replace(_WORD, str(company_id))
    if not _flush_checked.get() and not options.get("all_companies"):
        _verify(sql, company_id)
    return sql, parameters


@lru_cache(maxsize=4096)
def _verify(sql: str, company_id: int | None) -> None:
    named = Counter((table.lower(), alias or table) for table, alias in _table_in_sql().findall(_LOCK.sub("", sql)))
    for (table, name), times in named.items():
        if company_id is None:
            raise Unscoped(f"{table} with no company to act for")
        column = "id" if table == "companies" else "company_id"
        if len(re.findall(rf"\b{name}\.{column} = {company_id}(?!\d)", sql)) < times:
            raise Unscoped(f"{table} without the company's criterion")
    if named and _MOVES.match(sql):
        raise Unscoped("a row can't move to another company")


def _check_flush(session: Session, context: Any, instances: Any) -> None:
    """Fill in the company of new rows; refuse rows of another company and rows that change theirs."""
    company_id = session.info.get("company_id")
    for row in (*session.new, *session.dirty, *session.deleted):
        is_new = row in session.new
        if isinstance(row, Owned):
            if is_new and row.company_id is None:
                row.company_id = acting_for()
            if row.company_id != company_id:
                raise Unscoped(f"{type(row).__name__} of another company")
            if not is_new and inspect(row).attrs.company_id.history.has_changes():
                raise Unscoped(f"{type(row).__name__} can't move to another company")
        elif isinstance(row, Company) and not is_new and row.id != company_id:
            raise Unscoped("another company's record")
    _flush_checked.set(True)


def _flush_is_over(session: Session, context: Any) -> None:
    _flush_checked.set(False)


def _keep_connection(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """For plain statements: to ask the session for it costs as much as a third of one."""
    session.info["connection"] = connection


def _forget_connection(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint too is made by the session when it is asked for its connection."""
    session.info.pop("connection", None)
