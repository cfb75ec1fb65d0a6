"""What stands round every page: the rail with the rooms there are, the language, the time zone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from leadbot.texts import catalogues
from leadbot.web.wording import LANGUAGE_NAMES, LANGUAGE_SHORT

# Address, icon, name; a room appears here on the day its page does.
RAIL = (
    ("/board", "board", _("Board")),
    ("/conversations", "chat", _("Conversations")),
    ("/tasks", "clock", lazy_pgettext("rail", "Reminders")),
    ("/figures", "chart", _("Figures")),
    ("/settings", "settings", _("Settings")),
)
UNDER = {"/leads": "/board", "/chat": "/settings"}  # pages that belong to another room


@dataclass(frozen=True)
class Item:
    """One room of the rail."""

    url: str
    icon: str
    label: str
    is_current: bool


def init_app(app: Flask) -> None:
    """Give templates the rail and the languages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        rail=rail, page_language=catalogues.language, language_names=LANGUAGE_NAMES, language_short=LANGUAGE_SHORT
    )


def rail() -> list[Item]:
    """The rooms, the one we are in marked."""
    first = "/" + request.path.split("/")[1]
    here = UNDER.get(first, first)
    return [Item(url, icon, str(label), url == here) for url, icon, label in RAIL]
