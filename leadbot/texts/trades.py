"""Ready-made set-ups: what a trade sells, what its bot asks, and in which words.

A set-up is a file of data/setups/. Nothing about a trade stands in the code: a new one is a new file with the keys of
`construction.json`, and `CompanyCard.setup` names it. A file that says "like" takes the keys it lacks from that one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from leadbot.fields import Field, Origin, own_field

FOLDER = Path(__file__).parent / "data" / "setups"
TONES = Path(__file__).parent / "data" / "tones.json"  # by tone the phrases that are said otherwise in every trade
DEFAULT = "construction"
_PART = 2  # rank of a part of a thing
FEMININE = "feminine"
_LAND = 3  # rank of land in the table of objects; 1 is a thing by itself, 2 a part of one, 4 says little

Texts = Mapping[str, str]  # one text by language: {"ru": "...", "kk": "...", "en": "..."}


@dataclass(frozen=True, slots=True, eq=False)  # compared and hashed by identity: there is one of each
class Setup:
    """One trade, as its file tells it."""

    key: str
    name: Texts
    objects: tuple[Mapping[str, Any], ...]  # the table extract() knows objects by
    order: tuple[str, ...]  # what is asked before the contact
    works: Mapping[str, Mapping[str, Any]]  # kinds of work by their Russian name
    forms: Mapping[str, Texts]  # objects as they stand in a question: genitive, possessor, plain
    questions: Mapping[str, Texts]  # phrases of the trade, over the general ones
    chips: Mapping[str, tuple[Texts, ...]]  # quick replies by the slot asked
    genitives: Mapping[str, str] = field(default_factory=dict)  # Russian, of objects whose size no question names
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by slot the objects it is not asked of
    materials: Mapping[str, str] = field(default_factory=dict)  # by beginnings of words, before the general ones
    measures: str = "m2"  # what numbers measure: "m2" areas, "cm" things (130 × 140), "" nothing
    free: bool = False  # what is wanted may be said in any words
    land: bool = False  # the size asked for is the land's: sotkas and hectares answer it
    plot_objects: frozenset[str] = frozenset()  # what is built on land, so that the plot is worth a question
    plot_works: frozenset[str] = frozenset()
    tones: Mapping[str, Mapping[str, Texts]] = field(default_factory=dict)  # phrases by tone, over `tones()`
    fields: tuple[Field, ...] = ()  # questions that only this trade asks, see leadbot.fields
    is_feminine: bool = False  # the bot speaks of itself as a woman does

    def object_name(self, canonical: str, language: str) -> str:
        """The object in a reader's language; a company's own object stays as it is."""
        for row in self.objects:
            if row["key"] == canonical:
                return str(row.get(language) or canonical)
        return canonical

    def genitive(self, canonical: str) -> str | None:
        """«дома» for «дом»; None where the set-up does not say it."""
        form = self.forms.get(canonical)
        return form["ru"] if form else self.genitives.get(canonical)

    def suits(self, slot: str, canonical: str | None) -> bool:
        """Has this object such a thing as the slot? A fence has no area."""
        return canonical not in self.without.get(slot, ())

    def is_vague(self, canonical: str) -> bool:
        """Does this stand for an object only until a better one comes, as land and a room do?"""
        return self.rank(canonical) >= _LAND or self._says(canonical, "vague")

    def is_land(self, canonical: str) -> bool:
        """Is this object but the place for another (rank 3 of the table)?"""
        return self.rank(canonical) == _LAND

    def rank(self, canonical: str) -> int:
        """1 for a thing by itself, 2 for a part of one, 3 for land, 4 for what says little; what the company named
        itself is a thing."""
        return next((int(row.get("rank", 1)) for row in self.objects if row["key"] == canonical), 1)

    def is_within(self, part: str, thing: str) -> bool:
        """Is the one a part of a thing such as the other, and not made apart from it, as a fence is?"""
        return self.rank(part) == _PART and self.rank(thing) == 1 and not self._says(part, "own")

    def is_at(self, thing: str, place: str) -> bool:
        """May the one be made in or at the other: a window in a flat, a fence round a house?"""
        is_for_one = self.rank(thing) == _PART or self._says(thing, "own")
        return is_for_one and self.rank(place) == 1 and not self._says(place, "own")

    def _says(self, canonical: str, mark: str) -> bool:
        return any(row["key"] == canonical and row.get(mark) for row in self.objects)

    def is_order(self, work: str | None) -> bool:
        """Is this work an order by itself, as a screed is? Where it is wanted is asked but once then."""
        return bool(self.works.get(work or "", {}).get("alone"))


@cache
def names() -> tuple[str, ...]:
    """The keys of all set-ups, the default first."""
    keys = sorted(path.stem for path in FOLDER.glob("*.json"))
    return tuple(sorted(keys, key=lambda key: key != DEFAULT))


@cache
def load(key: str = DEFAULT) -> Setup:
    """The set-up of this key. Raises KeyError where there is none."""
    if key not in names():
        raise KeyError(f"no set-up named {key!r}; there are {', '.join(names())}")
    data = _data(key)
    plot = data.get("plot", {})
    return Setup(
        key=data["key"],
        name=data["name"],
        objects=tuple(data["objects"]),
        order=tuple(data["order"]),
        works=data.get("works", {}),
        forms=data.get("forms", {}),
        questions=data.get("phrases", {}),
        chips={slot: tuple(rows) for slot, rows in data.get("chips", {}).items()},
        genitives=data.get("genitives", {}),
        without={slot: frozenset(keys) for slot, keys in data.get("without", {}).items()},
        materials=data.get("materials", {}),
        measures=data.get("measures", "m2"),
        free=data.get("free", False),
        land=data.get("land", False),
        plot_objects=frozenset(plot.get("objects", ())),
        plot_works=frozenset(plot.get("works", ())),
        tones=data.get("tones", {}),
        fields=tuple(own_field(row, Origin.TRADE) for row in data.get("fields", ())),
    )


@cache
def _data(key: str) -> Mapping[str, Any]:
    """The file of this key; what it lacks comes from the one it is like."""
    data: dict[str, Any] = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
    return {**_data(data["like"]), **data} if "like" in data else data


def setup_of(key: str, tone: str = "", gender: str = "") -> Setup:
    """The set-up of a company; the default one where a company names none that is there, so that no talk stops.

    In a tone of `tones()` the questions are put otherwise; in any other they are the agreed ones. The bot's `gender` is
    "feminine" or taken for masculine.
    """
    return _toned(key if key in names() else DEFAULT, tone if tone in tones() else "", gender == FEMININE)


@cache
def tones() -> Mapping[str, Mapping[str, Texts]]:
    """What is said otherwise, by tone and key of the phrase."""
    read: Mapping[str, Mapping[str, Texts]] = json.loads(TONES.read_text(encoding="utf-8"))
    return read


@cache
def _toned(key: str, tone: str, is_feminine: bool) -> Setup:
    setup = load(key)
    if is_feminine:
        setup = replace(setup, is_feminine=True)
    if not tone:
        return setup
    usual = {**setup.questions, **tones()[tone]} if not setup.free else {**tones()[tone], **setup.questions}
    return replace(setup, questions={**usual, **setup.tones.get(tone, {})})
