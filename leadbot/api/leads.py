"""Leads: all of them, one, its talk, and moving it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, stream_with_context

from leadbot.accounts import users
from leadbot.api import bodies, gate
from leadbot.api import lead_shapes as shapes
from leadbot.api.operations import JSON, operation
from leadbot.api.values import ID_MOST, moment
from leadbot.conversations import chat, talks
from leadbot.errors import Conflict, NotFound
from leadbot.leads import editing, listing, moving, records
from leadbot.models import Lead, LeadEvent, Message

bp = Blueprint("leads", __name__, url_prefix="/leads")
TAG = "Leads"


@bp.get("")
@operation(
    "The company's leads",
    TAG,
    shapes.LeadList,
    query=shapes.LeadQuery,
    about="Without parameters all of them. With `limit` page by page: send `next_cursor` back as `cursor` until it is "
    "null. To keep a copy up to date, ask with the greatest `updated_at` you have as `updated_since`: you get that "
    "lead once more, and all that have changed since, themselves or in their notes and call backs.",
)
def index() -> Response:
    """The company's leads in the order they came; without parameters all of them."""
    asked = bodies.as_query(shapes.LeadQuery)
    chosen = listing.ListingFilter(asked.status, asked.updated_since)
    total = listing.count(chosen)
    pages = listing.pages(chosen, after=asked.cursor, offset=asked.offset, limit=asked.limit)
    return Response(stream_with_context(_as_json(pages, total, asked.limit)), mimetype="application/json")


def _as_json(pages: Iterator[listing.ListingPage], total: int, limit: int | None) -> Iterator[str]:
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


@bp.get("/erased")
@operation(
    "Leads that are no more",
    TAG,
    shapes.ErasedList,
    query=shapes.ErasedQuery,
    about="For who keeps a copy: what was erased for good, whoever did it, as it went. Ask with the `next` of the last "
    "answer as `after` until `erased` is empty, and keep it for the next time. It is told for 90 days: who has not "
    "asked for so long takes all leads anew.",
)
def erased() -> dict[str, Any]:
    """What has been erased of late; nothing of anybody but a number."""
    asked = bodies.as_query(shapes.ErasedQuery)
    gone = listing.erased(after=asked.after, limit=asked.limit)
    told = [{"id": each.lead_id, "erased_at": moment(each.erased_at)} for each in gone]
    return {"erased": told, "next": gone[-1].id if gone else asked.after}


@bp.get("/<int:lead_id>")
@operation("One lead", TAG, shapes.LeadRow, errors=(404,), about="As it stands in the list.")
def show(lead_id: int) -> Response:
    """A lead of the company."""
    return row(lead_id)


@bp.patch("/<int:lead_id>")
@operation(
    "Change what stands on a lead",
    TAG,
    shapes.LeadRow,
    takes={JSON: shapes.LeadChange},
    errors=(403, 404, 409, 415),
    about="From then on the bot leaves these fields alone, as if a manager had written them.",
)
def change(lead_id: int) -> Response:
    """Write values over, all of them or none."""
    lead = _to_write(lead_id)
    given = bodies.as_json(shapes.LeadChange)
    editing.change(lead, given.values(), by=gate.caller(), version=given.version)
    return row(lead_id)


@bp.post("/<int:lead_id>/move")
@operation(
    "Move a lead to another stage",
    TAG,
    shapes.LeadRow,
    takes={JSON: shapes.Move},
    errors=(403, 404, 409, 415),
    about="With the `version` you saw; where a colleague was quicker, 409 with the lead as it stands now in `lead`.",
)
def move(lead_id: int) -> Response:
    """Move a lead of the company."""
    lead = _to_write(lead_id)
    given = bodies.as_json(shapes.Move)
    moving.move(lead, given.status, by=gate.caller(), version=given.version, reason=given.reason)
    return row(lead_id)


def _to_write(lead_id: int) -> Lead:
    """The lead for who may change it, before anything is said of what was sent. Raises NotFound, Forbidden."""
    lead = records.get(lead_id)
    users.check_may_write(gate.caller())
    return lead


@bp.errorhandler(Conflict)
def moved_meanwhile(error: Conflict) -> tuple[dict[str, Any], int]:
    """Somebody was quicker: the lead as it stands now, to look at and try again."""
    return {"detail": str(error), "lead": json.loads(listing.one(error.fresh.id))}, error.status


@bp.get("/<int:lead_id>/history")
@operation(
    "What happened to a lead",
    TAG,
    shapes.History,
    errors=(404,),
    about="Oldest first. Its way from stage to stage is what has the kind `moved`.",
)
def history(lead_id: int) -> dict[str, Any]:
    """Every move, change and call back of a lead, and who did it."""
    return {"events": [happening(event) for event in records.history(records.get(lead_id))]}


@bp.get("/<int:lead_id>/messages")
@operation(
    "The talk behind a lead",
    TAG,
    shapes.Transcript,
    query=shapes.TranscriptQuery,
    errors=(404,),
    about="None for a lead that was written down by hand.",
)
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


def row(lead_id: int) -> Response:
    """A lead as the list shows it. Raises NotFound."""
    if not 0 < lead_id <= ID_MOST:
        raise NotFound
    return Response(listing.one(lead_id) + "\n", mimetype="application/json")


def line(message: Message) -> dict[str, Any]:
    """A line of a talk."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "text": message.text,
        "has_audio": message.audio_file is not None,
        "function_called": message.function_called,
        "created_at": moment(message.created_at),
    }


def happening(event: LeadEvent) -> dict[str, Any]:
    """An entry of a lead's history."""
    return {
        "id": event.id,
        "kind": event.kind,
        "field": event.field,
        "from_value": event.from_value,
        "to_value": event.to_value,
        "reason": event.reason,
        "by": {"id": event.user.id, "name": event.user.name or None} if event.user else None,
        "created_at": moment(event.created_at),
    }
