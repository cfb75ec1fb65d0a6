"""A company's own page for clients: the same chat, which works without JavaScript too, its QR code, and what becomes of
the data that clients give."""

from __future__ import annotations

import io
import secrets

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from leadbot.bot import company_settings
from leadbot.conversations import talks
from leadbot.errors import LeadbotError
from leadbot.models import Source
from leadbot.state import state
from leadbot.widget import chat, embed, gate, sending, tokens

bp = Blueprint("page", __name__, url_prefix="/c/<slug>")
QR_KINDS = {"svg": "image/svg+xml", "png": "image/png"}
QR_PIXELS = 12  # a module's side in the PNG: sharp on paper at 3 cm


@bp.get("")
def show(slug: str) -> Response:
    """The chat as a page."""
    return _page()


@bp.post("")
def say(slug: str) -> Response:
    """A message of a browser without JavaScript: the whole page again, with the talk so far.

    The token is in the form, the message has an id there: a page that is reloaded sends nothing twice, and one that lay
    open for long is not refused.
    """
    site = gate.site()
    token = tokens.renew(site.key, request.form.get(gate.FIELD, ""))
    g.visitor = tokens.read(site.key, token)
    try:
        if "call" in request.form:
            chat.call_manager()
        else:
            chat.receive()
    except LeadbotError as error:
        return _page(token, error)
    return _page(token)


@bp.get("/qr.<kind>")
def qr(slug: str, kind: str) -> Response:
    """The page's address for a banner or a visiting card."""
    if kind not in QR_KINDS:
        return gate.unavailable()
    import segno  # for the few who print their code

    base = state().config.base_url
    code = segno.make(base + url_for("page.show", slug=slug), error="m", micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind=kind, scale=QR_PIXELS, border=4)
    response = Response(drawn.getvalue(), mimetype=QR_KINDS[kind])
    response.headers["Cache-Control"] = "public, max-age=3600"
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="{slug}.{kind}"'
    return response


@bp.get("/consent")
def consent(slug: str) -> Response:
    """What a client agrees to by leaving his number."""
    card = company_settings.card(company_settings.company())
    return make_response(render_template("widget/consent.html", card=card, **embed.context()))


def _page(token: str = "", error: LeadbotError | None = None) -> Response:
    talk = talks.find(Source.WIDGET, gate.visitor()) if token else None
    own = embed.context() | chat.state(talk)
    if token:
        own["token"] = token
    typed = request.form.get("text", "") if error else ""
    html = render_template(
        "widget/chat.html",
        is_page=True,
        new_id=secrets.token_urlsafe(12),
        error=gate.error_text(error) if error else "",
        typed=typed,
        came={
            "page": request.form.get("page") or request.url,
            "referrer": request.form.get("referrer") or request.referrer,
        },
        **own,
    )
    return sending.packed(make_response(html, error.status if error else 200))
