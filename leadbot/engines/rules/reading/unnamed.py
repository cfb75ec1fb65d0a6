"""Objects that are not called by name: a flat by its rooms or number, an unlisted thing as the client has typed it."""

from __future__ import annotations

from leadbot.engines.rules.reading import people
from leadbot.engines.rules.reading.city import match
from leadbot.engines.rules.reading.units import unit_at
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.numbers import word_at
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import TextToken
from leadbot.engines.rules.words.words import stems, words

FLAT = "квартира"
_REPAIR = stems("objects.repair*")
_PER = frozenset({"за", "/", "1"})
_ADJECTIVES = ("ая", "ый", "ой", "ое")
_NO_OBJECTS = words("objects.none")
_MOST_TYPED = 2  # words of an object no table holds


def flat(scene: Scene) -> Found | None:
    """«3-комнатная», «2 бөлмелі»: rooms alone mean a flat, and so do «кв 112» of an address and «ремонт кв»."""
    ways = (_says_rooms, _is_flat_number, _is_short, _of_complex)
    at = next((at for says in ways for at in range(len(scene.tokens)) if says(scene, at)), None)
    scene.building = at is not None
    return None if at is None else scene.found(FLAT, at, at)


def _is_flat_number(scene: Scene, at: int) -> bool:
    """«Жандосова 58, кв 112»: the flat of an address."""
    if scene.key(at) not in ("кв", "квартира") or scene.used[at]:
        return False
    number = at + 2 if scene.key(at + 1) == "." else at + 1
    ends = scene.kind(number + 1) in ("", "mark", "line") and scene.kind(number) == "number"
    return ends and any(scene.kind(back) == "number" for back in range(max(0, at - 6), at))


def _is_short(scene: Scene, at: int) -> bool:
    """«ремонт кв», «кв. ремонт», but not «65 кв ремонта», «ремонт кв. метра»."""
    if scene.key(at) != "кв" or scene.used[at] or unit_at(scene, at, 0)[1] != at:
        return False
    behind = at + 2 if scene.key(at + 1) == "." else at + 1
    counted = scene.kind(at - 1) == "number" or scene.key(at - 1) in _PER
    return not counted and any(scene.key(beside).startswith(_REPAIR) for beside in (at - 1, behind))


def _of_complex(scene: Scene, at: int) -> bool:
    """«ЖК Хайвилл парк, 3 комнаты»: in a residential complex there are flats."""
    in_complex = any(token.key in ("жк", "жилкомплекс") for token in scene.tokens)
    return in_complex and scene.kind(at) == "word" and scene.key(at).startswith("комнат") and bool(scene.used[at])


def _says_rooms(scene: Scene, at: int) -> bool:
    key = scene.key(at)
    if scene.kind(at) != "word":
        return False
    if any(of_rooms in key and not key.startswith(of_rooms) for of_rooms in ("комнатн", "komnatn")):
        return True
    counted = scene.kind(at - 1) in ("number", "mark") or word_at(scene.tokens[at - 1]) is not None
    if key in ("к", "шка", "шку", "шки", "шке", "хка"):
        return len(scene.key(at - 1)) == 1 and scene.kind(at - 1) == "number" and not scene.tokens[at].spaced  # «2к»
    if scene.key(at - 1) in ("х", "x", "ух", "ех", "ми", "и") and scene.kind(at - 2) in ("number", "mark"):
        counted = True  # «2-х комнатная»
    rooms = key.startswith(("комнатн", "болмел", "xonali")) or key == "комн"
    return at > 0 and counted and rooms


def as_typed(scene: Scene) -> Found | None:
    """The object was asked and one or two unknown words came: they are it, said back where it matters."""
    if scene.asked != "object_type" or scene.groups or scene.key(len(scene.tokens) - 1) == "?":
        return None
    at_words = [at for at, token in enumerate(scene.tokens) if token.kind == "word" and not scene.used[at]]
    if not 1 <= len(at_words) <= _MOST_TYPED or at_words[-1] - at_words[0] >= _MOST_TYPED:
        return None
    if not all(_can_be_object(scene.tokens[at]) for at in at_words):
        return None
    first, last = at_words[0], at_words[-1]
    scene.take(first, last)
    return scene.found(" ".join(scene.tokens[at].raw.lower() for at in at_words), first, last, sure=False)


def _can_be_object(token: TextToken) -> bool:
    if len(token.key) < 3 or near.is_common(token.key, latin=token.latin) or token.key in _NO_OBJECTS:
        return False
    if people.given(token) or match(token) is not None or word_at(token) is not None:
        return False
    return not people.is_verbal(token.key) or token.key.endswith(_ADJECTIVES)
