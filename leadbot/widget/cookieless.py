"""Sessions that this door does not have: it neither reads the cookie nor sets one, whoever asks for the session."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface

COOKIELESS = ("/w/", "/c/", "/widget", "/api/")


class _Forgotten(NullSession):
    """A session for one request: what is put in is there until its end, and nobody is told of it."""

    __setitem__ = SecureCookieSession.__setitem__  # type: ignore[assignment]
    __delitem__ = SecureCookieSession.__delitem__  # type: ignore[assignment]
    pop, setdefault, update = SecureCookieSession.pop, SecureCookieSession.setdefault, SecureCookieSession.update  # type: ignore[assignment]


class Sessions(SecureCookieSessionInterface):
    """The house's sessions, but none on public pages and in the API."""

    null_session_class = _Forgotten

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; where cookies are not read an empty one that is forgotten."""
        if request.path.startswith(COOKIELESS):
            return self.make_null_session(app)
        return super().open_session(app, request)
