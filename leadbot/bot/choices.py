"""What can be chosen for a bot, and how it would sound: in the words of its own tables."""

from __future__ import annotations

from leadbot.bot.settings_fields import GENDERS, TONES, Values, fields_of, whole_order
from leadbot.engines import embedded
from leadbot.fields import Fields
from leadbot.texts import names, phrases
from leadbot.texts import trades as setups

OTHER = "other"  # the topic of a fact that only its own words lead to


def trades(language: str) -> dict[str, str]:
    """The ready-made set-ups by key, the usual one first."""
    return {key: setups.load(key).name[language] for key in setups.names()}


def tones(setup: str, language: str) -> dict[str, str]:
    """Each tone with a question as it would put it."""
    asked = "area.A" if "area" in setups.setup_of(setup).order else "city.A"
    return {tone: phrases.say(asked, language, setups.setup_of(setup, tone)) for tone in TONES}


def genders() -> dict[str, str]:
    """Each way the bot may speak of itself, with a sentence of it."""
    return {gender: phrases.say("noted", "ru", setups.setup_of(setups.DEFAULT, "", gender)) for gender in GENDERS}


def topics() -> tuple[str, ...]:
    """Topics a question is recognised by without words of the company's own."""
    return embedded.topics()


def asked(values: Values) -> list[str]:
    """All that can be asked: first what is asked, in its order and the contact in its place, then the rest."""
    order = whole_order(values)
    return order + [slot for slot in fields_of(values).askable if slot not in order]


def as_usual(order: list[str], values: Values) -> list[str]:
    """An order as it is stored: what is asked without one is none, so that another trade brings its own."""
    return [] if order == whole_order({**values, "order": []}) else order


def slot_label(slot: str, language: str, table: Fields) -> str:
    """Город, Қала, City; a question of the company's own by its short name."""
    return names.label(slot, language, table)
