"""The public door: the launcher for companies' sites, the chat in its frame, and the company's own page.

It reads no cookies and sets none, so there is nothing a foreign page could forge: a visitor is known by a signed token
that his browser's storage holds.
"""

from __future__ import annotations

from flask import Flask

from leadbot.texts import phrases
from leadbot.texts.catalogues import language
from leadbot.widget import chat, embed, entry, gate, page
from leadbot.widget.cookieless import Sessions

ROOMS = (entry, embed, chat, page)
for room in ROOMS:
    gate.keep(room.bp)


def init_app(app: Flask) -> None:
    """Hang the door in."""
    app.session_interface = Sessions()
    app.jinja_env.globals["consent_line"] = consent_line
    for room in ROOMS:
        app.register_blueprint(room.bp)


def consent_line(company: str) -> str:
    """What a client agrees to by sending his number."""
    return phrases.say("consent", language(), company=company)
