"""What stands on a company's site: the launcher, the frame it opens, and the frame's script and look."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for

from leadbot import headers
from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import chat, widget
from leadbot.conversations.widget import Site
from leadbot.texts.catalogues import language
from leadbot.widget import gate, tokens

bp = Blueprint("embed", __name__)
SHORT = (
    "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"  # the entry: its address never changes
)
LONG = "public, max-age=31536000, immutable"  # what bears a mark of its content
GZIP_LEAST_BYTES = 500
QUOTED = re.compile(r"""("[^"\n]*"|`[^`]*`)""")


@bp.get("/widget.js")
def launcher() -> Response:
    """The one file on a company's pages: a button, until somebody wants to talk."""
    return _file("launcher.js", "", SHORT)


@bp.get("/widget/frame.js")
def script() -> Response:
    """What the chat does."""
    return _file("frame.js", "", LONG)


@bp.get("/w/<key>/look.css")
def look(key: str) -> Response:
    """What the chat looks like, in the company's colour."""
    return _file("frame.css", colors(gate.site()), LONG)


@bp.get("/w/<key>")
def frame(key: str) -> Response:
    """The chat, for a frame on one of the company's sites."""
    headers.allow("frame-ancestors", widget.ancestors(gate.site().look))
    return packed(make_response(render_template("widget/chat.html", **context())))


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
        "look_url": url_for("embed.look", key=site.key, v=_pack("frame.css", colors(site))[2]),
        "script_url": url_for("embed.script", v=_pack("frame.js", "")[2]),
        "is_preview": "preview" in request.args,
        "hours_now": hours_settings.now_in_words(company_settings.company(), language()),
        "hours": hours_settings.in_words(company_settings.company()).get(language(), ""),
    }


def colors(site: Site) -> str:
    """The company's colour over the house's; the server has made sure that it can be read on."""
    look = site.look
    return f":root{{--brand:{look.color};--on-brand:{look.on_color}}}" if look.color else ""


def packed(response: Response) -> Response:
    """The answer compressed, for browsers that say they can read it."""
    response.vary.add("Accept-Encoding")
    if _may_pack() and len(response.data) > GZIP_LEAST_BYTES:
        response.data = gzip.compress(response.data, 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _file(name: str, more: str, kept: str) -> Response:
    """A small text file, with `more` after it."""
    plain, small, mark = _pack(name, more)
    response = Response(
        small if _may_pack() else plain, mimetype=f"text/{'css' if name[-3:] == 'css' else 'javascript'}"
    )
    if _may_pack():
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = kept if kept == SHORT or request.args.get("v") == mark else "no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # for sites that ask it of all they load
    response.set_etag(mark)
    response.make_conditional(request)
    return response


def _may_pack() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _pack(name: str, more: str) -> tuple[bytes, bytes, str]:
    """The file as it is sent: plain and compressed, and the mark of its content."""
    path = Path(current_app.static_folder or "") / "widget" / name
    return _packed(path, path.stat().st_mtime_ns, more)


@lru_cache(maxsize=256)
def _packed(path: Path, changed_at_ns: int, more: str) -> tuple[bytes, bytes, str]:
    text = squeeze(path.read_text())
    plain = (close_up(text) if path.suffix == ".js" else text + more).encode()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12]


def squeeze(source: str) -> str:
    """A script or style sheet without its indents, its empty lines and the comments that have lines of their own."""
    text = re.sub(r"^\s*/\*.*?\*/\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def close_up(script: str) -> str:
    """A script without the blanks round signs, but for those in quotes."""
    parts = re.split(QUOTED, script)
    parts[::2] = (re.sub(r" *([=?:,;(){}<>&|]) *", r"\1", part) for part in parts[::2])
    return "".join(parts)
