"""What the widget weighs on a company's page, beside its peers: P7 of the goals."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from benchmarks.table import Row
from leadbot import create_app
from leadbot.config import Config
from leadbot.services import accounts
from leadbot.upgrade import upgrade

LAUNCHER_MOST, CHAT_MOST, REQUESTS_MOST = 2 * 1024, 30 * 1024, 4
# Bytes after gzip -9 of what peers publish on npm; sessions, configuration and fonts come on top of theirs.
PEERS = {
    "Chainlit copilot 2.12.0": 2_496_461,
    "@n8n/chat 1.37.0": 462_454,
    "flowise-embed 3.1.6": 283_795,
    "@botpress/webchat 4.5.2": 243_199,
    "rasa-webchat 1.0.1": 211_077,
    "@typebot.io/js 0.10.7": 196_440,
    "deep-chat 2.4.2": 110_637,
}


def p7() -> Iterator[Row]:
    """The launcher alone; everything until a client can type; and what peers load for the same."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(Path(folder), "k" * 48, f"sqlite:///{folder}/leadbot.db", ratelimit_enabled=False))
        sizes = weigh(app)
    launcher, whole = sizes["/widget.js"], sum(sizes.values())
    goal = f"<= {LAUNCHER_MOST:,} B"
    yield Row(
        "P7", "widget: the button on a page, gzip", f"{launcher:,} B", goal=goal, is_met=launcher <= LAUNCHER_MOST
    )
    goal = f"<= {CHAT_MOST:,} B, <= {REQUESTS_MOST} requests"
    is_met = whole <= CHAT_MOST and len(sizes) <= REQUESTS_MOST
    yield Row(
        "P7", "widget: until a client can type, gzip", f"{whole:,} B, {len(sizes)} requests", goal=goal, is_met=is_met
    )
    for peer, weight in PEERS.items():
        yield Row("", f"{peer}, gzip", f"{weight:,} B", floor=f"{weight / whole:.0f} times ours")


def weigh(app: Flask) -> dict[str, int]:
    """Bytes after gzip -9 of each answer until a client can type, by address."""
    with app.app_context():
        upgrade()
        key = accounts.sign_up("bench@stroykz.kz", "test123", "СтройДом").company.widget_key
    client = app.test_client()
    page = client.get(f"/w/{key}").text
    linked = re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', page)
    return {path: len(gzip.compress(client.get(path).data, 9)) for path in ("/widget.js", f"/w/{key}", *linked)}
