"""Towns and settlements: from any case, language, alphabet and old name to the official Russian name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from leadbot.engines.rules.words import morph
from leadbot.engines.rules.words.forms import DATA, read_index
from leadbot.engines.rules.words.text import TextToken, one_slip
from leadbot.engines.rules.words.text import skeleton as skeleton_of
from leadbot.texts import places
from leadbot.texts.tables import read_table


class Match(NamedTuple):
    """A word that names a place: the official name, the case it stands in, and whether it is also another word."""

    name: str
    case: str
    doubtful: bool


@dataclass(slots=True)
class Gazetteer:
    """All places and the forms of their names, folded without spaces, and by skeleton for Latin spellings."""

    places: Mapping[str, places.Place]
    forms: dict[str, str]  # to the tab-separated fields of Match
    skeletons: dict[str, str]
    heads: frozenset[str]  # first words of names of several words, folded and by skeleton


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(
        places.places(),
        read_index(DATA / "city_forms.tsv"),
        read_index(DATA / "city_latin.tsv"),
        frozenset(row[0] for row in read_table(DATA / "city_heads.tsv")),
    )


def names(canonical: str) -> dict[str, str] | None:
    """The place's names by language, or None for a place the table doesn't hold."""
    place = places.places().get(canonical)
    return {"ru": place.ru, "kk": place.kk, "en": place.en} if place else None


def look_up(key: str, skeleton: str = "") -> Match | None:
    """Canonical name and case tag of a folded word (spaces and hyphens left out); `skeleton` for a Latin one."""
    table = gazetteer()
    forms = table.skeletons if skeleton else table.forms
    word = skeleton or key
    hit = forms.get(word)
    if hit:
        return _match(hit)
    for stem, tag in morph.cuts(word, latin=bool(skeleton), shortest=3):
        row = forms.get(stem) or (tag in ("loc", "abl") and not skeleton and forms.get(stem + "т")) or None
        base = _match(row) if row else None
        if base and base.case == "nom" and tag != "poss":
            return Match(base.name, tag, base.doubtful)
    return None


def _match(row: str) -> Match:
    name, case, doubt = row.split("\t")
    return Match(name, case, doubt == "a")


def match(token: TextToken) -> Match | None:
    """The place a single word names, if any."""
    return look_up(token.key, skeleton_of(token.key) if token.latin else "")


def is_listed(key: str) -> bool:
    """Is this very form in the table, without a Kazakh ending to cut?"""
    return key in gazetteer().forms


@cache
def _shelves() -> dict[tuple[int, str], list[tuple[str, str]]]:
    """Forms that may be misspelt, by length and first letter: long names of towns, no ordinary word among them."""
    table = gazetteer()
    shelves: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for form, row in table.forms.items():
        match = _match(row)
        village = "v" in table.places[match.name].flags
        if len(form) >= 6 and not form.isascii() and not match.doubtful and not village:
            shelves.setdefault((len(form), form[0]), []).append((form, match.name))
    return shelves


@lru_cache(maxsize=512)
def nearest(key: str) -> str | None:
    """The town one slip away from this word (a letter more, less, other, or two swapped); None where there is none."""
    for first in key[0] + _TWINS.get(key[0], ""):
        slip = first != key[0]  # the one slip there may be
        for length in (len(key),) if slip else (len(key), len(key) + 1, len(key) - 1):
            for form, name in _shelves().get((length, first), ()):
                if form[1:] == key[1:] if slip else one_slip(form, key):
                    return name
    return None


# First letters that are mistaken for one another.
_TWINS = {"ш": "щж", "щ": "ш", "ж": "ш", "а": "о", "о": "а", "е": "и", "и": "е", "к": "г", "г": "к", "т": "д", "д": "т"}
