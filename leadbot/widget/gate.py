"""Who comes in, for which company, in which language; and what a visitor sees when something can't be done."""

from __future__ import annotations

import math
import re
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from leadbot import headers
from leadbot.conversations import widget
from leadbot.conversations.widget import Site
from leadbot.database import tenancy
from leadbot.errors import Busy, LeadbotError, NotFound, TooMany
from leadbot.files import kinds
from leadbot.operations import health
from leadbot.texts import phrases
from leadbot.texts.catalogues import language
from leadbot.texts.languages import LANGUAGES
from leadbot.widget import sending, tokens

HEADER, FIELD = "X-Visitor", "visitor"
GONE = '(own=>{own.set.hidden="";own.draw()})(window[Symbol.for("leadbot")])'
BODY_MOST_BYTES = kinds.MOST_BYTES + 64 * 1024


def keep(bp: Blueprint) -> None:
    """Put the gate before a room."""
    bp.before_request(enter)
    bp.register_error_handler(LeadbotError, domain_error)
    bp.register_error_handler(HTTPException, http_error)
    for trouble in health.DATABASE_TROUBLE:
        bp.register_error_handler(trouble, database_busy)


def enter() -> Response | None:
    """Find the company by its key or slug, receive the body, and only then begin to act for it.

    A token in the header is looked at before the body: strangers can't send much, and a slow phone holds no
    transaction. A page that has another address now leads there. Raises NotFound, NotAVisitor.
    """
    g.language = _asked_language() or "ru"
    values = request.view_args or {}
    if "key" in values:
        site = widget.of_key(values["key"])
    elif "slug" in values:
        site = widget.of_slug(values["slug"])
    else:
        return None
    if request.method != "POST" and values.get("slug", site.slug) != site.slug:
        return _moved(site, values)
    g.site, g.time_zone = site, site.time_zone
    g.language = _asked_language() or site.language
    if request.method == "POST":
        if HEADER in request.headers:
            g.visitor = tokens.read(site.key, request.headers[HEADER])
        if "visitor" in g or "slug" in values:  # a form without JavaScript bears its token in the body
            request.max_content_length = BODY_MOST_BYTES
        request.form  # noqa: B018  (receives and reads it)
    tenancy.act_for(site.company_id)
    return None


def _moved(site: Site, values: dict[str, Any]) -> Response:
    """On to where the page is now; not for good, since a company may go back to an address it had."""
    path, query = url_for(request.endpoint or "", **{**values, "slug": site.slug}), request.query_string.decode()
    return make_response(redirect(f"{path}?{query}" if query else path, 302))


def site() -> Site:
    """The company whose page this is."""
    found: Site = g.site
    return found


def visitor() -> str:
    """Who asks. Raises NotAVisitor."""
    if "visitor" not in g:
        token = request.headers.get(HEADER) or request.form.get(FIELD, "")
        g.visitor = tokens.read(site().key, token)
    known: str = g.visitor
    return known


def error_text(error: LeadbotError) -> str:
    """The error's text in the visitor's language."""
    if isinstance(error, TooMany):
        return phrases.say("limit", language(), n=str(math.ceil(error.retry_after_seconds / 60)))
    return str(_(error.text, **error.values))


def domain_error(error: LeadbotError) -> Response:
    """A service said no: a quiet page where there is no chat, else one sentence."""
    if isinstance(error, NotFound):
        return unavailable()
    response = make_response(error_text(error), error.status)
    response.mimetype = "text/plain"
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def database_busy(error: Exception) -> Response:
    """The database could not be had in time: the page sends the same once more."""
    current_app.logger.warning("the database did not answer: %s", type(error).__name__, exc_info=True)
    return domain_error(Busy())


def http_error(error: HTTPException) -> Response | HTTPException:
    """What Flask itself refuses: a body too large, a wrong method."""
    if error.code == 404:
        return unavailable()
    if error.code == 413:
        text = _("The file is larger than %(max)s MB", max=kinds.MOST_MEGABYTES)
        return Response(text, 413, mimetype="text/plain")
    return error


def unavailable() -> Response:
    """The same for a key unknown, rotated or paused, and a company that is off. It may stand in any frame.

    A site's page that asks by script is told to take the button away.
    """
    if request.endpoint == "entry.more":
        return sending.javascript(GONE, "no-store")
    if request.path.startswith("/w/"):
        headers.allow("frame-ancestors", widget.ANYBODY)
    return embeddable(make_response(render_template("widget/unavailable.html"), 404))


def embeddable(response: Response) -> Response:
    """A page that also sites may frame which ask isolation (COEP) of all they hold."""
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _asked_language() -> str | None:
    """What the page asks for, or else the browser."""
    wished = (_primary(tag) for tag in (request.args.get("lang", ""), *request.accept_languages.values()))
    return next((tag for tag in wished if tag in LANGUAGES), None)


def _primary(tag: str) -> str:
    """The language of a tag, whatever script or country follows; many sites write the country's code for Kazakh."""
    primary = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]
    return {"kz": "kk", "kaz": "kk", "rus": "ru", "eng": "en"}.get(primary, primary)
