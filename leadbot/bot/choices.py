"""What can be chosen for a bot, and how it would sound: in the words of its own tables."""

from __future__ import annotations

from leadbot.bot.settings_fields import ASKABLE, CONTACT, TONES, Values
from leadbot.engines.rules.dialogue import intents
from leadbot.texts import names, phrases
from leadbot.texts import trades as setups

OTHER = "other"  # the topic of a fact that only its own words lead to


def trades(language: str) -> dict[str, str]:
    """The ready-made set-ups by key, the usual one first."""
    return {key: setups.load(key).name[language] for key in setups.names()}


def tones(setup: str, language: str) -> dict[str, str]:
    """Each tone with a question as it would put it."""
    asked = "area.A" if "area" in setups.of(setup).order else "city.A"
    return {tone: phrases.say(asked, language, setups.of(setup, tone)) for tone in TONES}


def topics() -> tuple[str, ...]:
    """Topics a question is recognised by without words of the company's own."""
    return intents.topics()


def asked(values: Values) -> list[str]:
    """All that can be asked: first what is asked, in its order and the contact in its place, then the rest."""
    order = list(values["order"]) or list(setups.of(values["setup"]).order)
    if CONTACT not in order:
        order.append(CONTACT)
    return order + [slot for slot in ASKABLE if slot not in order]


def as_usual(order: list[str], setup: str) -> list[str]:
    """An order as it is stored: the trade's own is none, so that another trade brings its own."""
    usual = [*setups.of(setup).order, CONTACT]
    return [] if order == usual else order


def slot_label(slot: str, language: str) -> str:
    """Город, Қала, City."""
    return names.label(slot, language)
