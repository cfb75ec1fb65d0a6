"""What every answer of every door tells the browser to refuse. A page that needs more asks for it with `allow`."""

from __future__ import annotations

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
TWO_YEARS_SECONDS = 2 * 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""
    is_https = app.extensions["leadbot_config"].is_https

    @app.after_request
    def put(response: Response) -> Response:
        _put_policy(response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS_SECONDS}")
        if request.endpoint != "static":  # static files say themselves how long they may be kept
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def allow(directive: str, sources: str) -> None:
    """Set one directive of this answer's policy: `allow("frame-ancestors", "https://stroykz.kz")`."""
    g.setdefault("allowed_sources", {})[directive] = sources


def _put_policy(response: Response) -> None:
    policy = {**POLICY, **g.get("allowed_sources", {})}
    text = "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
    response.headers.setdefault("Content-Security-Policy", text)
    if policy["frame-ancestors"] == "'none'":  # the same for browsers that don't read the policy
        response.headers.setdefault("X-Frame-Options", "DENY")
