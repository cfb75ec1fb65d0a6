"""The first words to a client in WhatsApp: who writes and about what, in the client's language."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask
from flask_login import current_user

from leadbot.bot import company_settings
from leadbot.models import Lead
from leadbot.texts import names, phrases
from leadbot.texts.catalogues import language
from leadbot.texts.languages import LANGUAGES

NAME = "{name}"  # where board.js puts a card's own


def init_app(app: Flask) -> None:
    """Give templates the link and, for cards, the words in each language."""
    app.jinja_env.globals.update(whatsapp=link, whatsapp_words=words)


def link(lead: Lead) -> str:
    """A chat with the client that has its first message ready to be sent."""
    reader = lead.language if lead.language in LANGUAGES else language()
    things = (names.object_type(lead.object_type, reader), names.area(lead.area, reader), names.city(lead.city, reader))
    text = _text(reader, lead.name or "", ", ".join(filter(None, things)))
    return f"https://wa.me/{lead.phone_e164.removeprefix('+')}?text={quote(text)}"


def words() -> dict[str, str]:
    """The same without an object, by language, with a place for the name."""
    return {each: _text(each, NAME) for each in LANGUAGES}


def _text(reader: str, name: str, wish: str = "") -> str:
    who = ", ".join(filter(None, (current_user.name, company_settings.company().name)))
    return phrases.say("whatsapp", reader, name=name and f", {name}", who=who, wish=wish and f": {wish}")
