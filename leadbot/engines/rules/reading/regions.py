"""Regions, districts and quarters: what says where a place lies, or stands for one where nothing nearer is said."""

from __future__ import annotations

from functools import cache

from leadbot.engines.rules.reading import city
from leadbot.engines.rules.words.forms import DATA
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.text import fold
from leadbot.engines.rules.words.words import stems
from leadbot.texts.tables import read_table

WORD = stems("where.region*")
_KAZAKH = (
    "алматы=Алматинская область;ақмола=Акмолинская область;ақтөбе=Актюбинская область;атырау=Атырауская область;"
    "жамбыл=Жамбылская область;қарағанды=Карагандинская область;қостанай=Костанайская область;"
    "қызылорда=Кызылординская область;маңғыстау=Мангистауская область;павлодар=Павлодарская область;"
    "түркістан=Туркестанская область;жетісу=Область Жетісу;абай=Область Абай;ұлытау=Область Улытау;"
    "батыс қазақстан=Западно-Казахстанская область;шығыс қазақстан=Восточно-Казахстанская область;"
    "солтүстік қазақстан=Северо-Казахстанская область;южно-казахстанская=Туркестанская область"
)
_SHORT = (
    "вко=Восточно-Казахстанская область;шқо=Восточно-Казахстанская область;зко=Западно-Казахстанская область;"
    "бқо=Западно-Казахстанская область;ско=Северо-Казахстанская область;сқо=Северо-Казахстанская область;"
    "юко=Туркестанская область;оқо=Туркестанская область"
)


@cache
def _names() -> dict[str, str]:
    """What stands beside «область» -> the region as stored: «алматинская», «алматы», «область Абай»'s «абай»."""
    found: dict[str, str] = {}
    for place in city.gazetteer().places.values():
        if "область" not in place.region.lower():
            continue
        head = fold(place.region).replace("область", "").strip()
        found[head] = place.region
        for ending in ("ой", "ую"):
            found[head.removesuffix("ая") + ending] = place.region
    return found | _pairs(_KAZAKH)


def _pairs(text: str) -> dict[str, str]:
    return {fold(short): name for short, name in (row.split("=") for row in text.split(";"))}


@cache
def _short() -> dict[str, str]:
    return _pairs(_SHORT)


def named(word: str) -> str | None:
    """The region whose name, without the word for region, this is."""
    return _names().get(word)


def ending_at(scene: Scene, at: int) -> str | None:
    """The region whose name, without the word for region, ends with this token: «Западно-Казахстанская»."""
    if scene.key(at - 1) == "-":
        return named(f"{scene.key(at - 2)}-{scene.key(at)}")
    return named(f"{scene.key(at - 1)} {scene.key(at)}") or named(scene.key(at))


def at(scene: Scene, at: int) -> str | None:
    """The region that the word for region at this token, or an abbreviation such as «ВКО», names."""
    key = scene.key(at)
    if key in _short():
        return _short()[key]
    if not key.startswith(WORD):
        return None
    return ending_at(scene, at - 1) or named(scene.key(at + 1))


def around(scene: Scene, first: int, last: int) -> set[str]:
    """The regions named right before or behind these tokens: «Шу, Жамбылская обл», «ЗКО, Аксай»."""
    near = (*range(max(0, first - 4), first), *range(last + 1, last + 7))
    found = {at(scene, token) for token in near}
    found |= {ending_at(scene, token) for token in near if scene.key(token).endswith(("ая", "ой"))}
    return {region for region in found if region}


def is_one(place: str) -> bool:
    """Is this the name of a region?"""
    return "область" in place.lower()


@cache
def _districts() -> list[tuple[str, str]]:
    return [(fold(row[0]), row[1]) for row in read_table(DATA / "districts.tsv")]


def of_district(word: str) -> str | None:
    """The city one of whose districts bears this name («Ауэзовский»)."""
    return next((name for stem, name in _districts() if word.startswith(stem)), None) if len(word) > 3 else None
