"""How many leads of each stage a company has, counted by the database itself as rows come, move and go.

Six columns of the company's row, so that a board of 100,000 leads costs no scan, and that no way of writing a lead
(forms, imports, bulk statements) can forget them. SQLite counts row by row, PostgreSQL once a statement.
"""

# ruff: noqa: S608  (the statements are made of our own column names)
from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, event, inspect, text
from sqlalchemy.engine.interfaces import Dialect

STAGES = ("new", "in_progress", "measurement", "estimate", "won", "lost")  # as LeadStatus has them
COLUMNS = {stage: f"leads_{stage}" for stage in STAGES}
_SQLITE = {
    "leads_counted_in": "AFTER INSERT ON leads",
    "leads_counted_over": "AFTER UPDATE OF status ON leads WHEN old.status <> new.status",
    "leads_counted_out": "AFTER DELETE ON leads",
}
_POSTGRESQL = {
    "leads_counted_in": "INSERT ON leads REFERENCING NEW TABLE AS fresh",
    "leads_counted_over": "UPDATE ON leads REFERENCING OLD TABLE AS gone NEW TABLE AS fresh",
    "leads_counted_out": "DELETE ON leads REFERENCING OLD TABLE AS gone",
}
_FRESH, _GONE = ("SELECT company_id, status, {} AS n FROM {}".format(*each) for each in ((1, "fresh"), (-1, "gone")))


def put(connection: Connection) -> None:
    """Let the database count, from now on and what is there already."""
    for statement in _making(connection.dialect):
        connection.execute(text(statement))
    recount(connection)


def take_away(connection: Connection) -> None:
    """Before tables are rebuilt, which SQLite does by another name: its triggers would miss the table they write."""
    if connection.dialect.name == "sqlite":
        for name in _SQLITE:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def is_counting(connection: Connection) -> bool:
    """The triggers are there. PostgreSQL's stay whatever is done to the tables; asked of no other."""
    names = "', '".join(_POSTGRESQL)
    found = text(f"SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('leads') AND tgname IN ('{names}')")
    return bool(connection.scalar(found) == len(_POSTGRESQL))


def can_count(connection: Connection) -> bool:
    """The tables are of a shape that has the columns."""
    tables = inspect(connection)
    if not {"leads", "companies"} <= set(tables.get_table_names()):
        return False
    return set(COLUMNS.values()) <= {column["name"] for column in tables.get_columns("companies")}


def recount(connection: Connection) -> None:
    """Count anew from the rows, for what was written while nothing counted. Leads must not change meanwhile: the caller
    holds SQLite's write lock, or has just made the triggers, which locks PostgreSQL's table to the commit."""
    true = "(SELECT count(*) FROM leads WHERE leads.company_id = companies.id AND leads.status = '{}')"
    counts = {column: true.format(stage) for stage, column in COLUMNS.items()}
    sets = ", ".join(f"{column} = {count}" for column, count in counts.items())
    wrong = " OR ".join(f"{column} <> {count}" for column, count in counts.items())
    connection.execute(text(f"UPDATE companies SET {sets} WHERE {wrong}"))


def _making(dialect: Dialect) -> list[str]:
    if dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {_by_row(name)}; END" for name, when in _SQLITE.items()
        ]
    return [
        statement
        for name, when in _POSTGRESQL.items()
        for statement in (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {_by_statement(name)}; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER {when} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        )
    ]


def _by_row(name: str) -> str:
    plus, minus = "(new.status = '{0}')", "(old.status = '{0}')"
    change = {"leads_counted_in": f"+ {plus}", "leads_counted_over": f"+ {plus} - {minus}"}.get(name, f"- {minus}")
    sets = ", ".join(f"{column} = {column} {change.format(stage)}" for stage, column in COLUMNS.items())
    row = "old" if name == "leads_counted_out" else "new"
    return f"UPDATE companies SET {sets} WHERE id = {row}.company_id"


def _by_statement(name: str) -> str:
    rows = {"leads_counted_in": _FRESH, "leads_counted_out": _GONE}.get(name, f"{_FRESH} UNION ALL {_GONE}")
    # Only companies whose counts change are written, so that other changes of a lead wait for nobody.
    changed = (
        f"SELECT company_id, status, sum(n) AS n FROM ({rows}) AS r GROUP BY company_id, status HAVING sum(n) <> 0"
    )
    sums = ", ".join(
        f"coalesce(sum(n) FILTER (WHERE status = '{stage}'), 0) AS {column}" for stage, column in COLUMNS.items()
    )
    sets = ", ".join(f"{column} = companies.{column} + d.{column}" for column in COLUMNS.values())
    return (
        f"UPDATE companies SET {sets} FROM (SELECT company_id, {sums} FROM ({changed}) AS c GROUP BY company_id) AS d "
        "WHERE companies.id = d.company_id"
    )


def make_with(metadata: MetaData) -> None:
    """Count from the moment the models' own tables are made; a migration says itself when."""
    event.listen(metadata.tables["leads"], "after_create", _after_create)


def _after_create(table: Table, connection: Connection, **more: object) -> None:
    put(connection)
