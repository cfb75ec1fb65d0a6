"""What the bot's settings are called on their pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from leadbot.bot import choices
from leadbot.bot.rehearsal import LEAD, Rehearsal
from leadbot.bot.settings_fields import CONTACT, Values, asked_once, fields_of, order_of
from leadbot.fields import Fields
from leadbot.texts.catalogues import language
from leadbot.web.bot.form import NOT_ASKED, OPTIONAL, REQUIRED
from leadbot.web.inbox.talks import in_words

FIELDS = {
    "persona": lazy_gettext("the bot’s name"),
    "gender": lazy_gettext("how the bot speaks of itself"),
    "setup": lazy_gettext("trade"),
    "objects": lazy_gettext("own objects"),
    "greeting": lazy_gettext("greeting"),
    "chips": lazy_gettext("quick replies"),
    "tone": lazy_gettext("tone"),
    "order": lazy_gettext("order of questions"),
    "optional": lazy_gettext("required questions"),
    "questions": lazy_gettext("own questions"),
    "about": lazy_gettext("about the company"),
    "services": lazy_gettext("services"),
    "service_area": lazy_gettext("service area"),
    "phone": lazy_gettext("phone"),
    "email": lazy_gettext("e-mail"),
    "address": lazy_gettext("address"),
    "hours": lazy_gettext("working hours"),
    "facts": lazy_gettext("facts and prices"),
    "forbidden": lazy_gettext("forbidden topics"),
    "model": lazy_gettext("AI model"),
    "hide_names": lazy_gettext("names hidden from AI"),
    "budget": lazy_gettext("token limits"),
    "token_price": lazy_gettext("token price"),
}
TONES = {
    "business": lazy_gettext("Businesslike"),
    "friendly": lazy_gettext("Friendly"),
    "short": lazy_gettext("Brief"),
}
GENDERS = {
    "masculine": lazy_gettext("As a man"),
    "feminine": lazy_gettext("As a woman"),
}
TOPICS = {
    "price": lazy_gettext("Price"),
    "term": lazy_gettext("Time of work"),
    "guarantee": lazy_gettext("Guarantee"),
    "documents": lazy_gettext("Contract and documents"),
    "installment": lazy_gettext("Instalments"),
    "discount": lazy_gettext("Discounts"),
    "measurement": lazy_gettext("Site visit"),
    "portfolio": lazy_gettext("Examples of work"),
    "materials": lazy_gettext("Materials"),
    "area_served": lazy_gettext("Where the company works"),
    choices.OTHER: lazy_gettext("Other, by own words"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A thing the bot may ask: how it stands on the list."""

    slot: str
    label: str
    ask: str  # required, optional or no; "" for the contact, which is always asked
    is_own: bool = False  # the company's: asked as long as it is there


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of a rehearsed talk, in words."""

    label: str
    before: str
    after: str


def labels(fields: Iterable[str]) -> list[str]:
    """The names of fields, in the order of the page."""
    chosen = set(fields)
    return [str(label) for field, label in FIELDS.items() if field in chosen]


def changed(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ between two versions."""
    return labels(field for field in FIELDS if new.get(field) != old.get(field))


def questions(values: Values) -> list[Question]:
    """All questions, the contact among them."""
    before, after = order_of(values)
    asked, once, table = {*before, *after}, asked_once(values), fields_of(values)
    own = {question["key"] for question in values["questions"]}

    def one(slot: str) -> Question:
        if slot == CONTACT:
            return Question(slot, _("Name and phone"), "")
        how = NOT_ASKED if slot not in asked else OPTIONAL if slot in once else REQUIRED
        return Question(slot, choices.slot_label(slot, language(), table), how, is_own=slot in own)

    return [one(slot) for slot in choices.asked(values) if slot]


def tones(setup: str) -> list[tuple[str, str, str]]:
    """Each tone: its key, its name and a question in it."""
    return [(tone, str(TONES[tone]), sample) for tone, sample in choices.tones(setup, language()).items()]


def genders() -> list[tuple[str, str, str]]:
    """Each way the bot may speak of itself: its key, its name and a sentence, in Russian, which alone tells."""
    return [(gender, str(GENDERS[gender]), sample) for gender, sample in choices.genders().items()]


def topics(facts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What a fact can be about; topics that were named over the API are kept as they are."""
    own = {fact["topic"]: fact["topic"] for fact in facts if fact["topic"] and fact["topic"] not in TOPICS}
    return {**{topic: str(label) for topic, label in TOPICS.items()}, **own}


def differences(done: Rehearsal, table: Fields) -> list[tuple[str, list[Change]]]:
    """The talks that come out otherwise, by name."""
    rows = []
    for talk in done.different:
        changes = []
        for one in talk.differences:
            if one.field == LEAD:
                words = [_("there is one") if value else _("none") for value in (one.before, one.after)]
                changes.append(Change(_("Lead"), *words))
            else:
                shown = [in_words(one.field, value) or _("none") for value in (one.before, one.after)]
                changes.append(Change(choices.slot_label(one.field, language(), table), *shown))
        rows.append((talk.name, changes))
    return rows


def sent(body: str) -> tuple[list[tuple[str, str]], str]:
    """The body of a call to a model, for reading: its messages as (role, words), and all the rest of it as it is."""
    try:
        call = json.loads(body)
        messages = [(str(one["role"]), str(one.get("content") or "")) for one in call.pop("messages")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], body
    return messages, json.dumps(call, ensure_ascii=False, indent=2)


def trouble(reason: str) -> str:
    """Why a model gave no answer: the server's own status and code as they are, our own words in the reader's."""
    words: dict[str, str] = {
        "timeout": _("no answer in time"),
        "no connection": _("no connection to the server"),
        "connection broke": _("the server broke off the connection"),
        "resting after failures": _("it rests for a while after failing several times"),
        "cut off at its length": _("the answer was cut off before its first sentence ended"),
        "empty answer": _("the answer was empty"),
        "malformed body": _("the answer could not be read"),
        "malformed answer": _("the answer could not be read"),
        "empty choices": _("the answer could not be read"),
    }
    return words.get(reason, reason)
