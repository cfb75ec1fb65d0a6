"""Conversations: what clients and the bot say, and a manager who takes over."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot import headers
from leadbot.bot import budget, company_settings
from leadbot.conversations import canned, chat, hand_off, inbox, notes, presence, talks, waiting
from leadbot.conversations.inbox import Mark, Show, Wanted
from leadbot.errors import Invalid, LeadbotError
from leadbot.fields import Surface
from leadbot.files import kinds, storage
from leadbot.files.storage import FILES, VOICE
from leadbot.models import Conversation, Message
from leadbot.web import searching
from leadbot.web.htmx import go, is_htmx, page, part
from leadbot.web.inbox.talks import after, facts, with_notes

bp = Blueprint("conversations", __name__)


@bp.get("/conversations")
def index() -> Response:
    """The talks that are looked for, what was said last first; for htmx the list alone, or more of it."""
    if not is_htmx():
        return page("conversations/conversations.html", **_list(), talk=None)
    if _before():
        return part("conversations/_older.html", **_list())
    response = part("conversations/_found.html", **_list())
    response.headers["HX-Replace-Url"] = _address()
    return response


@bp.get("/conversations/live")
def live() -> Response:
    """The list again, down to where it was shown, if it changed since version `v`; else 204."""
    if request.args.get("v") == inbox.current_version():
        return Response(status=204)
    return part("conversations/_live.html", **_list())


@bp.get("/conversations/<int:talk_id>")
def show(talk_id: int) -> Response:
    """One talk, and what is known of the client."""
    return thread(talks.get(talk_id))


@bp.get("/conversations/<int:talk_id>/lines")
def lines(talk_id: int) -> Response:
    """What has been said or has changed since the page last looked; 204 where nothing has."""
    talk = talks.get(talk_id)
    shown = (after(), _notes_after(), request.args.get("state"), request.args.get("marks", ""))
    is_same = shown == (talk.message_count, talk.note_count, _state(talk), _marks(talk))
    return Response(status=204) if is_same else news(talk)


@bp.post("/conversations/<int:talk_id>/take")
def take(talk_id: int) -> Response:
    """The bot falls silent, this person answers."""
    talk = talks.get(talk_id)
    try:
        hand_off.take_over(talk, by=current_user)
    except LeadbotError as error:
        if is_htmx():
            raise
        return thread(talk, error)
    return back(talk, _("The bot is silent, you are answering"))


@bp.post("/conversations/<int:talk_id>/messages")
def write(talk_id: int) -> Response:
    """A manager's own words to the client."""
    talk, text, message_id = talks.get(talk_id), request.form.get("text", ""), request.form.get("message_id") or None
    return put_down(talk, lambda: hand_off.write(talk, text, by=current_user, message_id=message_id))


@bp.post("/conversations/<int:talk_id>/return")
def give_back(talk_id: int) -> Response:
    """The bot answers again."""
    talk = talks.get(talk_id)
    hand_off.give_back(talk, by=current_user)
    return back(talk, _("The bot is answering again"))


@bp.get("/conversations/<int:talk_id>/voice/<int:message_id>")
def voice(talk_id: int, message_id: int) -> Response:
    """A voice message to listen to, as the kind of sound that its own bytes say it is."""
    message = storage.find(VOICE, talks.get(talk_id), message_id)
    path = storage.path_of(VOICE, message)
    return headers.not_kept(send_file(path, mimetype=message.audio_type, conditional=True))


@bp.get("/conversations/<int:talk_id>/files/<int:message_id>")
def file(talk_id: int, message_id: int) -> Response:
    """A photo that a client sent, or a document to be downloaded."""
    message = storage.find(FILES, talks.get(talk_id), message_id)
    path = storage.path_of(FILES, message)
    is_shown = kinds.is_shown(message)
    sent = send_file(path, message.file_type, as_attachment=not is_shown, download_name=path.name, conditional=True)
    return headers.not_kept(sent)


def put_down(talk: Conversation, write: Callable[[], object]) -> Response:
    """Write something into an open talk, and show it there, or why it could not be written."""
    try:
        write()
    except LeadbotError as error:
        if is_htmx():
            raise
        return thread(talk, error)
    return news(talk) if is_htmx() else back(talk)


def back(talk: Conversation, note: str = "") -> Response:
    """To the talk's own page, with the list as it was narrowed."""
    return go(url_for("web.conversations.show", talk_id=talk.id, **_narrow()), note=note)


def thread(talk: Conversation, error: LeadbotError | None = None, *, typed: str | None = None) -> Response:
    """The page of a talk; with an error, and what was typed before it."""
    return page(
        "conversations/conversations.html",
        error.status if error else 200,
        error=error,
        typed=request.form.get("text", "") if typed is None else typed,
        typed_note=request.form.get("note", ""),
        is_note_wrong=isinstance(error, Invalid) and error.field == "note",
        new_id=secrets.token_urlsafe(12),
        answers=canned.filled(talk, current_user) if current_user.may_write else [],
        **_list() | _open(talk, chat.lines(talk)),
    )


def news(talk: Conversation) -> Response:
    """What the open page of a talk lacks."""
    is_held_otherwise = request.values.get("state") != _state(talk)
    lines = chat.lines(talk, after=after())
    answers = canned.filled(talk, current_user) if is_held_otherwise else []
    shown = _open(talk, lines)
    return part("conversations/_news.html", **shown, answers=answers, is_changed=is_held_otherwise, new_id="")


def _list() -> dict[str, Any]:
    wanted, before = _wanted(), _before()
    down_to = Mark.read(request.args.get("to", "")) if request.path.endswith("/live") else None
    version = inbox.current_version()  # read first: what changes meanwhile is shown once too often, never too seldom
    found = inbox.listed(wanted, current_user, before=before, down_to=down_to)
    return {
        "version": version,
        "rows": found.rows,
        "end": found.end,
        "is_older": before is not None,
        "wanted": wanted,
        "shows": list(Show),
        "narrow": _narrow(),
        "unread": waiting.count_for(current_user),
        "waiting": waiting.count(),
        "open_id": request.args.get("open", 0, type=int),
    }


def _open(talk: Conversation, lines: list[Message]) -> dict[str, Any]:
    return {
        "talk": talk,
        "open_id": talk.id,
        "said": with_notes(lines, notes.notes_of(talk, after=_notes_after())),
        "last": talk.message_count,
        "notes": talk.note_count,
        "state": _state(talk),
        "marks": _marks(talk),
        "presence": presence.seen_by(talk),
        "spent": budget.of_talk(talk),
        "facts": facts(talk, [row.key for row in company_settings.fields().at(Surface.CARD)]),
    }


def _state(talk: Conversation) -> str:
    """Who answers; the foot of the page is drawn anew when that changes."""
    return f"{talk.handled_by}{talk.manager_id or ''}"


def _marks(talk: Conversation) -> str:
    """What is said of the talk above its foot."""
    seen = presence.seen_by(talk)
    left_at = int(seen.left_at.timestamp()) if seen.left_at else ""
    side = f"{seen.mark}{left_at}{'typing' if seen.is_typing else ''}"
    return f"{talk.waits_for or ''}{'junk' if talk.is_junk else ''}{side}"


def _notes_after() -> int:
    """The number of notes that the page already shows."""
    return max(0, min(request.values.get("notes", 0, type=int), 2**31 - 1))


def _wanted() -> Wanted:
    try:
        shown = Show(request.args.get("show", ""))
    except ValueError:
        shown = Show.ALL
    return Wanted(shown, inbox.clean(searching.words()))


def _before() -> Mark | None:
    return Mark.read(request.args.get("before", ""))


def _narrow() -> dict[str, Any]:
    """The address of what is looked for, as far as it is not everything."""
    wanted = _wanted()
    show = {"show": wanted.show.value} if wanted.show is not Show.ALL else {}
    return show | searching.veiled(wanted.query)


def _address() -> str:
    open_id = request.args.get("open", 0, type=int)
    if open_id > 0:
        return url_for(".show", talk_id=open_id, **_narrow())
    return url_for(".index", **_narrow())
