"""A client whom the company knows by his phone: what he is called, so that he is not asked anew."""

from __future__ import annotations

import re
from typing import Any

from leadbot.engines import embedded
from leadbot.engines.embedded import extract
from leadbot.engines.embedded import recognised as with_name
from leadbot.leads import editing, registration
from leadbot.models import Conversation, Source

_LEAST_DIGITS = 10  # of a phone


def remember(talk: Conversation, name: str, phone: str) -> None:
    """Note what the door knows of the client; a number that the company knows brings its name.

    Part of the caller's transaction. Raises Invalid.
    """
    name = editing.clean("name", name)["name"] or ""
    number = editing.clean("phone", phone) if phone else {"phone": "", "phone_e164": ""}
    if phone and not name and (lead := registration.latest(number["phone_e164"], is_test=False)):
        name = lead.name or ""
    talk.known = embedded.with_contact(talk.known, name=name, phone=number["phone"], e164=number["phone_e164"])


def recognised(talk: Conversation, text: str) -> dict[str, Any]:
    """What is known of the talk; where this message brings the phone of a lead, with the name on that."""
    known: dict[str, Any] = talk.known
    facts = known.get("facts", {})
    if "phone" in facts or "name" in facts or sum(map(str.isdigit, text)) < _LEAST_DIGITS:
        return known
    found = extract(re.sub(r"[^\W\d_]{40,}", "", text), asked=known.get("asked")).slots
    phone = found.get("phone")
    if phone is None or not phone.e164 or "name" in found:
        return known
    lead = registration.latest(phone.e164, is_test=talk.source is Source.TEST)
    return with_name(known, lead.name) if lead is not None and lead.name else known
