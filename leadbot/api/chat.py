"""The talk of an integrator's clients with the bot."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from leadbot.accounts import users
from leadbot.api import bodies, gate, messages
from leadbot.api import chat_shapes as shapes
from leadbot.api.operations import FORM, JSON, KEY, MULTIPART, operation
from leadbot.conversations import chat, unasked, voice
from leadbot.models import Source

bp = Blueprint("chat", __name__)


@bp.post("/chat")
@operation(
    "Send a client's message to the bot",
    "Chat",
    shapes.Answer,
    takes={MULTIPART: shapes.ClientMessage, FORM: shapes.ClientForm, JSON: shapes.ClientLine},
    headers={
        KEY: "Your own id of the message, at most 255 characters; each `user_id` has its own. Sent again under it, the "
        "message is taken once and gets the stored answer. It is good for as long as the message is kept: until it is "
        "erased, or is older than the company keeps talks. With another `text` or `audio_file` it is refused: 422"
    },
    errors=(403, 409, 415),
    about="`text`, `audio_file` or both. Messages of one `user_id` are answered one after the other; "
    "send the next one when the one before is answered. Where the client was told something unasked since his last "
    "message, by a manager or about who answers him, `messages` is there too: pass that on first. Without an "
    "`Idempotency-Key` a message that is sent again is taken again.",
)
def send() -> dict[str, Any]:
    """Answer one message of a client, and pass on what he was told unasked since the one before."""
    users.check_may_write(gate.caller())
    given = bodies.as_form_or_json(shapes.ClientMessage)
    incoming = chat.Incoming(
        Source.API,
        given.user_id,
        given.text,
        _sound(given.audio_file),
        request.headers.get(KEY),
        name=given.name,
        phone=given.phone,
        first_touch=given.touch() or None,
    )
    reply = chat.receive(incoming)
    missed = unasked.before(given.user_id, reply.seq) if reply.seq else []
    return {
        "status": "success",
        "user_id": given.user_id,
        "response": reply.text,
        "function_called": reply.function_called,
        "handled_by": "manager" if reply.silent else "bot",
        **({"messages": [messages.shown(line) for line in missed]} if missed else {}),
    }


def _sound(file: FileStorage | None) -> bytes | None:
    if file is None:
        return None
    data = file.stream.read(voice.MOST_BYTES + 1)
    if len(data) > voice.MOST_BYTES:
        raise RequestEntityTooLarge
    return data
