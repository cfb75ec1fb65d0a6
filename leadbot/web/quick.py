"""Quick search, anywhere: leads by name, phone, town or number, and the rooms of the house; and the list of keys."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from leadbot.leads import search
from leadbot.texts.folding import fold
from leadbot.web import searching, shell
from leadbot.web.htmx import is_htmx, page, part
from leadbot.web.settings.company import SECTIONS

bp = Blueprint("quick", __name__)

MORE = (
    ("table", lazy_gettext("Table of leads"), "board_table.show"),
    ("check", lazy_gettext("Ledger"), "ledger.show"),
)


class Room(NamedTuple):
    """A page one can go to, and the key that leads there."""

    icon: str
    label: str
    url: str
    key: str = ""


@bp.get("/quick")
def find() -> Response:
    """What a query finds; without one the rooms. For htmx the list alone, or with ?dialog the list in its dialog."""
    query = searching.words()[: search.QUERY_MOST]
    found: dict[str, Any] = {"query": query, "leads": search.quickly(query), "rooms": _rooms(query)}
    if not is_htmx():
        return page("quick/quick.html", **found)
    return part("quick/_dialogs.html" if "dialog" in request.args else "quick/_found.html", **found)


def _rooms(query: str) -> list[Room]:
    rooms = [Room(item.icon, item.label, item.url) for item in shell.rail()]
    if current_user.may_write:
        rooms.insert(0, Room("plus", _("New lead"), url_for("web.board_add.show"), "n"))
    if query:
        rooms += [Room(mark, str(label), url_for(f"web.{endpoint}")) for mark, label, endpoint in MORE]
        sections = [each for each in SECTIONS if current_user.is_owner or not each.owners_only]
        rooms += [Room(each.icon, str(each.label), url_for(f"web.{each.endpoint}")) for each in sections]
    return [room for room in rooms if fold(query) in fold(room.label)]
