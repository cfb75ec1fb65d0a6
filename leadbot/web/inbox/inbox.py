"""What a person does with a talk besides answering: reads it, notes something down, calls it junk, settles it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import users
from leadbot.conversations import canned, junk, notes, presence, read_marks, talks, waiting
from leadbot.notifications import attention as look
from leadbot.notifications import choices
from leadbot.web.htmx import go, is_htmx, part
from leadbot.web.inbox.conversations import back, put_down, thread

bp = Blueprint("inbox", __name__)


def init_app(app: Flask) -> None:
    """Let the rail say what an open page rings for."""
    app.jinja_env.globals.update(attention=attention, wants_sound=lambda: choices.choices_of(current_user).sound)


def attention() -> look.Attention:
    """As things stand for this page, which knows leads up to `since`."""
    return look.look(request.args.get("since", type=int))


@bp.get("/conversations/unread")
def unread() -> Response:
    """How many talks wait for a human, and what an open page rings for; 204 where that is what the page shows."""
    count, now = waiting.count_for(current_user), str(attention())
    if request.args.get("n") == str(count) and request.args.get("s", now) == now:
        return Response(status=204)
    return part("conversations/_unread.html", unread=count)


@bp.post("/conversations/read")
def read_all() -> Response:
    """Nothing is unread any more."""
    read_marks.mark_all(current_user)
    return go(url_for("web.conversations.index"), note=_("Everything is marked as read"))


@bp.post("/conversations/<int:talk_id>/read")
def read(talk_id: int) -> Response:
    """The talk has been seen up to line `seq`."""
    talk = talks.get(talk_id)
    read_marks.mark(talk, current_user, request.form.get("seq", 0, type=int))
    if not is_htmx():
        return back(talk)
    return part("conversations/_unread.html", unread=waiting.count_for(current_user), oob=True)


@bp.post("/conversations/<int:talk_id>/notes")
def note(talk_id: int) -> Response:
    """A note for the company's own people."""
    talk = talks.get(talk_id)
    return put_down(talk, lambda: notes.add(talk, request.form.get("note", ""), by=current_user))


@bp.post("/conversations/<int:talk_id>/junk")
def put_away(talk_id: int) -> Response:
    """It is junk."""
    talk = talks.get(talk_id)
    junk.put(talk, by=current_user)
    return back(talk, _("Moved to junk"))


@bp.post("/conversations/<int:talk_id>/not-junk")
def take_back(talk_id: int) -> Response:
    """It is none."""
    talk = talks.get(talk_id)
    junk.take_back(talk, by=current_user)
    return back(talk, _("Back among the conversations"))


@bp.post("/conversations/<int:talk_id>/typing")
def typing(talk_id: int) -> Response:
    """Somebody is writing here: the client sees it."""
    presence.manager_types(talks.get(talk_id), by=current_user)
    return Response(status=204)


@bp.post("/conversations/<int:talk_id>/settle")
def settle(talk_id: int) -> Response:
    """Nobody waits any more: it was dealt with otherwise."""
    talk = talks.get(talk_id)
    waiting.settle(talk, by=current_user)
    return back(talk, _("Settled"))


@bp.post("/conversations/<int:talk_id>/insert")
def insert(talk_id: int) -> Response:
    """Put a canned answer behind what is typed; nothing is sent. For browsers without JavaScript."""
    talk = talks.get(talk_id)
    users.check_may_write(current_user)
    typed = request.form.get("text", "")
    chosen = request.form.get("answer", "")
    text = next((text for answer, text in canned.filled(talk, current_user) if str(answer.id) == chosen), "")
    return thread(talk, typed="\n".join(filter(None, (typed.strip(), text))))
