"""What the widget weighs on a company's page, beside its peers: P7 of the goals."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator

from benchmarks import servers
from benchmarks.servers import Server
from benchmarks.table import Row
from benchmarks.turn import ask, sign_up

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
    with servers.leadbot(WEB_WORKERS="1") as server:
        sizes = weigh(server, widget_key(server, sign_up(server)))
    launcher, whole = sizes["/widget.js"], sum(sizes.values())
    yield Row("P7", "widget: the button on a page, gzip", f"{launcher:,} B", goal=f"<= {LAUNCHER_MOST:,} B",
              is_met=launcher <= LAUNCHER_MOST)  # fmt: skip
    yield Row("P7", "widget: until a client can type, gzip", f"{whole:,} B, {len(sizes)} requests",
              goal=f"<= {CHAT_MOST:,} B, <= {REQUESTS_MOST} requests",
              is_met=whole <= CHAT_MOST and len(sizes) <= REQUESTS_MOST)  # fmt: skip
    for peer, weight in PEERS.items():
        yield Row("", f"  {peer}, gzip", beside=f"{weight:,} B", ratio=f"{whole / weight:.2f}x")


def widget_key(server: Server, token: str) -> str:
    """The key of the company's widget."""
    key: str = json.loads(ask(server, "GET", "/api/settings", Authorization=f"Bearer {token}"))["widget_key"]
    return key


def weigh(server: Server, key: str) -> dict[str, int]:
    """Bytes after gzip -9 of each answer until a client can type, by address."""
    page = ask(server, "GET", f"/w/{key}").decode()
    linked = re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', page)
    return {path: len(gzip.compress(ask(server, "GET", path), 9)) for path in ("/widget.js", f"/w/{key}", *linked)}
