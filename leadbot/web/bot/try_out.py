"""The talk of the test chat, as its own page shows it and as it stands beside the bot's settings."""

from __future__ import annotations

import secrets
from typing import Any

from flask import request, session
from flask_login import current_user

from leadbot.conversations import chat, talks
from leadbot.models import Conversation, Source
from leadbot.texts.catalogues import language
from leadbot.web.inbox.talks import facts, shares


def beside() -> dict[str, Any]:
    """The talk with the draft, for the page that makes it."""
    return {**context(0, drafted=True), "is_beside": True, "new_id": secrets.token_urlsafe(12), "typed": ""}


def context(after_seq: int, *, drafted: bool) -> dict[str, Any]:
    """The lines after one that the page has, and what is known by now; by the draft, or as clients meet the bot."""
    talk = current()
    lines = chat.lines(talk) if talk else []
    wanted = chat.wanted(by_draft=drafted)
    known = facts(talk, wanted)
    return {
        "talk": talk,
        "said": [line for line in lines if line.seq > after_seq],
        "last": lines[-1].seq if lines else 0,
        "greeting": chat.greeting(language(), by_draft=drafted),
        "chips": chat.chips(talk, language(), by_draft=drafted),
        "tests_draft": drafted,
        "is_beside": is_beside(),
        "facts": known,
        "found": sum(1 for fact in known if fact.slot in wanted and fact.value),
        "wanted": len(wanted),
        "shares": shares(lines),
    }


def tests_draft() -> bool:
    """Does the bot answer as its draft would have it?"""
    return is_beside() or bool(session.get("by_draft"))


def is_beside() -> bool:
    """The talk stands beside the settings, where it is always about the draft."""
    return request.values.get("beside") == "1"


def current() -> Conversation | None:
    """The talk this person holds, if he has begun one."""
    return talks.find(Source.TEST, ref())


def ref(number: str | None = None) -> str:
    """Who the would-be client is: a person of the company, and the number of his talk, else of his last one."""
    prefix = f"user-{current_user.id}-"
    if number is None:
        number = str(session.get("test_talk") or talks.begun(Source.TEST, prefix) or 1)
    return prefix + number
