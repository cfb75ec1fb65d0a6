"""What a company sets: its name, language, time zone, Telegram chat and what the bot knows of it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from leadbot.accounts import audit, chats, encryption, hours_settings, tenant, users
from leadbot.bot import model_hosts, publishing, settings_fields
from leadbot.database.session import db, utcnow
from leadbot.engines.base import CompanyCard, CompanyFact
from leadbot.errors import Invalid, gathered
from leadbot.fields import Fields
from leadbot.models import AuditEvent, Company, User
from leadbot.texts import text_input
from leadbot.texts.languages import LANGUAGES

# Questions that the company's line about its services answers, over what is asked by topics of its own.
_SERVICES = (
    "услуг",
    "чем занима",
    "чем вы занима",
    "что вы делаете",
    "қызмет",
    "немен айналыс",
    "қандай жұмыс",
    "services",
    "what do you",
)


def company(*, lock: bool = False) -> Company:
    """The company the session acts for; with `lock` nobody else changes its settings until the commit."""
    return tenant.locked_company() if lock else tenant.company()


def shown() -> dict[str, Any]:
    """All settings, as the API shows them; of a key only whether there is one."""
    own = company()
    said = settings_fields.complete(own.bot)
    return {
        "company_name": own.name,
        "language": own.language,
        "time_zone": own.time_zone,
        "telegram_chat_id": own.telegram_chat_id,
        "widget_key": own.widget_key,
        "morning_digest": own.morning_digest,
        **said,
        "model": {**said["model"], "has_key": bool(own.bot.get("model", {}).get("key"))},
    }


def change(values: dict[str, Any], *, by: User | None = None) -> Company:
    """Set some settings; nothing is written unless all are right. Raises Faults with all that is not; with a person as
    `by` Forbidden for anyone but an owner.

    What concerns the bot is published at once, as a version of its own.
    """
    if by is not None:
        users.check_is_owner(by)
    of_bot = {key: value for key, value in values.items() if key not in _CHECKS}
    own = company(lock=True)
    key = None
    if isinstance(model := of_bot.get("model"), dict) and "key" in model:
        key = "" if model["key"] is None else model["key"]
    if isinstance(model, dict):
        of_bot["model"] = {name: value for name, value in model.items() if name not in ("key", "has_key")}
    with gathered() as faults:
        with faults():
            _check_shown(model, own)
        checked: dict[str, Any] = {}
        for name in values.keys() & _CHECKS.keys():
            with faults():
                checked[name] = _CHECKS[name](values[name])
        with faults():
            language = checked.get("language", own.language)
            of_bot = settings_fields.check(of_bot, language, model_hosts.allowed(), own.bot)
    changed = {name for name, value in checked.items() if getattr(own, _COLUMNS.get(name, name)) != value}
    for name in changed:
        setattr(own, _COLUMNS.get(name, name), checked[name])
    if by is not None and changed:
        audit.note(by.id, AuditEvent.COMPANY, detail=changed)
    publishing.store(own, of_bot, by=by)
    if key is not None:
        publishing.put_key(own, key)
        if by is not None:
            audit.note(by.id, AuditEvent.MODEL_KEY)
    db.session.commit()
    return own


def _check_shown(model: object, own: Company) -> None:
    """That there is a key is shown: it may come back with the rest as it is, and is changed by the key alone."""
    has_key = publishing.has_key()
    if isinstance(model, dict) and model.get("has_key", has_key) is not has_key:
        raise Invalid("This setting can't be changed", field="model.has_key")


def card(own: Company, values: settings_fields.Values | None = None) -> CompanyCard:
    """What engines may know of the company; `values` are a draft's, else those that are published."""
    said = settings_fields.look(own.bot) if values is None else values
    before, after = settings_fields.order_of(said)
    return CompanyCard(
        name=own.name,
        language=own.language,
        time_zone=own.time_zone,
        setup=said["setup"],
        objects=tuple(said["objects"]),
        facts=_facts(own, said),
        order=(before or (settings_fields.CONTACT,)) if said["order"] or said["questions"] else (),
        later=after,
        optional=settings_fields.asked_once(said),
        fields=fields(own, said),
        greeting=said["greeting"],
        chips={language: tuple(chips) for language, chips in said["chips"].items()},
        forbidden=tuple(said["forbidden"]),
        tone=said["tone"],
        gender=said["gender"],
        hide_names=bool(said["hide_names"]),
        canary=encryption.canary(own.id),
        week=hours_settings.in_words(own),
        **{key: said[key] for key in settings_fields.LINES},
    )


def fields(own: Company | None = None, values: settings_fields.Values | None = None) -> Fields:
    """The company's whole table of fields: those of all companies, its trade's, its own, and those it asked before."""
    own = own or company()
    said = settings_fields.look(own.bot) if values is None else values
    return settings_fields.fields_of(said, own.bot.get(publishing.RETIRED, ()))


def _facts(own: Company, said: settings_fields.Values) -> tuple[CompanyFact, ...]:
    """The facts as they were written down, and what the lines about services and area answer beside them."""
    facts = [CompanyFact(fact["topic"], fact["text"], tuple(fact.get("words", ()))) for fact in said["facts"]]
    topics = {fact.topic for fact in facts}
    if said["services"] and "services" not in topics:
        facts.append(CompanyFact("services", {own.language: said["services"]}, _SERVICES))
    if said["service_area"] and "area_served" not in topics:
        facts.append(CompanyFact("area_served", {own.language: said["service_area"]}))
    return tuple(facts)


def local_now(own: Company) -> datetime:
    """The moment by the company's clock."""
    return utcnow().astimezone(zoneinfo.ZoneInfo(own.time_zone))


@cache
def time_zones() -> frozenset[str]:
    """All zones that can be set."""
    return frozenset(zoneinfo.available_timezones())


def _name(value: object) -> str:
    known = company().name  # a form sends it along with the rest, and it was right when it was given
    return known if value == known else text_input.name_of(value, "company_name", most=users.COMPANY_NAME_MOST)


def _digest(value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid("Must be true or false", field="morning_digest")
    return value


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise Invalid("Choose ru, kk or en", field="language")
    return str(value)


def _time_zone(value: object) -> str:
    if not isinstance(value, str) or value not in time_zones():
        raise Invalid("Unknown time zone", field="time_zone")
    return str(value)


def _chat_id(value: object) -> str | None:
    """The number of a chat that has proved itself; empty takes it away."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if value is None or (isinstance(value, str) and not text):
        return None
    if not text or len(text) > 64 or not chats.is_proven(text):
        raise Invalid("Connect this chat first: send /start CODE to the bot in it", field="telegram_chat_id")
    return text


_COLUMNS = {"company_name": "name"}  # where a setting is called otherwise
_CHECKS: dict[str, Callable[[object], Any]] = {
    "company_name": _name,
    "language": _language,
    "time_zone": _time_zone,
    "telegram_chat_id": _chat_id,
    "morning_digest": _digest,
}
