"""The lines of a client's talk, for who brings him what a manager has written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, send_file, url_for

from leadbot import headers
from leadbot.api import bodies, gate
from leadbot.api import chat_shapes as shapes
from leadbot.api.operations import operation
from leadbot.api.values import moment
from leadbot.conversations import unasked
from leadbot.conversations.unasked import UnaskedLine
from leadbot.files import storage

bp = Blueprint("messages", __name__, url_prefix="/messages")
TAG = "Chat"


@bp.get("")
@operation(
    "What was said in a client's talk",
    TAG,
    shapes.PassedLines,
    query=shapes.MessagesQuery,
    about="Ask every few seconds while a manager holds the talk, with the `next` of the last answer as `after`, and "
    "pass on what is a manager's, or the bot's with `answers` null. From the first time on the bot takes it that you "
    "do, for a day: a client who calls for a manager then hears that the answer comes into the chat; otherwise he is "
    "asked for a phone. A client who has not written yet has no messages.",
)
def index() -> dict[str, Any]:
    """The lines behind `after`, oldest first."""
    asked = bodies.as_query(shapes.MessagesQuery)
    unasked.note_reader(gate.caller().company_id)
    lines = unasked.after(asked.user_id, asked.after, most=asked.limit)
    return {"messages": [shown(line) for line in lines], "next": lines[-1].message.id if lines else asked.after}


@bp.get("/<int:message_id>/file")
@operation(
    "The file of a message",
    TAG,
    None,
    errors=(404,),
    about="What `url` in `files` of a message leads to, as it was sent.",
)
def file(message_id: int) -> Response:
    """A voice message, photo or document of a client, whichever door it came through."""
    path, kind = storage.of_message(message_id)
    return headers.not_kept(send_file(path, mimetype=kind, conditional=True))


def shown(line: UnaskedLine) -> dict[str, Any]:
    """A line as the API shows it; nothing of a manager's e-mail."""
    message = line.message
    kinds = filter(None, (message.audio_type, message.file_type))
    return {
        "id": message.id,
        "author": message.author,
        "text": message.text,
        "created_at": moment(message.created_at),
        "files": [{"type": kind, "url": url_for("api.messages.file", message_id=message.id)} for kind in kinds],
        "name": line.name,
        "answers": line.answers_id,
    }
