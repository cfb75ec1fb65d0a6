"""A lead's values as a manager writes them: what can be, how it is stored, and who wrote it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from leadbot import events
from leadbot.accounts import users
from leadbot.bot import company_settings, settings_fields
from leadbot.database.session import db
from leadbot.engines.embedded import Found, extract, phone_line
from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.fields import TABLE
from leadbot.leads import held_values, records, registration, summaries
from leadbot.models import Conversation, Lead, LeadNote, User
from leadbot.texts import formats, names, text_input
from leadbot.texts import trades as setups
from leadbot.texts.formats import NBSP

SUMMARY_MOST, DETAIL_MOST = 2000, 200
COLUMNS = (*(row.key for row in TABLE.columns), "summary")
STORED_IN = "ru"  # what towns and objects are called in the database and in the API


def edit(
    lead: Lead, field: str, typed: str, *, by: User, language: str, version: int | None = None, was: str | None = None
) -> bool:
    """Write a value over; whether anything changed. From then on the bot leaves the field alone.

    `language` is the one the value was typed in. Raises NotFound for no such field, Invalid, Forbidden, and Conflict
    with the fresh lead where the field is no longer as the writer saw it: the lead's `version`, or the value `was`.
    """
    users.check_may_write(by)
    if field not in (*company_settings.fields().keys, "summary"):
        raise NotFound
    if version is not None and version != lead.version and was != value_of(lead, field):
        raise Conflict("This has been changed meanwhile", fresh=lead)
    return _write(lead, {field: typed}, by, language)


def change(lead: Lead, values: dict[str, str], *, by: User, version: int | None = None) -> bool:
    """Write several values over at once, or none; whether anything changed. As `edit` for the rest."""
    users.check_may_write(by)
    table = company_settings.fields()
    for field in values:
        if field not in COLUMNS and field not in table:
            raise Invalid("This value is not right", field=f"details.{field}")
    if version is not None and version != lead.version:
        raise Conflict("This has been changed meanwhile", fresh=lead)
    return _write(lead, values, by, STORED_IN)


def _write(lead: Lead, values: dict[str, str], by: User, language: str) -> bool:
    before = {field: value_of(lead, field) for field in values}
    told = (
        {"summary": summaries.summary_for(lead, language)} if "summary" in values else {}
    )  # what stood in the open field
    cleaned = {
        field: {field: before[field]}
        if _as_sent(typed) == told.get(field)
        else _cleaned(field, typed, before[field], language)
        for field, typed in values.items()
    }
    changed = {field: new for field, new in cleaned.items() if (new[field] or "") != before[field]}
    for field, new in changed.items():
        if field not in COLUMNS:
            lead.details = {**lead.details, field: new[field]}
        else:
            for column, value in new.items():
                setattr(lead, column, value)
        held_values.hold(lead, field, user_id=by.id, said=before[field] or None)
        if field == "phone":
            note_further_phones(lead, values[field], user_id=by.id)
    if changed.keys() - {"summary"}:
        summaries.renew(lead)
        events.publish(events.LeadPutRight(lead.id, changed))
    if changed:
        _commit(lead, {field: (before[field] or None, new[field] or None) for field, new in changed.items()}, by)
    return bool(changed)


def note_further_phones(lead: Lead, typed: object, *, user_id: int) -> None:
    """Keep the second number of a phone field, which is not the one to call, as a note."""
    further = further_phones(typed)
    if further:
        db.session.add(LeadNote(lead_id=lead.id, user_id=user_id, text=", ".join(map(formats.phone, further))))


def _commit(lead: Lead, changes: dict[str, tuple[str | None, str | None]], by: User) -> None:
    lead_id = lead.id
    try:
        db.session.flush()
        for field, (old, new) in changes.items():
            records.record(lead, "edited", field=field, from_value=old, to_value=new, by=by)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Conflict("This has been changed meanwhile", fresh=records.get(lead_id)) from None


def value_of(lead: Lead, field: str) -> str:
    """What stands on the card, as it is stored; empty for nothing."""
    return stored(lead, field, facts_of(lead) if field not in COLUMNS else {})


def stored(lead: Lead, field: str, facts: dict[str, Any]) -> str:
    """The same, with the `facts` of the lead's talks at hand."""
    if field in COLUMNS:
        return getattr(lead, field) or ""
    return lead.details[field] if field in lead.details else str(facts.get(field, {}).get("value") or "")


def facts_of(lead: Lead) -> dict[str, Any]:
    """The facts of the talks that belong to the lead."""
    facts: dict[str, Any] = {}
    for known in db.session.scalars(select(Conversation.known).where(Conversation.lead_id == lead.id)):
        facts |= known.get("facts", {})
    return facts


def clean(field: str, typed: object) -> dict[str, Any]:
    """A typed value as it is stored, by column: towns and objects canonical, phones as the API shows them.

    Raises Invalid.
    """
    return _CLEANERS.get(field, _detail)(typed, field)


def _cleaned(field: str, typed: str, now: str, language: str) -> dict[str, Any]:
    return {field: now} if now and _is_same(field, typed, now, language) else clean(field, typed)


def _is_same(field: str, typed: str, now: str, language: str) -> bool:
    """It was sent as it was shown: in another language than the stored one perhaps, but letter for letter."""
    return _as_sent(typed) == _as_sent(names.value(field, now, language))


def _as_sent(text: str) -> str:
    """A text without what a form or a clipboard does to it on the way."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace(NBSP, " ").strip()


def _name(typed: object, field: str) -> dict[str, Any]:
    return {field: text_input.line(typed, field, most=registration.FIELDS[field], required=False) or None}


def _phone(typed: object, field: str) -> dict[str, Any]:
    given = phone_line.read(text_input.line(typed, field, most=100))
    if given is None:
        raise Invalid("Check the number: 11 digits, for example 8 7XX XXX XX XX", field=field)
    return {field: given.value, "phone_e164": given.e164}


def further_phones(typed: object) -> tuple[str, ...]:
    """The numbers in a phone field behind the one to call: they are kept as a note."""
    given = phone_line.read(typed) if isinstance(typed, str) else None
    return given.further if given else ()


def _city(typed: object, field: str) -> dict[str, Any]:
    text = text_input.line(typed, field, most=registration.FIELDS[field], required=False)
    found = _whole(_read(text, field), text)
    return {field: found.value if found else text or None}


def _object(typed: object, field: str) -> dict[str, Any]:
    text = text_input.line(typed, field, most=registration.FIELDS[field], required=False)
    found = _whole(_read(text, field), text)
    return {field: found.value if found else text or None}


def _area(typed: object, field: str) -> dict[str, Any]:
    text = text_input.line(typed, field, most=registration.FIELDS[field], required=False)
    found = _whole(_read(text, field), text)
    return {field: found.value, "area_m2": found.m2} if found else {field: text or None, "area_m2": None}


def _summary(typed: object, field: str) -> dict[str, Any]:
    text = typed if isinstance(typed, str) else ""
    if len(text) > SUMMARY_MOST:
        raise Invalid("At most %(max)s characters, now %(n)s", field=field, max=SUMMARY_MOST, n=len(text))
    return {field: text_input.message(typed, field, most=SUMMARY_MOST)}


def _detail(typed: object, field: str) -> dict[str, Any]:
    return {field: text_input.line(typed, field, most=DETAIL_MOST, required=False)}


def trade() -> tuple[str, tuple[str, ...]]:
    """The company's set-up and the objects it has added."""
    settings = settings_fields.complete(company_settings.company().bot)
    return settings["setup"], tuple(settings["objects"])


def _read(text: str, field: str) -> Found | None:
    """The value as the company's bot would read it from a client who answers."""
    setup, own = trade()
    return extract(text, asked=field, objects=own, setup=setups.setup_of(setup)).slots.get(field)


def _whole(found: Found | None, text: str) -> Found | None:
    """A value that all of the text says; what says more is kept as it was typed."""
    return found if found is not None and found.quote == text else None


_CLEANERS: dict[str, Callable[[object, str], dict[str, Any]]] = {
    "name": _name,
    "phone": _phone,
    "city": _city,
    "object_type": _object,
    "area": _area,
    "summary": _summary,
}
