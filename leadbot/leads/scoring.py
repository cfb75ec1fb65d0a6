"""Which leads are hot: those of clients who have shown in two ways that they mean it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbot.engines.base import LeadDraft
from leadbot.models import Lead

ENOUGH = 2
NOTHING = {"", "нет", "ищет"}  # a plot that is not there yet


def reasons(lead: Lead | LeadDraft, facts: Mapping[str, Any], *, has_returned: bool) -> list[str]:
    """What speaks for the lead, by name: callback, budget, plot, complete, returned."""
    found = [name for name in ("callback", "budget", "plot") if _says(facts, name)]
    if lead.object_type and lead.city and lead.area:
        found.append("complete")
    if has_returned:
        found.append("returned")
    return found


def is_hot(lead: Lead | LeadDraft, facts: Mapping[str, Any], *, has_returned: bool) -> bool:
    """ENOUGH of the reasons hold."""
    return len(reasons(lead, facts, has_returned=has_returned)) >= ENOUGH


def _says(facts: Mapping[str, Any], name: str) -> bool:
    return str(facts.get(name, {}).get("value") or "") not in NOTHING
