"""Leads: all of them, one, its talk, and moving it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, stream_with_context

from leadbot.accounts import users
from leadbot.api import bodies, gate, shapes
from leadbot.api.lead_shapes import LeadChange
from leadbot.api.operations import JSON, operation
from leadbot.bot import company_settings
from leadbot.conversations import chat, talks
from leadbot.errors import Conflict
from leadbot.leads import editing, listing, moving, records
from leadbot.models import Lead, Message

bp = Blueprint("leads", __name__, url_prefix="/leads")
TAG = "Leads"


@bp.get("")
@operation("The company's leads", TAG, shapes.LeadList, query=shapes.LeadQuery)
def index() -> Response:
    """The company's leads in the order they came; without parameters all of them."""
    asked = bodies.as_query(shapes.LeadQuery)
    chosen = listing.Chosen(asked.status, asked.updated_since)
    total = listing.count(chosen)
    pages = listing.pages(chosen, after=asked.cursor, offset=asked.offset, limit=asked.limit)
    return Response(stream_with_context(_as_json(pages, total, asked.limit)), mimetype="application/json")


def _as_json(pages: Iterator[listing.Page], total: int, limit: int | None) -> Iterator[str]:
    """The list piece by piece: a hundred thousand leads take no more memory than a thousand."""
    count, last = 0, None
    yield '{"leads":['
    for page in pages:
        yield f"{',' if count else ''}{page.json}"
        count, last = count + page.count, page.last
    yield f'],"total":{total}'
    if limit is not None:
        yield f',"next_cursor":{last if count == limit else "null"}'
    yield "}\n"


@bp.get("/<int:lead_id>")
@operation("One lead", TAG, shapes.LeadRow, errors=(404,))
def show(lead_id: int) -> dict[str, Any]:
    """A lead of the company."""
    return row(records.get(lead_id))


@bp.patch("/<int:lead_id>")
@operation(
    "Change what stands on a lead",
    TAG,
    shapes.LeadRow,
    takes={JSON: LeadChange},
    errors=(403, 404, 409, 415),
    about="From then on the bot leaves these fields alone, as if a manager had written them.",
)
def change(lead_id: int) -> dict[str, Any]:
    """Write values over, all of them or none."""
    lead = _to_write(lead_id)
    given = bodies.as_json(LeadChange)
    editing.change(lead, given.values(), by=gate.caller(), version=given.version)
    return row(lead)


@bp.post("/<int:lead_id>/move")
@operation(
    "Move a lead to another stage",
    TAG,
    shapes.LeadRow,
    takes={JSON: shapes.Move},
    errors=(403, 404, 409, 415),
    about="With the `version` you saw; where a colleague was quicker, 409 with the lead as it stands now in `lead`.",
)
def move(lead_id: int) -> dict[str, Any]:
    """Move a lead of the company."""
    lead = _to_write(lead_id)
    given = bodies.as_json(shapes.Move)
    return row(moving.move(lead, given.status, by=gate.caller(), version=given.version, reason=given.reason))


def _to_write(lead_id: int) -> Lead:
    """The lead for who may change it, before anything is said of what was sent. Raises NotFound, Forbidden."""
    lead = records.get(lead_id)
    users.check_may_write(gate.caller())
    return lead


@bp.errorhandler(Conflict)
def moved_meanwhile(error: Conflict) -> tuple[dict[str, Any], int]:
    """Somebody was quicker: the lead as it stands now, to look at and try again."""
    return {"detail": str(error), "lead": row(error.fresh)}, error.status


@bp.get("/<int:lead_id>/messages")
@operation("The talk behind a lead", TAG, shapes.Transcript, query=shapes.TranscriptQuery, errors=(404,))
def messages(lead_id: int) -> dict[str, Any]:
    """The lines of the talk a lead came from; none for a lead that was written down by hand."""
    asked = bodies.as_query(shapes.TranscriptQuery)
    lead = records.get(lead_id)
    if lead.conversation_id is None:
        return {"messages": [], "total": 0}
    talk = talks.get(lead.conversation_id)
    return {
        "messages": [line(one) for one in chat.lines(talk, after=asked.after, most=asked.limit)],
        "total": talk.message_count,
    }


def row(lead: Lead) -> dict[str, Any]:
    """A lead as the customer's document shows it, and more behind."""
    values = {key: getattr(lead, column.key) for key, column in listing.LISTED.items()}
    values["language"] = lead.language or company_settings.company().language
    return values | {key: shapes.moment(values[key]) for key in listing.MOMENTS}


def line(message: Message) -> dict[str, Any]:
    """A line of a talk."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "text": message.text,
        "has_audio": message.audio_file is not None,
        "function_called": message.function_called,
        "created_at": shapes.moment(message.created_at),
    }
