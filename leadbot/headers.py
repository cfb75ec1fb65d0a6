"""What every answer of every door tells the browser to refuse. A page that needs more asks for it with `allow`."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request

# Nothing inline, nothing from elsewhere, in nobody's frame.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=()",
}
REQUEST_ID = "X-Request-ID"
_SANE_ID = re.compile(r"[A-Za-z0-9_.:+/=-]{1,128}")  # a UUID, a trace of the sender's own
TWO_YEARS_SECONDS = 2 * 365 * 24 * 3600


def init_app(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer."""

    usual = {**HEADERS, "Content-Security-Policy": _policy(POLICY), "X-Frame-Options": "DENY"}
    if is_https:
        usual["Strict-Transport-Security"] = f"max-age={TWO_YEARS_SECONDS}"

    @app.after_request
    def put(response: Response) -> Response:
        said = {**usual, **_allowed(), REQUEST_ID: request_id()}
        if request.endpoint != "static":  # static files say themselves how long they may be kept
            said["Cache-Control"] = "no-store"
        there = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in said.items() if value and name.lower() not in there])
        return response


def request_id() -> str:
    """What this request is known by: what its sender calls it, where that is fit for a log line, else a number of ours.

    On every answer, so that who asks what went wrong can say which one it was.
    """
    known: str | None = g.get("request_id")
    if known is None:
        sent = request.headers.get(REQUEST_ID, "")
        known = g.request_id = sent if _SANE_ID.fullmatch(sent) else secrets.token_hex(8)
    return known


def allow(directive: str, sources: str) -> None:
    """Set one directive of this answer's policy: `allow("frame-ancestors", "https://stroykz.kz")`."""
    g.setdefault("allowed_sources", {})[directive] = sources


def not_kept(response: Response) -> Response:
    """A client's file or a list of clients: no browser, proxy or cache keeps it. `send_file` would let them."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _allowed() -> dict[str, str]:
    """The headers of an answer that asked for more than the usual policy allows."""
    more = g.get("allowed_sources")
    if not more:
        return {}
    policy = {**POLICY, **more}
    # for browsers that don't read the policy
    frame = "DENY" if policy["frame-ancestors"] == "'none'" else ""
    return {"Content-Security-Policy": _policy(policy), "X-Frame-Options": frame}


def _policy(policy: dict[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
