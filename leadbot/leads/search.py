"""What a lead is found by: its texts folded, so that neither case nor Kazakh letters nor the reader's language matter.

Stored in `leads.search`, written whenever a lead is. Words of a query are found anywhere in it; digits are found
however they are grouped, with 8 or +7 before them.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, and_, case, event, false, inspect, or_, select
from sqlalchemy.orm import Mapper

from leadbot.database import searching
from leadbot.database.session import db
from leadbot.models import Lead, LeadStatus
from leadbot.texts import names
from leadbot.texts.folding import GROUPED, fold, phone_forms
from leadbot.texts.languages import LANGUAGES

QUERY_MOST = 200  # code points of a query that are looked at
WORDS_MOST = 8
FOUND_MOST = 8  # leads of the quick search
STORED_MOST = 500
FIELDS = ("name", "phone_e164", "city", "object_type")


def text_of(name: str | None, phone_e164: str, city: str | None, object_type: str | None) -> str:
    """What is stored for a lead: name, phone, town and object as every language calls them."""
    towns = {names.city(city, language) for language in LANGUAGES}
    things = {names.object_type(object_type, language) for language in LANGUAGES}
    texts = (phone_forms(phone_e164), name, *sorted(filter(None, towns)), *sorted(filter(None, things)))
    return fold(" ".join(text for text in texts if text))[:STORED_MOST]


def matches(query: str, lead: Any = Lead) -> list[ColumnElement[bool]]:
    """Conditions that all hold for what a query finds; none for an empty query."""
    query = query[:QUERY_MOST]
    numbers = [re.sub(r"\D", "", found) for found in GROUPED.findall(query)]
    words = fold(GROUPED.sub(" ", query)).split()
    return [searching.contains(lead.search, word) for word in (*numbers, *words)[:WORDS_MOST]]


def quickly(query: str) -> list[Lead]:
    """The few leads that a name, a phone, a town, an object or a number finds: the lead of that number first, then open
    ones, the newest before the others."""
    number = query.strip().lstrip("№#").strip()
    has_id = Lead.id == int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else false()
    words = matches(query)
    if not words:
        return []
    found = select(Lead).where(or_(and_(*words), has_id), Lead.merged_into_id.is_(None))
    order = case((has_id, 0), else_=1), Lead.status.in_((LeadStatus.WON, LeadStatus.LOST)), Lead.id.desc()
    return list(db.session.scalars(found.order_by(*order).limit(FOUND_MOST)))


@event.listens_for(Lead, "before_insert")
@event.listens_for(Lead, "before_update")
def _keep(mapper: Mapper[Lead], connection: object, lead: Lead) -> None:
    state = inspect(lead)
    if not state.persistent or any(state.attrs[field].history.has_changes() for field in FIELDS):
        lead.search = text_of(lead.name, lead.phone_e164, lead.city, lead.object_type)
