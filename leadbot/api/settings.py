"""What the company sets."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from leadbot.api import bodies, bot_shapes, gate
from leadbot.api.operations import JSON, operation
from leadbot.bot import company_settings

bp = Blueprint("settings", __name__)
TAG = "Settings"


@bp.get("/settings")
@operation("The company's settings", TAG, bot_shapes.Settings, about="Secrets are never shown.")
def show() -> dict[str, Any]:
    """All settings."""
    return company_settings.shown()


@bp.patch("/settings")
@operation(
    "Change some settings",
    TAG,
    bot_shapes.Settings,
    takes={JSON: bot_shapes.SettingsChange},
    errors=(403, 415),
    about="All that is given or, where anything of it is not right, nothing; what is not known is refused by name. "
    "What concerns the bot is published at once. For owners alone.",
)
def change() -> dict[str, Any]:
    """Set what is given, or nothing if anything of it is not right.

    What concerns the bot is published at once as a new version. For owners alone.
    """
    company_settings.change(bodies.json_object(), by=gate.caller())
    return company_settings.shown()
