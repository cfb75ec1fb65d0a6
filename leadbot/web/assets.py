"""Static files: addresses with a mark of the content, to be kept for ever by browsers; texts go out compressed."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for

YEAR_SECONDS = 365 * 24 * 3600
TEXTS = ("text/css", "text/javascript", "image/svg+xml", "application/json")
LEAST_BYTES = 500  # less than that is one packet in any case


def init_app(app: Flask) -> None:
    """Give templates `asset()` and set how long static files may be kept."""
    app.add_template_global(asset)
    app.after_request(_keep)


def asset(name: str) -> str:
    """The address of a static file: /static/app.css?v=0f3a…; found once a request, however many icons a page has."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        known[name] = url_for("static", filename=name, v=mark(name))
    return known[name]


def mark(name: str) -> str:
    """What the content of a static file is known by."""
    path = Path(current_app.static_folder or "") / name
    return _mark(path, path.stat().st_mtime_ns)


@cache
def _mark(path: Path, changed_at_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _keep(response: Response) -> Response:
    """For ever with the right mark, else ask again each time; a text compressed, for who can read that."""
    name = (request.view_args or {}).get("filename") if request.endpoint == "static" else None
    is_file = bool(name) and response.status_code == 200 and request.method in {"GET", "HEAD"}
    if is_file and request.args.get("v") == mark(str(name)):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    if is_file and response.mimetype in TEXTS and (response.content_length or 0) > LEAST_BYTES:
        _pack(response, Path(current_app.static_folder or "") / str(name))
    return response


def _pack(response: Response, path: Path) -> None:
    """Pages are not packed: they bear secrets beside what strangers wrote, and the length would tell (BREACH)."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0:
        return
    response.close()
    response.direct_passthrough = False
    response.set_data(_packed(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same content in other bytes


@lru_cache(maxsize=256)
def _packed(path: Path, changed_at_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
