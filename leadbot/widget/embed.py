"""The frame that the launcher opens, its script and its look."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for

from leadbot import headers
from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import chat, widget
from leadbot.conversations.widget import Site
from leadbot.texts.catalogues import language
from leadbot.widget import gate, sending, tokens

bp = Blueprint("embed", __name__)


@bp.get("/widget/frame.js")
def script() -> Response:
    """What the chat does."""
    return sending.file("frame.js", sending.LONG)


@bp.get("/w/<key>/look.css")
def look(key: str) -> Response:
    """What the chat looks like, in the company's colour."""
    return sending.file("frame.css", sending.LONG, more=colors(gate.site()))


@bp.get("/w/<key>")
def frame(key: str) -> Response:
    """The chat, for a frame on one of the company's sites."""
    headers.allow("frame-ancestors", widget.ancestors(gate.site().look))
    return gate.embeddable(sending.packed(make_response(render_template("widget/chat.html", **context()))))


def context() -> dict[str, object]:
    """What the chat needs before anything was said."""
    site = gate.site()
    return {
        "site": site,
        "title": site.title(language()),
        "token": tokens.mint(site.key),
        "base": url_for("embed.frame", key=site.key),
        "greeting": chat.greeting(language()),
        "chips": chat.chips(None, language()),
        "look_url": url_for("embed.look", key=site.key, v=sending.packed_file("frame.css", colors(site))[2]),
        "script_url": url_for("embed.script", v=sending.packed_file("frame.js")[2]),
        "is_preview": "preview" in request.args,
        "hours_now": hours_settings.now_in_words(company_settings.company(), language()),
        "hours": hours_settings.in_words(company_settings.company()).get(language(), ""),
    }


def colors(site: Site) -> str:
    """The company's colour over the house's; the server has made sure that it can be read on."""
    look = site.look
    return f":root{{--brand:{look.color};--on-brand:{look.on_color}}}" if look.color else ""
