"""What stands on a company's site: the launcher with what is set for it, and what it loads once there is a talk."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from leadbot.accounts import hours_settings
from leadbot.conversations import presence, widget
from leadbot.conversations.widget import Look, Site
from leadbot.conversations.widget_fields import OFFSET
from leadbot.database import tenancy
from leadbot.errors import NotFound
from leadbot.state import state
from leadbot.texts.languages import LANGUAGES
from leadbot.widget import gate, sending, tokens

bp = Blueprint("entry", __name__)
# The address never changes: of the bare file, and of the one with a company's settings.
BARE = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
SET = "public, max-age=60, stale-if-error=604800"
LOOKED = "private, max-age=5"  # nobody turns pages more quickly
PLACE = "({})"  # where the launcher takes its settings


@bp.get("/widget.js")
def launcher() -> Response:
    """The one file on a company's pages: a button, until somebody wants to talk.

    With `?bot=KEY` what is set comes along; a key that is none makes no button.
    """
    key = request.args.get("bot", "")
    if not key:
        return sending.file("launcher.js", BARE)
    try:
        site = widget.of_key(key)
    except NotFound:
        return sending.javascript("", SET)
    tenancy.act_for(site.company_id)
    kept = SET if state().config.public_url else "no-store"  # else it bears the host that was asked: nobody else's
    return sending.file("launcher.js", kept, instead=(PLACE, f"({in_script(_given(site))})"))


@bp.get("/w/<key>/site.js")
def more(key: str) -> Response:
    """What the launcher loads once the chat is there.

    With a ticket (`t`) also what was said since line `q`, or with `more` that alone; 204 where nothing was and nothing
    is awaited. By a script, since a site's policy may forbid all other asking. A site (`o`) that may not show the chat
    is told to take the button away.
    """
    if "o" in request.args and not widget.may_frame(gate.site().look, request.args["o"]):
        return sending.javascript(gate.GONE, SET)
    if "t" not in request.args:
        return sending.file("site.js", BARE)
    try:
        found = presence.news(tokens.read_ticket(key, request.args["t"]), after=request.args.get("q", 0, type=int))
    except tokens.NotAVisitor:
        found = None
    if found is None:
        response = Response(status=204)
        response.headers["Cache-Control"] = LOOKED
        response.headers.update(sending.FOR_ALL)
        return response
    code = "" if "more" in request.args else sending.packed_file("site.js")[0].decode() + "\n"
    arguments = ",".join(in_script(value) for value in (found.count, found.text, found.seconds))
    return sending.javascript(f'{code}window[Symbol.for("leadbot")].news({arguments})', LOOKED)


def in_script(value: object) -> str:
    """A value as a script has it, also one that stands in a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _given(site: Site) -> dict[str, Any]:
    """What the launcher is told: named as the script's attributes would be, `data-ru-title` is `ruTitle`."""
    look = site.look
    is_off = look.hides_closed and not hours_settings.is_open_now()
    given = {"bot": site.key, "home": _home(), **_attributes(look), "hidden": "" if is_off else None}
    return {name: value for name, value in given.items() if value is not None}


def _attributes(look: Look) -> dict[str, str | None]:
    texts = {
        f"{language}{name.title()}": getattr(look, name).get(language)
        for name in ("title", "bubble")
        for language in LANGUAGES
    }
    return {
        "lang": look.language or None,
        "color": look.color or None,
        "position": "left" if look.position == "left" else None,
        "offsetX": str(look.offset_x) if look.offset_x != OFFSET else None,
        "offsetY": str(look.offset_y) if look.offset_y != OFFSET else None,
        "delay": str(look.delay_seconds) if look.bubble else None,
        "sound": "1" if look.has_sound else None,
        **texts,
    }


def _home() -> str:
    """Where the widget lives; in development the address that was asked, whatever its port."""
    config = state().config
    return str(config.public_url or request.host_url).rstrip("/")
