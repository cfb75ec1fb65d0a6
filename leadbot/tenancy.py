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
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    event,
    insert,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, class_mapper, with_loader_criteria
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError

from leadbot.db import Base, db
from leadbot.models.company import Company
from leadbot.models.owned import Owned

T = TypeVar("T", bound=Owned)
ALL_COMPANIES = {"all_companies": True}
ACTING = "acting_company"  # stands in SQL for the number of the company that is acted for
_ACTING: ColumnElement[int] = literal_column(ACTING, Integer)
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


def put(kind: type[Owned], *rows: Mapping[str, Any], want_ids: bool = False) -> list[int]:
    """Write rows down for the acting company, by one plain statement; their ids in their order where they are wanted.

    A third of what the session's flush costs. All rows name the same columns. What the session holds unsaved is not
    written before.
    """
    connection, company_id = _acting()
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
    _see(row, {})


@cache
def _update(kind: Any) -> Update:
    return update(table(kind)).where(own(kind), table(kind).c.id == bindparam("row_id"))


def begin(kind: type[T], values: Mapping[str, Any]) -> T:
    """Write a row down for the acting company and hold its object, by one plain statement."""
    connection, company_id = _acting()
    mine = {**values, "company_id": company_id}
    written = connection.execute(_insert_whole(table(kind)), mine, execution_options=ALL_COMPANIES)
    return _held(kind, written.one()._mapping)


@cache
def _insert_whole(into: Table) -> Insert:
    return insert(into).returning(into)


def find(kind: type[T], statement: Select[Any], **values: Any) -> T | None:
    """The object whose whole row a plain statement finds, as it stands there; None where it finds none.

    A third of what the session's own loading costs.
    """
    row = run(statement, **values).one_or_none()
    return None if row is None else _held(kind, row._mapping)


def _held(kind: type[T], values: Mapping[Any, Any]) -> T:
    """What the session holds of a row, brought up to date; a new object where it holds none yet."""
    session, mapper = db.session(), class_mapper(kind)
    key = mapper.identity_key_from_primary_key((values["id"],))
    row = session.identity_map.get(key)
    if row is None:  # as the session's own loading does it
        row = mapper.class_manager.new_instance()
        state = instance_state(row)
        state.key, state.session_id = key, session.hash_key
        session.identity_map.add(state)
    _see(row, values)
    return row


def reread(row: Owned) -> None:
    """See a stored row as it stands now, by one plain statement, and keep others from changing it until the commit.

    Raises NoResultFound where it is gone.
    """
    [row_id] = instance_state(row).identity or (row.id,)  # known without reading the row first
    _see(row, run(_locked(cast(Any, type(row))), row_id=row_id).one()._mapping)


@cache
def _locked(kind: Any) -> Select[Any]:
    return select(table(kind)).where(own(kind), table(kind).c.id == bindparam("row_id")).with_for_update()


def _see(row: Owned, values: Mapping[Any, Any]) -> None:
    """Take values for what is stored, as a load or a flush does."""
    state = instance_state(row)
    state.dict.update(values)
    state._commit_all(state.dict, db.session.identity_map)


def run(statement: Executable, **values: Any) -> CursorResult[Any]:
    """Run a plain statement over tables, built once, that says whose rows it means by `own`.

    Half of what one over classes costs. What the session holds unsaved is not written before.
    """
    connection, company_id = _acting()
    return connection.execute(statement, values, execution_options={"company_id": company_id})


def _acting() -> tuple[Connection, int]:
    """The connection of the session's transaction, and the company it acts for. Raises Unscoped where nobody said."""
    session = db.session()
    company_id = session.info.get("company_id")
    if company_id is None:
        raise Unscoped("no company to act for")
    return session.info.get("connection") or session.connection(), company_id


def own(kind: type[Owned | Company]) -> ColumnElement[bool]:
    """The criterion of the acting company for a statement that is given to `run`."""
    column = table(kind).c["id" if kind is Company else "company_id"]
    return column == _ACTING


def table(kind: type[Owned | Company]) -> Table:
    """The table of a class, for statements that are given to `run`."""
    return cast(Table, inspect(kind).local_table)


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
        kind.__table__.name: with_loader_criteria(kind, column == _ACTING, include_aliases=True)
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
    sql = sql.replace(ACTING, str(company_id))
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
