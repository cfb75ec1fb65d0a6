"""Searching: a name or a phone that is looked for stands in no address, and so in no history and no log.

Words are sent by POST; the page that shows what they find bears them veiled, `?find=…`: it can be reloaded, gone back
to and sent on within the company. An address of before, `?q=…`, leads to one without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from leadbot.accounts import encryption
from leadbot.errors import NotFound

bp = Blueprint("searching", __name__)

WORDS, VEILED, PLACE = "q", "find", "to"
PLACES = frozenset(
    f"web.{place}"
    for place in (
        "board.show", "board.live", "board_table.show", "conversations.index", "conversations.show",
        "conversations.live", "quick.find", "lead_merging.show", "exports.choose", "exports.as_csv", "exports.as_xlsx",
    )
)  # fmt: skip


@bp.post("/search")
def search() -> Response:
    """On to the page that is searched, with the other fields of the form as they are."""
    place = request.form.getlist(PLACE)[-1:]  # a button's own stands behind the form's
    endpoint, values = _found(place[0]) if place else ("", {})
    if endpoint not in PLACES:
        raise NotFound
    left_out = (WORDS, VEILED, PLACE, "csrf_token")
    others = [(name, value) for name, value in request.form.items(multi=True) if value and name not in left_out]
    return _to(endpoint, values, others)


def unveil_address() -> Response | None:
    """The way to the same page, where words stand in the address of one that is searched."""
    if request.method not in {"GET", "HEAD"} or WORDS not in request.args or request.endpoint not in PLACES:
        return None
    others = [each for each in request.args.items(multi=True) if each[0] not in (WORDS, VEILED)]
    return _to(request.endpoint, request.view_args or {}, others)


def words() -> str:
    """What is looked for in this request, without what no database takes."""
    if WORDS in request.values:
        return request.values[WORDS].replace("\x00", "").strip()
    return encryption.unveiled(request.values.get(VEILED, ""), current_user.company_id) or ""


def veiled(text: str) -> dict[str, str]:
    """Words as a value of an address; nothing for none."""
    return {VEILED: encryption.veiled(text, current_user.company_id)} if text else {}


def _to(endpoint: str, values: Mapping[str, Any], others: list[tuple[str, str]]) -> Response:
    """To the page itself, never to a path as it was sent: //board is another host."""
    path = url_for(endpoint, **values)
    query = urlencode([*others, *veiled(words()).items()])
    return make_response(redirect(f"{path}?{query}" if query else path, 303))


def _found(path: str) -> tuple[str, Mapping[str, Any]]:
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return "", {}
    return str(endpoint), values
