"""The test chat: the company's people talk with their bot as a client would."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, request, session, url_for
from flask_login import current_user

from leadbot.accounts import users
from leadbot.bot import scenarios
from leadbot.conversations import chat, talks, voice
from leadbot.conversations.chat import Incoming
from leadbot.errors import Invalid, LeadbotError
from leadbot.models import Source
from leadbot.texts.catalogues import language
from leadbot.web.bodies import takes_large
from leadbot.web.bot import try_out
from leadbot.web.bot.bot import kept
from leadbot.web.htmx import go, is_htmx, page, part
from leadbot.web.inbox.talks import after

bp = Blueprint("chat", __name__)
ROOM_FOR_FORM = 64 * 1024  # what a form may weigh beside its sound


@bp.get("/chat")
def show() -> Response:
    """The talk so far and what the bot knows by now."""
    return _page()


@bp.post("/chat")
@takes_large(voice.MOST_BYTES + ROOM_FOR_FORM)
def say() -> Response:
    """A message of the would-be client, and the bot's answer."""
    users.check_may_write(current_user)
    try:
        chat.receive(_incoming())
    except LeadbotError as error:
        if is_htmx():
            raise
        return _page(error)
    return _news() if is_htmx() else go(url_for(".show"))


@bp.get("/chat/lines")
def lines() -> Response:
    """What has been said since the page last looked; 204 where nothing was."""
    talk = try_out.current()
    if talk is None or talk.message_count <= after():
        return Response(status=204)
    return _news()


@bp.post("/chat/new")
def begin() -> Response:
    """Another would-be client: the talk begins anew, the old one stays among the conversations."""
    users.check_may_write(current_user)
    if try_out.current() is not None:
        session["test_talk"] = talks.begun(Source.TEST, try_out.ref("")) + 1
    return go(url_for(".show"))


@bp.post("/chat/keep")
def keep() -> Response:
    """Keep this talk to rehearse the bot's settings with."""
    users.check_may_write(current_user)
    talk = try_out.current()
    if talk is None:
        raise Invalid("The client has not written anything here yet")
    return kept(scenarios.save(talk, by=current_user))


@bp.post("/chat/draft")
def by_draft() -> Response:
    """Talk with the bot as its draft would have it, or again as clients meet it."""
    users.check_may_write(current_user)
    session["by_draft"] = request.form.get("draft") == "1"
    return go(url_for(".show"))


def _page(error: LeadbotError | None = None) -> Response:
    context = try_out.context(0, drafted=try_out.tests_draft())
    typed = request.form.get("text", "") if error else ""
    status = error.status if error else 200
    return page("chat/chat.html", status, error=error, typed=typed, new_id=secrets.token_urlsafe(12), **context)


def _news() -> Response:
    return part("chat/_news.html", **try_out.context(after(), drafted=try_out.tests_draft()))


def _incoming() -> Incoming:
    form, sound = request.form, request.files.get("audio_file")
    return Incoming(
        source=Source.TEST,
        client_ref=try_out.ref(),
        text=form.get("text") or form.get("quick", ""),
        audio=sound.read() if sound and sound.filename else None,
        message_id=form.get("message_id") or None,
        language=language(),
        by_draft=try_out.tests_draft(),
    )
