"""Places the table doesn't hold: «село Ивановка», «дом в Новопавловке», a district, a region, an answer as typed."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.reading import people, regions
from leadbot.engines.rules.words import morph, near
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import fold
from leadbot.engines.rules.words.words import stems, words

REGION_SCORE = 0.1
_IN = words("where.in") | words("where.from")
_TOWN = words("where.town")
_VOWELS = frozenset("аеиоуыэюяaeiouy")
_VILLAGE = words("where.village")
_VILLAGE_BEHIND = words("where.village_behind")
_DISTRICT = words("where.district")
_ENDINGS = stems("where.place_endings")  # what names of villages end in


@dataclass(frozen=True, slots=True)
class Stranger:
    """A mention, how much it counts beside known places, and whether it needs no saying back."""

    name: str
    first: int
    last: int
    score: float
    sure: bool = True


def mentions(scene: Scene, taken: set[int], *, placed: bool) -> list[Stranger]:
    """All mentions outside the tokens `taken` by known places; `placed`: one of those is where the object is."""
    found = []
    for at, token in enumerate(scene.tokens):
        if token.kind == "word" and at not in taken:
            one = _village(scene, at, taken) or _area(scene, at, placed=placed)
            found += [one] if one else []
    return found


def _village(scene: Scene, at: int, taken: set[int]) -> Stranger | None:
    """«село Ивановка», «Қаратал ауылы», «в Новопавловке»."""
    key = scene.key(at)
    if key in _VILLAGE_BEHIND and at and scene.tokens[at - 1].capital:
        return _named_village(scene, at, taken)
    if (key in _VILLAGE and len(key) > 2) or (key in ("с", "п") and scene.key(at + 1) == "."):
        name_at = at + 2 if scene.key(at + 1) == "." else at + 1
        if scene.kind(name_at) == "word" and scene.tokens[name_at].capital and name_at not in taken:
            last = name_at + _has_second_word(scene, name_at, taken)
            return Stranger(" ".join(t.raw for t in scene.tokens[name_at : last + 1]), at, last, 2.5, sure=False)
        return None
    return Stranger(_nominative(scene.tokens[at].raw), at, at, 0.3, sure=False) if _is_in(scene, at) else None


def _named_village(scene: Scene, at: int, taken: set[int]) -> Stranger | None:
    """«Қаратал ауылы»: the capitalised word before the one for a village."""
    before = scene.tokens[at - 1]
    named = at - 1 not in taken and not near.is_common(before.key) and not regions.named(before.key)
    return Stranger(before.raw, at - 1, at, 2.5, sure=False) if named else None


def _area(scene: Scene, at: int, *, placed: bool) -> Stranger | None:
    """A district of a city, or a region, where nothing nearer was said."""
    if scene.key(at) in _DISTRICT:
        city = regions.of_district(scene.key(at - 1)) or regions.of_district(scene.key(at + 1))
        return Stranger(city, at, at, 0.15) if city and not placed else None
    region = regions.at(scene, at)
    return Stranger(region, at, at, REGION_SCORE) if region else None


def _has_second_word(scene: Scene, at: int, taken: set[int]) -> bool:
    """«посёлок Зелёный Бор», «село Карла Маркса»: is the next capitalised word part of the name?"""
    if scene.kind(at + 1) != "word" or at + 1 in taken or scene.used[at + 1]:
        return False
    token = scene.tokens[at + 1]
    return token.capital and not near.is_common(token.key) and people.given(token, shaped=False) is None


def _is_in(scene: Scene, at: int) -> bool:
    """«дом в Новопавловке»: behind «в» a capitalised word that ends as villages do and is nothing else."""
    token = scene.tokens[at]
    if at < 2 or scene.key(at - 1) != "в" or not token.capital or token.latin or scene.used[at]:
        return False
    if token.raw.isupper() or near.is_common(token.key) or people.given(token) or scene.key(at + 1) in _DISTRICT:
        return False
    return fold(_nominative(token.raw)).endswith(_ENDINGS)


def as_typed(scene: Scene) -> Found | None:
    """The city was asked and one unknown word came: take it, and say it back."""
    at_words = [at for at, t in enumerate(scene.tokens) if t.kind == "word" and not scene.used[at]]
    if at_words and scene.key(at_words[0]) in _IN | _TOWN:
        at_words = at_words[1:]
    if len(at_words) != 1 or any(t.kind == "number" for t in scene.tokens):
        return None
    token = scene.tokens[at_words[0]]
    name = _nominative(token.raw)
    if token.raw.isupper() and not _VOWELS.intersection(token.key):
        return None  # «ЛДСП»
    placelike = token.capital or fold(name).endswith(_ENDINGS)
    if len(token.key) < 3 or near.is_common(token.key) or not placelike or people.given(token, shaped=False):
        return None
    if scene.key(at_words[0] - 1) not in _IN:
        name = token.raw if token.capital and token.key.endswith("е") else name
    return scene.found(name, at_words[0], at_words[0], sure=False)


def _nominative(raw: str) -> str:
    """«Карабастауда» -> «Карабастау», «Новопавловке» -> «Новопавловка»: of a place no table holds."""
    key = fold(raw)
    if key.endswith("вке"):
        return people.titled(raw[:-1] + "а")
    if key.endswith(("не", "ре", "ле", "те", "де", "ме", "се", "зе")) and len(key) > 5:
        return people.titled(raw[:-1])  # «в Косозене»
    stem = next((s for s, tag in morph.cuts(key, shortest=4) if tag in ("loc", "abl", "loccop", "ablcop")), key)
    return people.titled(raw[: len(stem)])
