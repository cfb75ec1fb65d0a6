"""A lead that a manager writes down himself: somebody has called, or come by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbot.accounts import users
from leadbot.database.session import db
from leadbot.errors import Faults, Invalid
from leadbot.leads import editing, registration
from leadbot.models import Company, Lead, Source, User
from leadbot.notifications import managers

FIELDS = ("name", "phone", "object_type", "city")


@dataclass(frozen=True, slots=True)
class Added:
    """The lead, or the open one that this phone has already."""

    lead: Lead
    is_new: bool


def add(typed: Mapping[str, object], *, by: User) -> Added:
    """Write a lead down; whoever does answers for it. One phone never has two open leads.

    Raises Faults with everything that is wrong, Forbidden for a viewer.
    """
    users.check_may_write(by)
    values = _clean(typed)
    registration.take_turns(by.company_id, values["phone_e164"])
    earlier = registration.latest(values["phone_e164"], is_test=False)
    if earlier is not None and earlier.status.is_open:
        return Added(earlier, is_new=False)
    company = db.session.get_one(Company, by.company_id)
    lead = Lead(
        source=Source.MANUAL,
        language=company.language,
        assignee_id=by.id,
        previous_id=earlier.id if earlier else None,
        **values,
    )
    db.session.add(lead)
    db.session.flush()
    registration.record(lead, "created", by=by)
    editing.note_further_phones(lead, typed.get("phone"), user_id=by.id)
    managers.put_lead("lead.created", lead)
    db.session.commit()
    return Added(lead, is_new=True)


def _clean(typed: Mapping[str, object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults: list[Invalid] = []
    for field in FIELDS:
        try:
            values |= editing.clean(field, typed.get(field, ""))
        except Invalid as fault:
            faults.append(fault)
    if faults:
        raise Faults(faults)
    return values
