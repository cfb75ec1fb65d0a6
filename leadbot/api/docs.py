"""The API's document and the two pages that show it, all from files of our own."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, render_template

from leadbot import headers
from leadbot.api import spec
from leadbot.state import state

bp = Blueprint("docs", __name__)
# Two styles that ReDoc 2.5.4 puts in before it can be told the nonce: an empty one and its scroll bar's.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)


@bp.get("/openapi.json")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    document = state().openapi = state().openapi or spec.build(current_app)
    return document


@bp.get("/docs")
def swagger() -> str:
    """Swagger UI: read and try."""
    return render_template("docs/swagger.html")


@bp.get("/redoc")
def redoc() -> str:
    """ReDoc: read."""
    nonce = secrets.token_urlsafe(16)
    headers.allow("style-src", f"'self' 'nonce-{nonce}' {REDOC_STYLES}")  # its styles are made in the browser
    headers.allow("worker-src", "blob:")  # its search runs in a worker that is made there too
    return render_template("docs/redoc.html", nonce=nonce)
