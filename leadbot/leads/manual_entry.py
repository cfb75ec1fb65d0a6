"""A lead that a manager writes down himself: somebody has called, or come by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbot.accounts import users
from leadbot.database.session import db
from leadbot.errors import Faults, Invalid
from leadbot.events import LeadCreated, publish
from leadbot.leads import editing, records, registration
from leadbot.models import Lead, Source, User

FIELDS = ("name", "phone", "object_type", "city")
NEW, NOTE = "new", "note"


@dataclass(frozen=True, slots=True)
class Added:
    """The lead, and how: new, a note on the open one of this phone, or known: nothing is written yet."""

    lead: Lead
    how: str


def add(typed: Mapping[str, object], *, by: User, choice: str = "", note: str = "") -> Added:
    """Write a lead down; whoever does answers for it.

    Where the phone has an open lead, `choice` says what to do: "note" writes `note` on that, "new" makes another
    request of the same client; without one nothing is written. Raises Faults with everything that is wrong, Forbidden
    for a viewer.
    """
    users.check_may_write(by)
    values = _clean(typed)
    registration.take_turns(by.company_id, values["phone_e164"])
    earlier = registration.latest(values["phone_e164"], is_test=False)
    if earlier is not None and earlier.status.is_open and choice != NEW:
        if choice != NOTE:
            return Added(earlier, "known")
        records.add_note(earlier, note, by=by)
        return Added(earlier, NOTE)
    lead = Lead(
        source=Source.MANUAL,
        language="",
        assignee_id=by.id,
        previous_id=earlier.id if earlier else None,
        **values,
    )
    db.session.add(lead)
    db.session.flush()
    records.record(lead, "created", by=by)
    editing.note_further_phones(lead, typed.get("phone"), user_id=by.id)
    publish(LeadCreated(lead.id, by_id=by.id))
    db.session.commit()
    return Added(lead, NEW)


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
