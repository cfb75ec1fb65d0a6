"""Areas: the size of what is built, and the land it stands on.

A number is an area when a unit says so, when it is one of two dimensions (10х12), or when the area was asked and
nothing else explains the number. Land in sotkas and hectares is read apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from leadbot.engines.rules.reading import counting, several, things, unitless
from leadbot.engines.rules.reading.details import FLOOR_WORDS
from leadbot.engines.rules.reading.units import (
    FILLERS,
    KEYWORDS,
    KITCHEN,
    LAND,
    LEAST_KITCHEN,
    METRE,
    SIDE_LEAST,
    SIDE_MOST,
    SQUARE,
    Size,
    amount,
    half_lands,
    index_at,
    is_other_unit,
    number,
    range_second,
    skip_metre,
    unit_at,
)
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.words import stems, words

LEAST_M2, MOST_M2 = 1.5, 100_000.0
SQUARE_METRES_IN_FOOT = 0.09290304

_WAYS = words("area.not_area_metres")
_RANGE = frozenset({"от", "до"})  # «от 60 до 70 метров»
_SOTKAS = frozenset({"соток", "сотык", "sotok", "sotyk"})
_M = frozenset({"м", "m"})
_LEAST_GUESSED = 25  # metres of a range above which it can be but an area
_ROOM = stems("area.room*")
_BY = frozenset({"ге", "ке", "ка", "да", "де", "та", "те"})  # «10 ге 12»
_TO = frozenset({"ға", "ге", "қа", "ке", "га", "ка"})  # of «90 ға жуық»
_TIMES = frozenset({"х", "x", "h", "*", "×", "на", "by", "-", "ga", "na"})
_MOST_FLOORS = 5
_ROOM_COUNTED = ("комнат", "болме", "room")
_EACH = ("кажд", "аркай", "each")
_FEET = ("ft", "feet", "foot", "фут", "футов")
_FLOOR = (*stems("details.floor*"), "уров", "level")
_COVERING = stems("area.covering*")
_ROOMS = stems("area.rooms*")
_TOTAL = words("area.total")
_LIVED_IN = stems("area.lived_in*")
_OTHERS, _NEIGHBOURS, _LIKE = stems("area.others*"), words("area.neighbours"), words("area.like")
_NOT_THAT = ("емес", *stems("area.too*"))


@dataclass(slots=True)
class Areas:
    """The building's area and the land, as far as said."""

    area: Found | None = None
    plot: Found | None = None
    others: list[Found] = field(default_factory=list)
    further: dict[str, Found] = field(default_factory=dict)  # of what is wanted beside the first object


def find(scene: Scene) -> Areas:
    """Read sizes, best one first; consumes them all."""
    if not scene.measures:
        return Areas()
    if scene.measures == "cm" and (thing := things.find(scene)):
        return Areas(area=thing)
    sizes = several.by_slashes(scene) or several.by_floors(scene) if scene.measures == "m2" else []
    for size in sizes:
        scene.take(size.first, size.last)
    lands = half_lands(scene)
    last = -1
    for index, group in enumerate(scene.groups):
        if group.first <= last or not scene.free(group.first, group.last):
            continue  # the fraction of the last one
        last = amount(scene, index)[1]
        read = _sides(scene, index) or _with_unit(scene, index) or _after_unit(scene, index)
        if read is not None:
            (lands if read.unit in LAND else sizes).append(read)
            scene.take(read.first, read.last)
    if scene.further and scene.measures == "m2":
        owned = several.sizes_of(scene, sizes)
        areas = _chosen(scene, [size for size in sizes if all(size is not own for own in owned.values())], lands)
        areas.further = {key: _found(scene, size) for key, size in owned.items()}
        return areas
    if scene.measures == "cm":
        return _chosen(scene, [size for size in sizes if not size.sides and size.weight > 1], lands)
    sizes += unitless.put_right(scene, sizes)
    sizes += unitless.changed(scene) or unitless.keyword_sizes(scene) or unitless.width_and_length(scene)
    if (lands or sizes) and all(_standing(scene, size) < 0 for size in sizes):
        sizes += unitless.beside_house(scene)  # only land, a garage or a kitchen has a size with a unit
    if not sizes:
        counting.take_running_metres(scene)
        sizes = unitless.decimals(scene) or (unitless.bare(scene) if scene.asked == "area" else unitless.apart(scene))
    if scene.land:
        lands = lands or unitless.lands(scene, sizes)
        sizes = [size for size in sizes if size not in lands]
    return _chosen(scene, sizes, lands)


def _sides(scene: Scene, index: int) -> Size | None:
    """10х12, 10 на 12, 10 м х 12 м; a third side is a height."""
    first, at = amount(scene, index)
    mark = skip_metre(scene, at + 1)
    if mark > at + 1 and scene.key(at + 1).endswith(("ге", "ке")) and index_at(scene, mark) is not None:
        return _product(scene, index, first, index_at(scene, mark) or 0)  # «12 метрге 8 метр»
    dative = scene.groups[index].spelled and scene.key(at).endswith(("га", "ге", "ка", "ке"))
    if dative and scene.tokens[at].kind == "word" and index_at(scene, at + 1) is not None:
        return _product(scene, index, first, index_at(scene, at + 1) or 0)  # «он екіге он»
    kazakh = (
        scene.key(mark) in _BY
        or _with(scene, index, mark)
        or (scene.key(mark) == "га" and scene.tokens[mark].raw.lower() == "ға")
    )
    if not kazakh and scene.key(mark) == "-" and scene.key(mark + 1) in ("га", "ге", "ка", "ке", "на"):
        mark, kazakh = mark + 1, True
        if scene.key(mark) == "на" and scene.key(mark + 1) == "-":
            mark += 1
    if (
        not kazakh
        and scene.key(mark) not in _TIMES - {"-"}
        and not (scene.key(mark) in ("га", "ка") and not scene.tokens[mark].spaced)
    ):
        return None
    other = index_at(scene, mark + 1)
    return None if other is None else _product(scene, index, first, other)


def _with(scene: Scene, index: int, mark: int) -> bool:
    """«үй 9 бен 11»: sides, unless what follows is «арасында»."""
    other = index_at(scene, mark + 1)
    if scene.key(mark) not in ("мен", "бен", "пен") or other is None:
        return False
    sides = all(unitless.SIDES[0] <= amount(scene, at)[0] <= unitless.SIDES[1] for at in (index, other))
    return sides and scene.building and not scene.key(scene.groups[other].last + 1).startswith("ара")


def _product(scene: Scene, index: int, first: float, other: int) -> Size | None:
    """The size of two sides, unless they are those of something else; a third side is a height."""
    second, last = amount(scene, other)
    if not (SIDE_LEAST <= first <= SIDE_MOST and SIDE_LEAST <= second <= SIDE_MOST):
        return None
    if counting.are_of_another(scene, scene.groups[index].first, last, first * second):
        scene.take(scene.groups[index].first, last)
        return None
    end = skip_metre(scene, last + 1) - 1
    if scene.key(end + 1) in ("х", "x", "*", "×"):
        third = index_at(scene, end + 2)
        end = scene.groups[third].last if third is not None else end
    unit = "sqft" if scene.key(end + 1) in _FEET else "м²"
    end += unit == "sqft"
    return Size(round(first * second, 2), scene.groups[index].first, end, unit=unit, sides=True, weight=1)


def _with_unit(scene: Scene, index: int) -> Size | None:
    """A number, or a range, with an area unit behind."""
    group = scene.groups[index]
    value, last = amount(scene, index)
    high = None
    ahead = range_second(scene, last, group.first)
    if ahead is not None:
        second, second_last = amount(scene, ahead)
        if second > value:
            high, last = second, second_last
    at = last + 1
    if scene.tokens[at : at + 1] and scene.tokens[at].raw.lower() in _TO and scene.key(at + 1) in FILLERS:
        at += 1  # «90-ға жуық шаршы»
    skipped = 0
    while (scene.key(at) in FILLERS or scene.key(at) == "+") and skipped < 4:
        at, skipped = at + 1, skipped + 1
    unit, end = unit_at(scene, at, value)
    if not unit or value <= 0:
        return None
    if _price_per_unit(scene, group.first, at, value):
        scene.take(group.first, end)
        return None
    if unit == "м" and not _metres_are_area(scene, group.first, end, value, is_range=high is not None):
        return None
    square = unit if unit in (*LAND, "sqft") else "м²"
    return Size(value, group.first, end, high, square, weight=1 if unit == "м" else 3)


def _after_unit(scene: Scene, index: int) -> Size | None:
    """«метров 30», «квадратов сто»: the unit first, as one guesses aloud."""
    first = scene.groups[index].first
    for begin in range(first - 4, first - 1) if scene.key(first - 1) == ":" else ():
        if scene.kind(begin) == "word" and unit_at(scene, begin, 0) == ("м²", first - 2):
            value, last = amount(scene, index)
            return Size(value, begin, last, weight=3)  # «м2: 54», «кв.м: 63»
    if scene.key(first - 1) in FILLERS or scene.key(first - 1) == "на":
        first -= 1  # «квадратов на 120»
    unit = scene.key(first - 1)
    value, last = amount(scene, index)
    high = None
    ahead = range_second(scene, last)
    if ahead is not None and amount(scene, ahead)[0] > value:
        high, last = amount(scene, ahead)
    if unit in _SOTKAS and scene.kind(first - 2) != "number":
        return Size(value, first - 1, last, unit="сотка", weight=3)  # «соток 12»
    if not unit.startswith((*METRE, *SQUARE)) or unit in ("метр", "квадрат", "метра") or value < 4:
        return None
    if scene.kind(first - 2) == "number" or is_other_unit(scene.key(last + 1)) or not scene.free(first - 1, first - 1):
        return None
    if unit.startswith(METRE) and not _metres_are_area(scene, first, last, value, is_range=high is not None):
        return None
    return Size(value, first - 1, last, high, weight=1)


def _price_per_unit(scene: Scene, first: int, unit_at: int, value: float) -> bool:
    before = scene.key(first - 1)
    if value == 1 and before in ("за", "per", "for", "1", "цена", "стоит"):
        return True
    return scene.key(unit_at - 1) == "/" or (scene.key(unit_at - 1) == "за")


def _metres_are_area(scene: Scene, first: int, last: int, value: float, *, is_range: bool) -> bool:
    """«95 метров» of a flat is an area; of a fence, a height or a way to the road it is not."""
    begin, end = scene.clause(first)
    words = scene.words(begin, end)
    if any(scene.key(at).startswith(KEYWORDS) for at in range(max(begin, first - 2), first)):
        return True  # «площадь спальни 17 метров»
    ways = _WAYS - _RANGE if is_range else _WAYS
    if words & ways or any(word.startswith(counting.RUNNING) for word in words):
        return False
    if any(word.startswith(_ROOM) for word in words):
        is_furniture = value < LEAST_KITCHEN and any(word.startswith(KITCHEN) for word in words)
        return not is_furniture  # «кухня 9 метров», but not «кухня угловая 3 метра»
    if value >= _LEAST_GUESSED and _says_only_that(scene):
        return True
    covered = scene.building or any(word.startswith(_COVERING) for word in words)
    return scene.asked == "area" or (value >= 12 and (covered or (is_range and value >= _LEAST_GUESSED)))


def _says_only_that(scene: Scene) -> bool:
    """«метров сто», «ну где-то 90 метров», «200м»: the size is all there is."""
    counted = {at for group in scene.groups for at in range(group.first, group.last + 1)}
    words = (
        t.key
        for at, t in enumerate(scene.tokens)
        if t.kind == "word" and at not in counted and not counting.is_a_name(scene, at)  # «Ильяс Косшы 93м»
    )
    return all(word.startswith(METRE) or word in _M or word in FILLERS or near.is_common(word) for word in words)


def _chosen(scene: Scene, sizes: list[Size], lands: list[Size]) -> Areas:
    good = [s for s in sizes if LEAST_M2 <= _m2(s) <= MOST_M2 and not _denied(scene, s) and not _of_others(scene, s)]
    areas = Areas()
    if lands:
        areas.plot = _found(scene, lands[0])
    if good:
        best = max(good, key=lambda s: (s.weight + _standing(scene, s) + _beside_object(scene, s), -s.first))
        if near.corrected(scene, good[0].last + 1, good[-1].first):
            best = good[-1]
        areas.area = _found(scene, _all_floors(scene, best))
        areas.others = [_found(scene, s) for s in good if s is not best]
    elif lands:
        areas.area = areas.plot
    return areas


def _beside_object(scene: Scene, size: Size) -> int:
    """«старый дом 60 кв, хочу баню 6х6»: the size right behind the object is the object's."""
    behind = scene.object_at is not None and 1 <= size.first - scene.object_at[1] <= 2
    return 3 if behind and scene.key(size.first - 1) not in (",", ".") else 0


def _standing(scene: Scene, size: Size) -> int:
    """A total outranks a room's share, and what is lived in."""
    near = [scene.key(at) for at in range(max(0, size.first - 3), size.first)]
    if any(word.startswith(_LIVED_IN) for word in near):
        return 0
    if any(word.startswith(KEYWORDS) for word in near) or scene.key(size.last + 1) in _TOTAL:
        return 2  # «21 sqm altogether»
    return -2 if any(word.startswith(_ROOMS) for word in near) else 0


def _denied(scene: Scene, size: Size) -> bool:
    return scene.key(size.first - 1) == "не" or scene.key(size.last + 1).startswith(_NOT_THAT)


def _of_others(scene: Scene, size: Size) -> bool:
    """«у соседа 200 квадратов», «көршімде 200 шаршы»; «как у соседа, 200 квадратов» is what the client wants."""
    for at in range(size.first - 1, max(-1, size.first - 4), -1):
        word, before = scene.key(at), (scene.key(at - 1), scene.key(at - 2))
        if scene.kind(at) != "word":
            return False
        if word in _NEIGHBOURS or (before[0] == "у" and word.startswith(_OTHERS)):
            return _LIKE.isdisjoint((*before, scene.key(at + 1)))
    return False


def _all_floors(scene: Scene, size: Size) -> Size:
    """«2 қабатты үй, әр қабаты 90 шаршы», «два этажа по 90»: the floors together."""
    near = [scene.key(at) for at in range(max(0, size.first - 3), size.first)]
    near += [key for at in (size.last + 1, size.last + 2) if (key := scene.key(at)).startswith(_EACH)]
    each = "ар" in near or "по" in near[-1:] or any(word.startswith(_EACH) for word in near)
    if not each:
        return size
    counted = (*_FLOOR, *_ROOM_COUNTED)  # «3 комнаты по 20 квадратов каждая»
    counts = [int(g.value) for g in scene.groups if (scene.key(g.last + 1) or "").startswith(counted)]
    counts += [count for token in scene.tokens for stem, count in FLOOR_WORDS.items() if token.key.startswith(stem)]
    for count in counts[:1]:
        if 2 <= count <= _MOST_FLOORS:
            size.value = round(size.value * count, 2)
    return size


def _middle(size: Size) -> float:
    return (size.value + size.high) / 2 if size.high else size.value


def _m2(size: Size) -> float:
    value = _middle(size)
    return value * SQUARE_METRES_IN_FOOT if size.unit == "sqft" else value


def _found(scene: Scene, size: Size) -> Found:
    """The size as shown; dimensions are multiplied, so they are said back."""
    if size.unit in LAND:
        name = "га" if size.unit == "га" else _sotkas(size.high if scene.land and size.high else size.value)
        shown = f"{number(size.value)}–{number(size.high)}" if scene.land and size.high else number(size.value)
        found = scene.found(f"{shown} {name}", size.first, size.last, sure=not size.guessed)
        return replace(found, unit=size.unit, m2=_middle(size) * LAND[size.unit] if scene.land else None)
    m2 = round(_m2(size), 2)
    shown = f"{number(round(m2) if size.unit == 'sqft' else size.value)} м²"
    if size.high and size.unit != "sqft":
        shown = f"{number(size.value)}–{number(size.high)} м²"
    sure = not (size.sides or size.guessed)
    found = scene.found(shown, size.first, size.last, sure=sure, corrects=size.corrects)
    return replace(found, m2=m2, unit=size.unit)


def _sotkas(value: float) -> str:
    if value != int(value):
        return "сотки"
    last, tens = int(value) % 10, int(value) % 100
    if last == 1 and tens != 11:
        return "сотка"
    return "сотки" if 2 <= last <= 4 and not 12 <= tens <= 14 else "соток"
