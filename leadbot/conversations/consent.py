"""What a client agreed to by writing: the line that stood under the field, kept with his talk word for word."""

from __future__ import annotations

from typing import Any

from leadbot.database.session import utcnow
from leadbot.models import Company
from leadbot.texts import phrases

VERSION = "2026-11"  # another one whenever the line is worded anew; a test holds the two together


def given(company: Company, language: str) -> dict[str, Any]:
    """The consent of somebody who writes now, on a page of ours in this language."""
    text = phrases.say("consent", language, company=company.name)
    return {"version": VERSION, "language": language, "text": text, "at": utcnow().isoformat(timespec="seconds")}
