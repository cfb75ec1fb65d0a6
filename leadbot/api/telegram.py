"""Connecting the company's Telegram chat."""

from __future__ import annotations

from flask import Blueprint

from leadbot.api import bot_shapes, gate
from leadbot.api.operations import operation
from leadbot.channels.workplace import connecting

bp = Blueprint("telegram", __name__, url_prefix="/telegram")


@bp.post("/code")
@operation(
    "A code that connects a Telegram chat",
    "Settings",
    bot_shapes.ChatCode,
    errors=(403,),
    about="Send `/start CODE` to the installation's bot in the chat: managers are told of leads there from then on. A "
    "code works once, for a quarter of an hour; the one before is worth nothing. For owners alone.",
)
def make_code() -> dict[str, str]:
    """A code for the chat that is to be the company's."""
    return {"code": connecting.make_code(by=gate.caller()).code}
