"""What an application did and holds: the SQL it ran, the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event, func, select

from leadbot.database import tenancy
from leadbot.database.session import Base, db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL that runs meanwhile."""
    said: list[str] = []

    def hear(connection: object, cursor: object, sql: str, *rest: object) -> None:
        if not sql.startswith("BEGIN"):
            said.append(sql)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def sizes(app: Flask) -> dict[str, int]:
    """How many rows every table has."""
    with app.app_context(), tenancy.all_companies(), db.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
