"""A lead as it is handed on: all that its card knows, as one JSON object that the database writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    String,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from leadbot.fields import TABLE, Surface
from leadbot.models import Conversation, Evidence, Lead, LeadNote, LeadTask, User

_ASSIGNEE, _MANAGER, _AUTHOR, _DOER = (aliased(User) for _ in range(4))


def leads(dialect: str) -> Select[Any]:
    """All leads of the company with a column for each key: the customer's in his order, and more behind."""
    shown = _columns(dialect)
    return (
        select(*(_plain(dialect, column).label(key) for key, column in shown.items()))
        .select_from(Lead)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.id == Lead.assignee_id)
        .outerjoin(Conversation, Conversation.id == Lead.conversation_id)
        .outerjoin(_MANAGER, _MANAGER.id == Conversation.manager_id)
    )


def as_json(dialect: str, page: Subquery) -> ColumnElement[str]:
    """A row of `leads` as a JSON object; both databases escape what json.dumps escapes."""
    if dialect == "sqlite":
        return func.json_object(*chain.from_iterable((key, _in_json(column)) for key, column in page.c.items()))
    return cast(func.row_to_json(page.table_valued()), Text)


def _columns(dialect: str) -> dict[str, ColumnElement[Any]]:
    return {
        "id": Lead.id, "owner_id": Lead.company_id, "bot_user_id": Lead.bot_user_id,
        **{row.key: getattr(Lead, row.column) for row in TABLE.columns if Surface.API in row.shows},
        "summary": Lead.summary, "language": Lead.language, "status": Lead.status, "created_at": Lead.created_at,
        "phone_e164": Lead.phone_e164, "source": Lead.source, "lost_reason": Lead.lost_reason, "version": Lead.version,
        "updated_at": Lead.updated_at, "details": Lead.details, "contact_by": Lead.contact_by,
        "contact_name": Lead.contact_name, "is_complaint": Lead.is_complaint, "is_withdrawn": Lead.is_withdrawn,
        "is_urgent": Lead.is_urgent, "related_lead_id": Lead.related_lead_id,
        "area_m2": Lead.area_m2, "is_hot": Lead.is_hot, "channel": Lead.first_touch["channel"].as_string(),
        "first_touch": Lead.first_touch, "previous_lead_id": Lead.previous_id, "merged_into_id": Lead.merged_into_id,
        "assignee": _person(dialect, _ASSIGNEE), "is_dealt": Lead.is_dealt, "taken_at": Lead.touched_at,
        "conversation_id": Lead.conversation_id, "handled_by": Conversation.handled_by,
        "manager": _person(dialect, _MANAGER), "waits_since": Conversation.waits_since,
        "tasks": _tasks(dialect), "notes": _notes(dialect), "proof": _proof(dialect),
    }  # fmt: skip


def _tasks(dialect: str) -> ColumnElement[Any]:
    task = {
        "id": LeadTask.id, "due_at": LeadTask.due_at, "text": LeadTask.text, "assignee": _person(dialect, _DOER),
        "done_at": LeadTask.done_at,
    }  # fmt: skip
    found = _list(dialect, task, LeadTask.id).outerjoin(_DOER, _DOER.id == LeadTask.assignee_id)
    return found.where(LeadTask.lead_id == Lead.id).correlate(Lead).scalar_subquery()


def _notes(dialect: str) -> ColumnElement[Any]:
    note = {
        "id": LeadNote.id, "text": LeadNote.text, "author": _person(dialect, _AUTHOR),
        "created_at": LeadNote.created_at,
    }  # fmt: skip
    found = _list(dialect, note, LeadNote.id).outerjoin(_AUTHOR, _AUTHOR.id == LeadNote.user_id)
    return found.where(LeadNote.lead_id == Lead.id).correlate(Lead).scalar_subquery()


def _proof(dialect: str) -> ColumnElement[Any]:
    said = {"field": Evidence.field, "quote": Evidence.quote, "message_id": Evidence.message_id}
    return _list(dialect, said, Evidence.id).where(Evidence.lead_id == Lead.id).correlate(Lead).scalar_subquery()


def _person(dialect: str, person: Any) -> ColumnElement[Any]:
    """Who it is, by his own name; null for nobody."""
    told = _object(dialect, {"id": person.id, "name": func.nullif(person.name, "")})
    return case((person.id.is_not(None), told), else_=None)


def _list(dialect: str, row: Mapping[str, Any], by: Any) -> Select[Any]:
    """A JSON list of rows in the order of their id, which is how SQLite comes upon them."""
    each = _object(dialect, {key: _plain(dialect, column) for key, column in row.items()})
    if dialect == "sqlite":
        return select(func.json_group_array(each, type_=JSON))
    return select(func.coalesce(func.json_agg(aggregate_order_by(each, by)), literal_column("'[]'::json"), type_=JSON))


def _object(dialect: str, values: Mapping[str, Any]) -> ColumnElement[Any]:
    pairs = chain.from_iterable((literal_column(f"'{key}'"), value) for key, value in values.items())
    return (func.json_object if dialect == "sqlite" else func.json_build_object)(*pairs, type_=JSON)


def _plain(dialect: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Moments as 2026-01-28T15:30:00: UTC, whole seconds, no zone."""
    if not isinstance(getattr(column.type, "impl", column.type), DateTime):
        return column
    if dialect == "sqlite":
        return func.replace(func.substr(type_coerce(column, String), 1, 19), " ", "T")
    return func.date_trunc("second", column)


def _in_json(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value inside an object of SQLite, to which an object of its own is but a text, and a truth but a number."""
    if isinstance(column.type, Boolean):
        return func.json(case((column, "true"), else_="false"))
    value = type_coerce(column, String)
    return func.json(value) if isinstance(column.type, JSON) else value
