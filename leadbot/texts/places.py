"""Places: what towns and villages are called in Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadbot.texts.tables import read_table

FILE = Path(__file__).parent / "data" / "cities.tsv"


@dataclass(frozen=True, slots=True)
class Place:
    """A row of data/cities.tsv; `flags`: t a town, v a village, x abroad."""

    ru: str
    kk: str
    en: str
    region: str
    flags: str

    @property
    def abroad(self) -> bool:
        return "x" in self.flags


@cache
def places() -> Mapping[str, Place]:
    """All places by their official Russian name."""
    return {r[0]: Place(r[0], r[1].strip("*"), r[2].strip("*"), r[3], r[4]) for r in read_table(FILE)}


def name(canonical: str, language: str) -> str:
    """The place in a reader's language; a place that the table doesn't hold stays as it is."""
    place = places().get(canonical)
    return (place and getattr(place, language)) or canonical
