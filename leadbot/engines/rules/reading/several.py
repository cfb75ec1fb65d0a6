"""Several things wanted in one breath, «дом 160 и баня 30», «забор с воротами»: the further ones and their sizes."""

from __future__ import annotations

from collections.abc import Sequence

from leadbot.engines.rules.reading.units import (
    FILLERS,
    LARGEST_HOUSE_M2,
    METRE,
    SQUARE,
    Size,
    amount,
    is_other_unit,
    skip_metre,
    unit_at,
)
from leadbot.engines.rules.words.scene import Scene, Thing
from leadbot.engines.rules.words.words import stems, words

_JOINING = words("objects.joining") | {",", ";", "+", "&", "\n"}
_WITH = words("objects.with")
_ADJECTIVES = stems("objects.adjectives")
_BETWEEN = words("objects.between") | words("objects.wished")
_PLACED = words("objects.placing") | words("objects.beside")
_LEAST_BARE = 6  # m²: a smaller number behind a thing counts it
_NEAR = 3  # tokens from a thing to its size
_FAR = 10  # and from «с» to the last of the things it brings
_TIMES = frozenset({"х", "x", "*", "×", "на", "by"})


def further(scene: Scene, best: Thing, others: Sequence[Thing]) -> list[Thing]:
    """The things among `others` that are wanted beside the best one: those joined to it, by each other if need be."""
    chain = sorted([best, *others], key=lambda thing: thing.first)
    at = chain.index(best)
    first = last = at
    while first > 0 and is_joined(scene, chain[first - 1].last, chain[first].first):
        first -= 1
    while last + 1 < len(chain) and is_joined(scene, chain[last].last, chain[last + 1].first):
        last += 1
    return [thing for thing in chain[first : last + 1] if thing is not best]


def is_joined(scene: Scene, before: int, behind: int) -> bool:
    """Do nothing but joining words, sizes and adjectives stand between these tokens, and a joining one among them?"""
    joins = False
    for at in range(before + 1, behind):
        key = scene.key(at)
        if key in _JOINING:
            joins = True
        elif scene.kind(at) in ("mark", "line"):
            if key not in ("-", "/", "(", ")", "."):
                return False
        elif scene.kind(at) == "word" and not _speaks_of_size(scene, at):
            return False
    return joins


def _speaks_of_size(scene: Scene, at: int) -> bool:
    key = scene.key(at)
    if key == "из" or scene.key(at - 1) == "из":
        return True  # «баня из бруса с бассейном»
    if key in _PLACED and not (scene.kind(at - 1) == "number" and scene.kind(at + 1) == "number"):
        return False
    counted = any(group.first <= at <= group.last for group in scene.groups)
    unit = unit_at(scene, at, 0)[0] or key.startswith((*METRE, *SQUARE)) or key in _TIMES
    return bool(counted or unit or key in FILLERS or key in _BETWEEN or key.endswith(_ADJECTIVES))


def is_attached(scene: Scene, first: int) -> bool:
    """«с гаражом», «и баней»: does the thing at this token come with another?"""
    key = scene.key(first)
    if not key.endswith(("ом", "ем", "ой", "ей", "ами", "ями")):
        return False
    near = (at for at in range(first - 1, max(0, first - _FAR), -1) if scene.key(at) in _WITH)
    at = next(near, 0)
    return at > 0 and (at == first - 1 or is_joined(scene, at - 1, first))


def sizes_of(scene: Scene, sizes: list[Size]) -> dict[str, Size]:
    """«дом 160, баня 30»: the further things' own sizes; one size alone is the first thing's.

    Of `sizes` these are read with a unit; the first thing's is added to them where it has none.
    """
    keys = {thing.key for thing in scene.further}
    things = [thing for thing in scene.mentions if thing.key not in scene.sizeless]
    for thing in things:
        if thing.key not in keys and (bare := _bare_size(scene, thing)):
            sizes.append(bare)
    owned: dict[str, Size] = {}
    for thing in things:
        if thing.key in keys and thing.key not in owned and (own := _own(scene, thing, sizes)):
            owned[thing.key] = own
    return owned


def _own(scene: Scene, thing: Thing, sizes: list[Size]) -> Size | None:
    behind = (size for size in sizes if 0 < size.first - thing.last <= _NEAR)
    own = next((size for size in behind if len(sizes) > 1 or (size.sides and _follows(scene, thing, size))), None)
    return own or _bare_size(scene, thing)


def _follows(scene: Scene, thing: Thing, size: Size) -> bool:
    """Does the size stand behind this thing with no comma between? «монша мен бассейн, 12 ге 6» is of the first."""
    return all(scene.kind(at) != "mark" for at in range(thing.last + 1, size.first))


def _bare_size(scene: Scene, thing: Thing) -> Size | None:
    """«дом 160», «баня 30», or «140 дом», where several things are named: the number beside the thing, no unit said."""
    behind = next((i for i, g in enumerate(scene.groups) if 0 < g.first - thing.last <= _NEAR), None)
    if behind is not None and all(_leads_on(scene, at) for at in range(thing.last + 1, scene.groups[behind].first)):
        return _bare(scene, behind)
    before = next((i for i, g in enumerate(scene.groups) if amount(scene, i)[1] == thing.first - 1), None)
    return None if before is None else _bare(scene, before)


def _leads_on(scene: Scene, at: int) -> bool:
    return scene.key(at) in ("-", ":", "на", "по") or scene.key(at) in FILLERS


def _bare(scene: Scene, index: int) -> Size | None:
    first, (value, last) = scene.groups[index].first, amount(scene, index)
    after = scene.key(last + 1)
    plain = not (is_other_unit(after) or unit_at(scene, last + 1, value)[0] or after in _TIMES)
    fits = _LEAST_BARE <= value <= LARGEST_HOUSE_M2 and scene.free(first, last)
    if not plain or not fits or skip_metre(scene, last + 1) != last + 1:
        return None
    scene.take(first, last)
    return Size(value, first, last, weight=2)
