"""Several of a kind in one message: «дом 160 и баня 30», each with its size; floors told one by one; «54/32/8»."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from leadbot.engines.rules.reading import city
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
from leadbot.engines.rules.words.scene import Found, Scene, Thing
from leadbot.engines.rules.words.words import stems, words

_IN = words("where.in")
_JOINING = words("objects.joining") | {",", ";", "+", "&", "\n"}
_WITH = words("objects.with")
_ADJECTIVES = stems("objects.adjectives")
_BETWEEN = words("objects.between") | words("objects.wished")
_PLACED = words("objects.placing") | words("objects.beside")
_LEAST_BARE = 6  # m²: a smaller number behind a thing counts it
_FLOOR = stems("details.floor*")
_ORDINALS = (("перв", "бирин", "first"), ("втор", "екин", "second"), ("трет", "ушин", "third"))
_LEAST_FLOOR = 12  # m²
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
        elif scene.kind(at) == "word" and not (_speaks_of_size(scene, at) or _speaks_of_place(scene, at)):
            return False
    return joins


def _speaks_of_place(scene: Scene, at: int) -> bool:
    """«в Алматы» between two things."""
    return _town(scene, at) != "" or (scene.key(at) in _IN and _town(scene, at + 1) != "")


def _town(scene: Scene, at: int) -> str:
    place = city.match(scene.tokens[at]) if scene.kind(at) == "word" else None
    return place.name if place is not None and not place.doubtful else ""


def place_of(scene: Scene, thing: Thing) -> Found | None:
    """«офис 60 м2 в Алматы и склад 200 м2 в Каскелене»: the town behind this thing and before the next."""
    following = min((other.first for other in scene.mentions if other.first > thing.last), default=len(scene.tokens))
    towns = (at for at in range(thing.last + 1, min(following, thing.last + 1 + _FAR)) if _town(scene, at))
    at = next((at for at in towns if scene.key(at - 1) in _IN), None)
    return None if at is None else scene.found(_town(scene, at), at, at)


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


def by_slashes(scene: Scene) -> list[Size]:
    """«54/32/8», as advertisements write it: the whole flat, what is lived in, the kitchen."""
    for index in range(len(scene.groups) - 2):
        value, last = amount(scene, index)
        ends = [last]
        values = [value]
        for at in range(index + 1, len(scene.groups)):
            if scene.groups[at].first == ends[-1] + 2 and scene.key(ends[-1] + 1) == "/":
                more, end = amount(scene, at)
                values.append(more)
                ends.append(end)
        falls = all(one > other for one, other in itertools.pairwise(values))
        if len(values) == 3 and falls and value >= _LEAST_FLOOR and scene.free(scene.groups[index].first, ends[-1]):
            return [Size(value, scene.groups[index].first, ends[-1], weight=3)]
    return []


def by_floors(scene: Scene) -> list[Size]:
    """«120 на первом и 80 на втором», «1 этаж 90, 2 этаж 70»: the floors together."""
    floors: dict[int, tuple[float, int, int]] = {}
    for at in range(len(scene.tokens)):
        which, last = _floor_at(scene, at)
        if which and which not in floors and (size := _of_floor(scene, at, last)):
            floors[which] = size
    spans = sorted(floors.values(), key=lambda size: size[1])
    if len(spans) < 2 or any(one[2] >= other[1] for one, other in itertools.pairwise(spans)):
        return []
    return [Size(round(sum(value for value, _, _ in spans), 2), spans[0][1], spans[-1][2], weight=3)]


def _floor_at(scene: Scene, at: int) -> tuple[int, int]:
    """Which floor the words from this token on name, and the last of them: «первый», «на 2 этаже»; 0: none."""
    which = next((n for n, stems_ in enumerate(_ORDINALS, 1) if scene.key(at).startswith(stems_)), 0)
    said = scene.key(at + 1).startswith(_FLOOR)
    if which:
        return which, at + said
    digit = scene.key(at)
    ending = at + 2 if scene.key(at + 1) == "-" else at
    if scene.kind(at) == "number" and digit in ("1", "2", "3") and scene.key(ending + 1).startswith(_FLOOR):
        return int(digit), ending + 1
    return 0, at


def _of_floor(scene: Scene, first: int, last: int) -> tuple[float, int, int] | None:
    """The size of the floor named in tokens first..last: right behind it, or before it with «на»."""
    behind = last + 1
    while scene.key(behind) in ("-", ":", "—", "по", "на", "будет", "где"):
        behind += 1
    before = None
    for index, group in enumerate(scene.groups):
        value, end = amount(scene, index)
        unit, unit_end = unit_at(scene, end + 1, value)
        whole = unit_end if unit in ("м²", "м") else end
        fits = _LEAST_FLOOR <= value <= LARGEST_HOUSE_M2 and scene.free(group.first, whole)
        if not fits or is_other_unit(scene.key(whole + 1)):
            continue
        if group.first == behind:
            return value, group.first, whole
        if whole == first - 1 or (whole == first - 2 and scene.key(first - 1) in ("на", "в")):
            before = value, group.first, whole
    return before
