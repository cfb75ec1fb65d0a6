"""Towns, objects and areas as a reader's language calls them; stored they are canonical Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from leadbot.fields import TABLE, Fields, Kind
from leadbot.texts import call_times, phrases, places
from leadbot.texts import trades as setups
from leadbot.texts.folding import order
from leadbot.texts.tables import read_table

MATERIALS = Path(__file__).parent / "data" / "materials.tsv"
_TENGE = re.compile(r"([0-9]{5,12}) ?(?:₸|тг|тенге|теңге)?\.?", re.IGNORECASE)
_MILLIONS = re.compile(
    r"([0-9]+(?:[,.][0-9]+)?) ?(?:млн|миллион(?:а|ов)?|million)\.?(?: ?(?:₸|тг|тенге|теңге))?", re.IGNORECASE
)


def city(canonical: str | None, language: str) -> str | None:
    """The town in this language; as stored where it has no other name."""
    return places.name(canonical, language) if canonical else canonical


def object_type(canonical: str | None, language: str) -> str | None:
    """The object in this language; as stored where no set-up knows it."""
    if not canonical or language == "ru":
        return canonical
    return _objects(language).get(canonical, canonical)


def area(stored: str | None, language: str) -> str | None:
    """The area as this language writes its number and its unit."""
    return phrases.measure(stored, language) if stored else stored


def label(slot: str, language: str, table: Fields = TABLE) -> str:
    """What a value is called on a card, in a company's table of fields."""
    row = table.get(slot)
    own = row.label_in(language) if row else ""
    return own or next((phrases.label(slot, language, trade) for trade in _speaking(f"label.{slot}")), slot)


def value(slot: str, stored: str, language: str) -> str:
    """A fact of a talk in this language: towns and objects by name, what has a phrase of its own as that."""
    kind = row.kind if (row := TABLE.get(slot)) else Kind.TEXT
    if kind is Kind.PLACE:
        return city(stored, language) or stored
    if kind is Kind.OBJECT:
        return object_type(stored, language) or stored
    if slot == "work":
        return _works(language).get(stored, stored)
    if slot == "callback":
        return call_times.in_words(stored, language)
    if slot == "materials":
        return ", ".join(_material(each, language) for each in stored.split(", "))
    if kind is Kind.MONEY:
        return _money(stored, language)
    key = f"{slot}={stored}"
    return phrases.say(key, language) if phrases.knows(key, setups.load()) else stored


def _material(stored: str, language: str) -> str:
    return stored if language == "ru" else _materials().get(stored.lower(), {}).get(language, stored)


@cache
def _materials() -> dict[str, dict[str, str]]:
    return {ru.lower(): {"ru": ru, "kk": kk, "en": en} for ru, kk, en in read_table(MATERIALS)}


def _money(stored: str, language: str) -> str:
    """«15 млн», “15 million”; whole tenge with their sign."""
    if whole := _TENGE.fullmatch(stored):
        return f"{phrases.grouped(whole[1], language)}\u00a0₸"
    if millions := _MILLIONS.fullmatch(stored):
        return f"{phrases.grouped(millions[1], language)}\u00a0{'million' if language == 'en' else 'млн'}"
    return stored


@cache
def cities(language: str) -> tuple[str, ...]:
    """The towns of the country as this language calls them, to choose from."""
    towns = (place for place in places.places().values() if "t" in place.flags and not place.abroad)
    return tuple(sorted((getattr(place, language) or place.ru for place in towns), key=order))


@cache
def objects(language: str, setup: str, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What a trade makes, as this language calls it, and what the company has added, to choose from."""
    trade = setups.setup_of(setup)
    names = {*own, *(trade.object_name(row["key"], language) for row in trade.objects)}
    return tuple(sorted({name[:1].upper() + name[1:] for name in names}, key=order))


@cache
def _objects(language: str) -> dict[str, str]:
    return {row["key"]: row[language] for row in _rows() if row.get(language)}


def _speaking(key: str) -> Iterator[setups.Setup]:
    """The trades that know a phrase, the default one first."""
    return (trade for name in setups.names() if phrases.knows(key, trade := setups.load(name)))


def _rows() -> list[Mapping[str, Any]]:
    """The objects of all trades, the default trade's last, so that its name for a thing stands."""
    return [row for key in reversed(setups.names()) for row in setups.load(key).objects]


@cache
def _works(language: str) -> dict[str, str]:
    """Kinds of work of all trades, the default trade's last."""
    return {work: texts[language] for key in reversed(setups.names()) for work, texts in setups.load(key).works.items()}
