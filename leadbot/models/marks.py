"""What the database itself notes on a row when another comes, moves or goes, so that no way of writing can forget it
and no page has to look for it in all rows.

- `messages.answered_by` of a client's line: "bot" where a later line answers it, else "manager" where one has written
  since, else nothing.
- `leads.touched_at`: when a person first did something to the card since it came; EARLIER where all of that was done
  before it came, to its duplicate.
"""

# ruff: noqa: S608  (the statements are made of our own column names)
from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Table, event, inspect, text

from leadbot.models.conversation import Message
from leadbot.models.lead import Lead, LeadEvent

EARLIER = "9999-12-31 23:59:59.999999"
COLUMNS = {"messages": "answered_by", "leads": "touched_at"}
_LATER = (
    "EXISTS (SELECT 1 FROM messages AS r WHERE r.conversation_id = messages.conversation_id AND r.seq > messages.seq "
    "AND {})"
)
_BY_BOT, _BY_HAND = _LATER.format("r.answers_seq = messages.seq"), _LATER.format("r.author = 'manager'")
ANSWERED_BY = f"CASE WHEN {_BY_BOT} THEN 'bot' WHEN {_BY_HAND} THEN 'manager' END"
TOUCHED_AT = (
    f"(SELECT min(CASE WHEN e.created_at >= leads.created_at THEN e.created_at ELSE '{EARLIER}' END) "
    "FROM lead_events AS e WHERE e.company_id = leads.company_id AND e.lead_id = leads.id AND e.user_id IS NOT NULL)"
)
_ANEW = f"UPDATE leads SET touched_at = {TOUCHED_AT} WHERE id IN"


class _Trigger(NamedTuple):
    """Runs `statement` for each row; both databases take the same words."""

    table: str
    when: str
    condition: str
    statement: str


_TRIGGERS = {
    "lines_answered": _Trigger(
        "messages", "INSERT", "new.answers_seq IS NOT NULL",
        "UPDATE messages SET answered_by = 'bot' WHERE conversation_id = new.conversation_id AND seq = new.answers_seq "
        "AND seq < new.seq AND author = 'client' AND coalesce(answered_by, '') <> 'bot'",
    ),
    "lines_answered_by_hand": _Trigger(
        "messages", "INSERT", "new.author = 'manager'",
        "UPDATE messages SET answered_by = 'manager' WHERE conversation_id = new.conversation_id AND seq < new.seq "
        "AND author = 'client' AND answered_by IS NULL",
    ),
    "lines_open_again": _Trigger(
        "messages", "DELETE", "old.answers_seq IS NOT NULL OR old.author = 'manager'",
        f"UPDATE messages SET answered_by = {ANSWERED_BY} WHERE conversation_id = old.conversation_id "
        "AND seq < old.seq AND author = 'client' AND (seq = old.answers_seq OR answered_by = 'manager')",
    ),
    "leads_touched": _Trigger(
        "lead_events", "INSERT", "new.user_id IS NOT NULL",
        "UPDATE leads SET touched_at = CASE WHEN new.created_at >= created_at THEN new.created_at "
        f"ELSE coalesce(touched_at, '{EARLIER}') END "
        "WHERE id = new.lead_id AND (touched_at IS NULL OR touched_at > new.created_at)",
    ),
    "leads_touched_elsewhere": _Trigger(
        "lead_events", "UPDATE OF lead_id, user_id, created_at", "true", f"{_ANEW} (old.lead_id, new.lead_id)",
    ),
    "leads_untouched": _Trigger("lead_events", "DELETE", "old.user_id IS NOT NULL", f"{_ANEW} (old.lead_id)"),
    "leads_touched_since": _Trigger("leads", "UPDATE OF created_at", "true", f"{_ANEW} (new.id)"),
}  # fmt: skip


def put(connection: Connection) -> None:
    """Let the database note them, from now on; what is there already is a migration's to fill in."""
    for name, trigger in _TRIGGERS.items():
        for statement in _making(name, trigger, connection.dialect.name):
            connection.execute(text(statement))


def take_away(connection: Connection) -> None:
    """Before SQLite rebuilds tables, or the columns go."""
    for name, trigger in _TRIGGERS.items():
        if connection.dialect.name == "sqlite":
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {trigger.table}"))
            connection.execute(text(f"DROP FUNCTION IF EXISTS {name}"))


def is_lacking(connection: Connection) -> bool:
    """The columns are there, and nobody notes anything in them."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('messages')",
    }[connection.dialect.name]
    if "lines_answered" in set(connection.scalars(text(asked))):
        return False
    tables = inspect(connection)
    there = set(tables.get_table_names())
    return "lead_events" in there and all(
        table in there and mark in {column["name"] for column in tables.get_columns(table)}
        for table, mark in COLUMNS.items()
    )


def _making(name: str, trigger: _Trigger, dialect: str) -> list[str]:
    table, when, condition, statement = trigger
    head = f"TRIGGER {{}}{name} AFTER {when} ON {table} FOR EACH ROW WHEN ({condition})"
    if dialect == "sqlite":
        return [f"CREATE {head.format('IF NOT EXISTS ')} BEGIN {statement}; END"]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {statement}; RETURN NULL; END $$",
        f"CREATE OR REPLACE {head.format('')} EXECUTE FUNCTION {name}()",
    ]


def _after_create(table: Table, connection: Connection, **more: object) -> None:
    if is_lacking(connection):
        put(connection)


for _kind in (Message, Lead, LeadEvent):
    event.listen(_kind.__table__, "after_create", _after_create)
