"""Indexes in which parts of words are looked for. Each database has its own kind, so that no model can name them.

PostgreSQL: trigrams (pg_trgm), each with its company (btree_gin). Where the database's role may not create these two
extensions, searches read all texts of the company instead: slower, with the same answers. SQLite reads all texts of the
company anyway, from an index that has nothing else in it.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, MetaData, Table, event, text
from sqlalchemy.exc import DatabaseError

_TRIGRAM = re.compile(r"[^\W_]{3}")
ENDING = "_searched"  # of their names
EXTENSIONS = ("pg_trgm", "btree_gin")
# What is not yet sorted in is read by every search: at most 256 KB, by default it would be 4 MB.
_LIMITED = "WITH (gin_pending_list_limit = 256)"
_POSTGRESQL = {
    "messages": f"USING gin (company_id, folded gin_trgm_ops) {_LIMITED} WHERE folded IS NOT NULL",
    "leads": f"USING gin (company_id, search gin_trgm_ops) {_LIMITED}",
}
_SQLITE = {
    "messages": "(company_id, folded, conversation_id) WHERE folded IS NOT NULL",
    "leads": "(company_id, search)",
}


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """The condition: a folded text has the word somewhere.

    What has no three letters in a row has no trigram. PostgreSQL would walk a whole index for it; behind a
    concatenation it doesn't see the column.
    """
    found: ColumnElement[bool] = (column if _TRIGRAM.search(word) else column.concat("")).contains(
        word, autoescape=True
    )
    return found


def statements(dialect: str, *, concurrently: bool = False) -> dict[str, str]:
    """What makes the indexes, by table."""
    tables = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    how = "CONCURRENTLY " if concurrently else ""
    return {
        table: f"CREATE INDEX {how}IF NOT EXISTS ix_{table}{ENDING} ON {table} {rest}" for table, rest in tables.items()
    }


def can_index(connection: Connection) -> bool:
    """Has the database what the indexes need? PostgreSQL's extensions are created where the role may do so."""
    if connection.dialect.name == "sqlite":
        return True
    try:
        with connection.begin_nested():
            for name in EXTENSIONS:
                connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
    except DatabaseError:  # not allowed, or not installed on the server
        return False
    return True


def missing(connection: Connection) -> list[str]:
    """The tables of PostgreSQL that are searched without an index."""
    if connection.dialect.name == "sqlite":
        return []
    there = set(connection.scalars(text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")))
    return [table for table in statements("postgresql") if f"ix_{table}{ENDING}" not in there]


def is_ours(name: str | None) -> bool:
    """An index that the models don't know of."""
    return bool(name and name.endswith(ENDING))


def make_with(metadata: MetaData) -> None:
    """Make the indexes as soon as the models' own tables are made; a migration says itself when."""
    for name in _SQLITE:
        event.listen(metadata.tables[name], "after_create", _after_create)


def _after_create(table: Table, connection: Connection, **more: object) -> None:
    if can_index(connection):
        connection.execute(text(statements(connection.dialect.name)[table.name]))
