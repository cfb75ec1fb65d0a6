"""What a browser sees when something can't be done: a page, or a note where htmx asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadHost, BadRequest, HTTPException, SecurityError

from leadbot.errors import Busy, LeadbotError
from leadbot.operations import health
from leadbot.texts import catalogues
from leadbot.web.htmx import is_htmx, only_toast, page

# What happened, and what to do. Any other status reads as 400.
WORDS = {
    400: (lazy_gettext("This request is not right"), lazy_gettext("Go back and try again.")),
    403: (lazy_gettext("No access"), lazy_gettext("Ask the owner of the company.")),
    404: (lazy_gettext("Page not found"), lazy_gettext("Check the address.")),
    405: (
        lazy_gettext("This address can’t be opened this way"),
        lazy_gettext("Go back and use the button on the page."),
    ),
    409: (lazy_gettext("This has been changed meanwhile"), lazy_gettext("Go back and look how it stands now.")),
    410: (lazy_gettext("The link no longer works"), lazy_gettext("Ask for a new one.")),
    413: (lazy_gettext("Too much at once"), lazy_gettext("Send a smaller file or a shorter text.")),
    429: (lazy_gettext("Too many requests"), lazy_gettext("Wait a minute and try again.")),
    500: (lazy_gettext("A fault on our side"), lazy_gettext("Try again in a minute.")),
    503: (lazy_gettext("Busy at the moment"), lazy_gettext("Try again in a few seconds.")),
}
STALE = lazy_gettext("This page is out of date. Reload it, your input will be kept")


def init_app(app: Flask) -> None:
    """Answer for every address that no other door answers for."""
    app.register_error_handler(CSRFError, forged_or_stale)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(ParseException, lambda _error: http_error(BadRequest()))  # a body in broken chunks
    for trouble in health.DATABASE_TROUBLE:
        app.register_error_handler(trouble, database_busy)


def domain_error(error: LeadbotError) -> Response:
    """A service said no: its status, its text; a note for htmx, else a page."""
    text = error_text(error)
    if is_htmx():
        response = only_toast(text, error.status, kind="danger")
    else:
        title, cure = _words(error.status)
        response = _error_page(error.status, title=title, text=cure if error.status == 404 else text)
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def error_text(error: LeadbotError) -> str:
    """The error's text in the reader's language, its values put in."""
    return str(_(error.text, **error.values))


def forged_or_stale(error: CSRFError) -> Response:
    """The form's token is missing or of an older session: nothing is done; htmx loads the page anew."""
    if is_htmx():
        response = only_toast(str(STALE), 403, kind="danger")
        response.headers["HX-Refresh"] = "true"
        return response
    title, cure = _("This page is out of date"), _("Open it again and send the form once more.")
    return _error_page(400, title=title, text=cure, again=urlsplit(request.referrer or "").path)


def http_error(error: HTTPException) -> Response | HTTPException:
    """What Flask itself refuses: an absent page, a wrong method, a body too large, a fault of ours."""
    if error.code is None or error.code < 400 or isinstance(error, SecurityError | BadHost):
        return error  # a foreign or absurd Host gets no page: there are no addresses to put in it
    if error.code >= 500:
        _ask_nobody()
    title, cure = _words(error.code)
    if is_htmx():
        response = only_toast(f"{title}. {cure}", error.code, kind="danger")
    else:
        response = _error_page(error.code, title=title, text=cure)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def database_busy(error: Exception) -> Response:
    """The database could not be had in time: come again. Nothing was written."""
    current_app.logger.exception("the database did not answer")
    _ask_nobody()
    return domain_error(Busy())


def _ask_nobody() -> None:
    """The fault may lie in reading the person: what is said from here on is said to anybody."""
    g.language, g.time_zone = catalogues.picked_language(), catalogues.DEFAULT_ZONE
    g.is_for_nobody = True


def _error_page(status: int, **context: object) -> Response:
    who = {"current_user": AnonymousUserMixin()} if g.get("is_for_nobody") else {}
    return page("errors/error.html", status, **context, **who)


def _words(status: int) -> tuple[str, str]:
    title, cure = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    return str(title), str(cure)
