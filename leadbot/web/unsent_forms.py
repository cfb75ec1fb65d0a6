"""A form that was sent after the session had ended: kept through the log-in, and offered to be sent again.

Nothing is stored: what was typed travels sealed through the log-in page. Whose it is says the form's own token, which
this server signed for one person's session; to anybody else who logs in there it is not shown.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request, session
from flask_babel import lazy_gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from leadbot.models import User
from leadbot.state import state
from leadbot.web.bodies import is_too_large

LASTS_SECONDS = 24 * 3600
SECRET = re.compile(r"password|secret|token|key", re.IGNORECASE)
SHORT = 20  # characters; what is as short, and has no name below, goes along unseen
LABELS = {
    "text": _("Text"), "value": _("Value"), "name": _("Name"), "company_name": _("Company name"), "about": _("Text"),
    "day": _("Day"), "time": _("Time"),
}  # fmt: skip
Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was sent: to which address, and its fields, secrets left out."""

    path: str
    back: str
    fields: Fields

    @property
    def shown(self) -> Fields:
        return [(name, value) for name, value in self.fields if _is_text(name, value)]

    @property
    def hidden(self) -> Fields:
        return [(name, value) for name, value in self.fields if not _is_text(name, value)]


def begin(user: User) -> None:
    """Let the forms of this session say whose they are: their token is made from this, and signed."""
    session["csrf_token"] = f"{secrets.token_hex(20)}.{user.id}"


def sealed() -> str:
    """The form in this request, sealed; empty where it holds nothing typed, or no page of ours has sent it."""
    if is_too_large():  # a file that nobody may send yet is not even received
        return ""
    user_id = _whose(request.form.get("csrf_token") or request.headers.get("X-CSRFToken", ""))
    fields = [(name, value) for name, value in request.form.items(multi=True) if not SECRET.search(name)]
    if user_id is None or not any(_is_text(name, value) for name, value in fields):
        return ""
    return str(_seal().dumps({"user": user_id, "path": request.path, "back": came_from(), "fields": fields}))


def opened(seal: str, user: User) -> Kept | None:
    """What was sealed, for the person who sent it; None for anybody else, and when it is too long ago."""
    try:
        kept = _seal().loads(seal, max_age=LASTS_SECONDS)
    except BadData:
        return None
    if kept["user"] != user.id:
        return None
    return Kept(kept["path"], kept["back"], [(name, value) for name, value in kept["fields"]])


def came_from() -> str:
    """The page the form stood on, as far as the browser says so."""
    return urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "").path


def label(name: str) -> str:
    """What a field is called, where that is known."""
    return str(LABELS.get(name, LABELS["text"]))


def _is_text(name: str, value: str) -> bool:
    return bool(value.strip()) and (name in LABELS or len(value) > SHORT)


def _whose(token: str) -> int | None:
    """The person for whose session a token was made; None for one that is not of this server's making."""
    signer = URLSafeTimedSerializer(state().config.signing_keys, salt="wtf-csrf-token")
    try:
        made = str(signer.loads(token)).rpartition(".")[2]
    except BadData:
        return None
    return int(made) if made.isdecimal() and len(made) < 10 else None


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(state().config.signing_keys, salt="kept-form")
