"""Leadbot as an app on a phone: its manifest, its service worker, and the page for when there is no network.

The worker lies at the root, so that its scope is all pages; it keeps nothing but that page and what it is drawn with.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, current_app
from flask_babel import gettext as _

from leadbot.texts import catalogues
from leadbot.web.assets import asset
from leadbot.web.htmx import page

bp = Blueprint("installed", __name__)

KEPT = ("app.css", "app/icon-192.png", "favicon.svg")
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable-512.png", 512, "maskable"))


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone wants to know of an app."""
    manifest = {
        "id": "/board",
        "name": "Leadbot",
        "short_name": "Leadbot",
        "description": _("Leads and conversations of your company"),
        "lang": catalogues.language(),
        "start_url": "/board",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f8f6f2",
        "theme_color": "#0b6b73",
        "icons": [
            {"src": asset(f"app/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
    }
    return Response(json.dumps(manifest, ensure_ascii=False), mimetype="application/manifest+json")


@bp.get("/sw.js")
def service_worker() -> Response:
    """The worker, with what it keeps written above it: a new version of any of it makes browsers fetch all anew."""
    kept = ["/offline", *(asset(name) for name in KEPT)]
    source = (Path(current_app.static_folder or "") / "app" / "sw.js").read_text()
    return Response(f"const KEPT = {json.dumps(kept)};\n{source}", mimetype="text/javascript")


@bp.get("/offline")
def offline() -> Response:
    """What is shown where a page can't be reached; nothing of anybody is in it."""
    return page("installed/offline.html")
