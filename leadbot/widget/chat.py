"""The talk of a visitor with the bot: what he writes, what has been said, his call for a manager."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for

from leadbot import headers
from leadbot.accounts.limits import Limit, caller, visitors
from leadbot.conversations import chat, hand_off, presence, talks, voice, widget
from leadbot.conversations.chat import Incoming
from leadbot.engines.audio import HEAD_BYTES, has_picture, sniff
from leadbot.errors import NoRoom, NotFound
from leadbot.files import storage
from leadbot.files.storage import FILES, VOICE
from leadbot.leads import attribution
from leadbot.models import Conversation, Source
from leadbot.reports import figures
from leadbot.state import state as app_state
from leadbot.texts.catalogues import language
from leadbot.widget import gate, tokens
from leadbot.widget.sending import packed

bp = Blueprint("talk", __name__, url_prefix="/w/<key>")
TRAP = "fax_number"  # a field that people don't see; what fills it in is a machine
TYPING = "X-Typing"  # a manager is writing
OPENINGS = Limit("widget openings", "3000 per minute")
SIGHTS = Limit("widget sights", "6000 per minute")


@bp.before_request
def nothing_new() -> Response | None:
    """Most polls end here: one look into the database, before anything else is found out."""
    if request.endpoint != "talk.lines":
        return None
    key = (request.view_args or {})["key"]
    try:
        known = tokens.read(key, request.headers.get(gate.HEADER, ""))
    except tokens.NotAVisitor:
        return None
    found = widget.lines_so_far(key, known)
    if found is None or found[0] > after():
        return None
    return Response(status=204, headers={TYPING: "1"} if found[1] else None)


@bp.post("/messages")
def say(key: str) -> Response:
    """A message: stored once under its id, answered at once unless a manager has the talk."""
    receive()
    return news()


@bp.get("/lines")
def lines(key: str) -> Response:
    """What has been said since the page last looked; 204 where nothing was."""
    talk = talks.find(Source.WIDGET, gate.visitor())
    if talk is None or talk.message_count <= after():
        return Response(status=204)
    return news()


@bp.post("/call")
def call(key: str) -> Response:
    """Ask for a human."""
    call_manager()
    return news()


@bp.post("/token")
def renew(key: str) -> Response:
    """A fresh token for one that has run out, and the first for who has none."""
    visitors.RENEWALS.count(caller(request.remote_addr))
    return Response(tokens.renew(key, request.form.get("token", "")), mimetype="text/plain")


@bp.post("/open")
def open_(key: str) -> Response:
    """Somebody opened the chat: where, for the settings page to show; and for the first time, for the figures."""
    OPENINGS.count(caller(request.remote_addr))
    widget.seen(request.form.get("page", ""))
    if "first" in request.form:
        figures.count_opening()
    return Response(status=204)


@bp.post("/seen")
def seen(key: str) -> Response:
    """What the browser says of its side: which lines it has (`delivered`) and shows (`read`), that somebody is
    `typing`, that he has `left`. The token may stand in the form: what is sent as a page goes away has no headers."""
    SIGHTS.count(caller(request.remote_addr))
    form = request.form
    presence.put(
        gate.visitor(),
        delivered=max(0, form.get("delivered", 0, type=int)),
        read=max(0, form.get("read", 0, type=int)),
        is_typing="typing" in form,
        has_left="left" in form,
    )
    return Response(status=204)


@bp.post("/link")
def link(key: str) -> Response:
    """An address that carries this talk to another device, or a later day. Its secret stands behind the #, which is
    sent to nobody."""
    base = app_state().config.base_url
    page = url_for("page.show", slug=gate.site().slug, lang=language())
    return Response(f"{base}{page}#talk={tokens.carry(key, gate.visitor())}", mimetype="text/plain")


@bp.post("/carried")
def carried(key: str) -> Response:
    """The token of the talk that such a link carries. Raises NotAVisitor for one that has run out."""
    visitors.RENEWALS.count(caller(request.remote_addr))
    return Response(tokens.mint(key, tokens.read_carried(key, request.form.get("talk", ""))), mimetype="text/plain")


@bp.get("/files/<int:seq>")
def file(key: str, seq: int) -> Response:
    """What the visitor himself sent in a line of his talk: a photo, a document, his voice."""
    talk = talks.find(Source.WIDGET, gate.visitor())
    line = next(iter(chat.lines(talk, after=seq - 1, most=1_000_000)), None) if talk and seq > 0 else None
    if line is None or line.seq != seq or not (line.audio_file or line.file_name):
        raise NotFound
    path = storage.path_of(VOICE if line.audio_file else FILES, line)
    return headers.not_kept(send_file(path, mimetype=line.audio_type or line.file_type, conditional=True))


def receive() -> None:
    """Hand the visitor's message to the chat. What a machine sent is dropped without a word."""
    form, known = request.form, gate.visitor()
    if form.get(TRAP):
        return
    is_thrifty = visitors.check_message(gate.site().key, known, caller(request.remote_addr))
    sound, picture = _upload()
    chat.receive(
        Incoming(
            source=Source.WIDGET,
            client_ref=known,
            text=form.get("text") or form.get("quick", ""),
            audio=sound,
            file=picture,
            message_id=form.get("message_id") or None,
            language=language(),
            first_touch=attribution.read(form.get("page", ""), form.get("referrer", ""), form.get("topic", "")) or None,
            is_thrifty=is_thrifty,
        )
    )


def call_manager() -> None:
    """Call one, if the visitor has not done so too often."""
    known = gate.visitor()
    visitors.VISITOR.count(gate.site().key, known)
    may_disturb = visitors.may_call(gate.site().key, known)
    is_crowd = may_disturb and visitors.is_crowd(gate.site().key, caller(request.remote_addr))
    message_id = request.form.get("message_id") or None
    widget.call_manager(known, message_id, language(), may_disturb=may_disturb, is_crowd=is_crowd)


def news() -> Response:
    """What was said after the last line the page has."""
    talk = talks.find(Source.WIDGET, gate.visitor())
    return packed(make_response(render_template("widget/_news.html", **state(talk, after()))))


def state(talk: Conversation | None, after_seq: int = 0) -> dict[str, object]:
    """The talk as a page shows it."""
    manager = talk.manager if talk and talk.handled_by == "manager" else None
    shown = chat.lines(talk, after=after_seq) if talk else []
    return {
        "said": shown,
        "last": talk.message_count if talk else 0,
        "chips": chat.chips(talk, language()),
        "manager": hand_off.shown_to_clients(manager, language()) if manager else "",
        "ticket": tokens.ticket(gate.site().key, gate.visitor()) if talk else "",
        "is_lead": bool(talk and talk.lead_id),
    }


def after() -> int:
    """The number of the last line the page already shows."""
    return max(0, min(request.values.get("after", 0, type=int), 2**31))


def _upload() -> tuple[bytes | None, bytes | None]:
    """The sound, or else the photo or document of this message. Raises Invalid, UnsupportedVideo, NoRoom."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None, None
    data = sent.read()
    if not visitors.may_send(len(data), caller(request.remote_addr)):
        raise NoRoom
    if sniff(data[:HEAD_BYTES]) is None and not has_picture(data):
        return None, data
    voice.check_is_sound(data)
    return data, None
