"""The smaller facts a manager likes to know: rooms, floors, land, kind of work, budget, time to call, materials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from leadbot.engines.rules.reading import city, units
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import TextToken, fold
from leadbot.engines.rules.words.words import raw, stems, words


class HasWorks(Protocol):
    """A set-up, as far as kinds of work go."""

    def __hash__(self) -> int: ...

    @property
    def works(self) -> Mapping[str, Mapping[str, Any]]: ...

    @property
    def materials(self) -> Mapping[str, str]: ...

    @property
    def chips(self) -> Mapping[str, tuple[Mapping[str, str], ...]]: ...


def _pairs(name: str) -> dict[str, str]:
    """A list of `stem = value`."""
    return {stem.strip(): value.strip() for stem, _, value in (item.partition("=") for item in raw(name))}


def _numbered(name: str) -> dict[str, int]:
    return {fold(stem): int(value) for stem, value in _pairs(name).items()}


_ROOM_WORDS = _numbered("details.room_words")
FLOOR_WORDS = _numbered("details.floor_words")
_FLOOR = stems("details.floor*")
_ROOM = stems("details.room*")
_ON_FLOOR = frozenset({"этаже", "кабатта", "кабаттагы"})
_ONE_FLOOR = words("details.one_floor")
_MONEY = words("details.money")
_SCALE = words("details.scale")
_SCALE_STEMS = stems("details.scale*")
_LOST = stems("details.lost*")
_BEHIND = 3  # tokens from what is taken back to what is right
_LAND = stems("details.land*")
_MATERIALS = _pairs("details.materials")


def rooms(scene: Scene) -> Found | None:
    """«3 комнаты», «двушка», «екі бөлмелі» -> the number as text."""
    return _worded(scene, _ROOM_WORDS) or _counted(scene, _ROOM, most=12)


def floors(scene: Scene) -> Found | None:
    """«2 этажа», «двухэтажный», «екі қабатты» -> the number as text; «7 этаж» is where a flat is."""
    return _worded(scene, FLOOR_WORDS) or _counted(scene, _FLOOR, most=40, ordinal=_ONE_FLOOR)


def _worded(scene: Scene, table: Mapping[str, int]) -> Found | None:
    stems_of = tuple(table)
    for at, token in enumerate(scene.tokens):
        if token.kind == "word" and token.key.startswith(stems_of):
            count = next(table[stem] for stem in stems_of if token.key.startswith(stem))
            return scene.found(str(count), at, at)
    return None


def _counted(scene: Scene, stems: tuple[str, ...], *, most: int, ordinal: frozenset[str] = frozenset()) -> Found | None:
    for group in scene.groups:
        if not scene.free(group.first, group.last) or not 1 <= group.value <= most:
            continue
        at = group.last + 1
        if scene.key(at) == "-":
            at += 2 if scene.key(at + 1) in ("х", "и", "ти", "ух", "ех", "x") else 1
        elif scene.key(at) in ("х", "x", "ти"):
            at += 1
        if ordinal and scene.key(at) in _ON_FLOOR and scene.key(group.first - 1) in ("на", "в"):
            continue  # «магазин на 1 этаже»
        if (
            scene.key(at).startswith(stems)
            and scene.key(at) != "болмени"
            and not (scene.key(at) in ordinal and group.value > (3 if scene.key(at) == "кабат" else 1))
        ):
            scene.take(group.first, at)
            if near.denied(scene, group.first, at):
                return _instead(scene, at, most)
            return scene.found(str(int(group.value)), group.first, at)
    return None


def _instead(scene: Scene, last: int, most: int) -> Found | None:
    """«не 3 комнаты, а 4», «3 бөлме емес, 4»: the count that stands behind the one taken back."""
    for group in scene.groups:
        if 0 < group.first - last <= _BEHIND and scene.free(group.first, group.last) and 1 <= group.value <= most:
            scene.take(group.first, group.last)
            return scene.found(str(int(group.value)), group.first, group.last, corrects=True)
    return None


def budget(scene: Scene) -> Found | None:
    """A sum as said: «87 000 000 тенге», «15-20 млн», «500 мың»; consumed, so that it is no phone and no area."""
    found = None
    for index, group in enumerate(scene.groups):
        if not scene.free(group.first, group.last):
            continue
        _, last = units.amount(scene, index)
        at = last + 1
        if scene.key(at) in ("-", "до") and scene.kind(at + 1) == "number":
            at += 2
        scaled = scene.key(last).startswith(_SCALE_STEMS) or scene.key(last) in _SCALE
        while ((scene.key(at) in _SCALE or scene.key(at).startswith(_SCALE_STEMS)) and scene.kind(at) == "word") or (
            scaled and scene.key(at) == "."
        ):
            scaled, at = True, at + 1
        if scene.key(at) in _MONEY:
            scaled, at = True, at + 1
        if scaled and not scene.key(at).startswith(("квадр", "шарш", "кв")):
            if not (near.denied(scene, group.first, at - 1) or _is_lost(scene, group.first)):
                said = scene.text[scene.tokens[group.first].start : scene.tokens[at - 1].end]
                found = found or scene.found(_plain(said), group.first, at - 1)
            scene.take(group.first, at - 1)
    return found


def _is_lost(scene: Scene, first: int) -> bool:
    """«кинули меня на 2 млн»: what is gone is no budget."""
    return any(scene.key(at).startswith(_LOST) for at in range(max(0, first - 4), first))


def _plain(words: str) -> str:
    return " ".join(words.split())


def plot(scene: Scene) -> Found | None:
    """Land in words: «участок есть» -> «есть», «участка нет» -> «нет», «ищем участок» -> «ищет»."""
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or not token.key.startswith(_LAND) or token.key.startswith("жере"):
            continue
        words = scene.words(at - 3, min(at + 5, max(scene.clause(at)[1], at + 3)))
        if words & {"нет", "нету", "жок", "no", "нема"}:
            return scene.found("нет", at, at)
        if any(w.startswith(("ищ", "подбир", "издеп", "looking")) for w in words):
            return scene.found("ищет", at, at)
        if words & {"есть", "бар", "имеется", "свой", "have", "куплен", "купили", "баримыз"} or token.key in (
            "жеримиз",
            "жерим",
            "жери",
        ):
            return scene.found("есть", at, at)
    return None


@lru_cache(maxsize=32)
def _work_stems(setup: HasWorks) -> tuple[dict[str, tuple[tuple[str, ...], ...]], tuple[str, ...]]:
    """Phrases of word beginnings by the work's name, and the first beginnings of all."""
    by_name = {
        name: tuple(tuple(fold(w).split()) for w in row.get("words") or (name[:6],))
        for name, row in setup.works.items()
    }
    return by_name, tuple(phrase[0] for phrases in by_name.values() for phrase in phrases)


def work(scene: Scene, setup: HasWorks) -> Found | None:
    """The kind of work, the set-up's canonical noun: the first named, but «ремонт» where something closer is, too."""
    general: Found | None = None
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or not token.key.startswith(_work_stems(setup)[1]) or near.denied(scene, at, at):
            continue
        name, last = _work_at(scene, at, setup)
        if not name or (not scene.building and scene.object_at and _is_of_another(scene, at)):
            continue
        found = scene.found(name, at, last)
        if setup.works[name].get("alone"):
            return found
        general = general or found
    return general


def _is_of_another(scene: Scene, at: int) -> bool:
    """«крышу делал в прошлом году, теперь забор»: the roof is another thing than the one that is wanted."""
    named = any(thing.first <= at <= thing.last for thing in scene.mentions)
    return named and scene.object_at is not None and not scene.object_at[0] <= at <= scene.object_at[1]


def _work_at(scene: Scene, at: int, setup: HasWorks) -> tuple[str, int]:
    """The work whose longest phrase begins at this token, and its last token."""
    best, length = "", 0
    for name, phrases in _work_stems(setup)[0].items():
        for phrase in phrases:
            fits = all(scene.key(at + step).startswith(stem) for step, stem in enumerate(phrase))
            if fits and len(phrase) > length:
                best, length = name, len(phrase)
    return best, at + length - 1


@lru_cache(maxsize=32)
def _with_chips(setup: HasWorks) -> tuple[dict[str, str], tuple[str, ...]]:
    """The same and the quick replies to the question for them, which are understood out of turn, too."""
    known = dict(_materials(setup)[0])
    for chip in setup.chips.get("materials", ()):
        if not near.is_everyday(fold(chip["ru"]).partition(" ")[0]):  # «не знаю»
            known |= {word: chip["ru"] for word in map(_first_word, chip.values()) if word not in known}
    return known, tuple(known)


@lru_cache(maxsize=32)
def _materials(setup: HasWorks) -> tuple[dict[str, str], tuple[str, ...]]:
    """Names by beginnings of words, the trade's own first, and all beginnings together."""
    known = {fold(stem): name for stem, name in setup.materials.items()}
    known |= {stem: name for stem, name in _MATERIALS.items() if stem not in known}
    return known, tuple(known)


def _is_town(token: TextToken) -> bool:
    place = city.match(token)
    return place is not None and not place.doubtful


def _first_word(text: str) -> str:
    return fold(text).partition(" ")[0]


def materials(scene: Scene, setup: HasWorks) -> Found | None:
    """Materials as said, joined by commas, in the nominative."""
    known, stems_of = _materials(setup) if scene.asked == "materials" else _with_chips(setup)
    hits: list[tuple[str, int]] = []
    for at, token in enumerate(scene.tokens):
        is_object = any(at == thing.last for thing in scene.mentions)  # «деревья посадить»
        if token.kind == "word" and token.key.startswith(stems_of) and not (is_object or _is_town(token)):
            if near.denied(scene, at, at) or near.replaced(scene, at):
                continue  # «не из бруса, а из газоблока», «плитканың орнына ламинат»
            name = next(n for stem, n in known.items() if token.key.startswith(stem))
            if scene.asked == "city":
                scene.take(at, at)  # «МДФ» is no place
            if all(name != earlier for earlier, _ in hits):
                hits.append((name, at))
    return scene.found(", ".join(n for n, _ in hits), hits[0][1], hits[-1][1]) if hits else None
