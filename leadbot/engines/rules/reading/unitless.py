"""Sizes whose number bears no unit: «общая 240», «ширина 8, длина 10», a bare number after the question for it."""

from __future__ import annotations

from leadbot.engines.rules.reading import city
from leadbot.engines.rules.reading.counting import are_sides, claimed, says_only
from leadbot.engines.rules.reading.units import (
    KEYWORDS,
    KITCHEN,
    LAND,
    LARGEST_HOUSE_M2,
    LEAST_KITCHEN,
    SIDE_LEAST,
    SIDE_MOST,
    Size,
    amount,
    is_other_unit,
    range_second,
    skip_metre,
    unit_at,
)
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_WIDTH = stems("area.width*")
_LENGTH = stems("area.length*")
_HOUSE = words("area.house")
_MONEY = stems("area.money*")
_HEIGHT = stems("area.height*")
_LABELS = words("area.labels")
_STREETS = words("objects.streets")
_OF_ADDRESS = _STREETS | {"адрес", "мекенжаи"}
_HOUSE_OF_STREET = frozenset({"дом", "д", "уи", "house"})
_TOO = stems("area.too*")
_FLOOR = stems("details.floor*")
_ROOM = stems("area.room*")
SIDES = (4, 30)  # metres of a house where little says that they are its sides
_DAY = 24
_EDGES = ("", "mark", "line")
_IN_SHORT = frozenset({"общем", "вобщем", "целом"})  # «в общем, восемьдесят второго года»
_LEAST_APART = 28  # below it a number by itself may be a flat's, a day, an age
_MOST_SOTKAS = 100  # a bare number above it is square metres of land
_PER = frozenset({"за", "per"})
_OF_PHONE = ("конц", "цифр", "сон", "номер", "номир", "телеф", "digit")
_GOES_ON = near.NOT_BEHIND | {"а", ","}
_NEAR_ENOUGH = 6  # tokens from a size to the one it is put right by
_WAS, _NOW = words("area.was"), words("area.now")  # «было 47, стало 49»
_AS, _WRITTEN = frozenset({"деп", "написал", "написала"}), ("жаз", "айт", "ошиб", "по ошиб")
_HALF = words("area.half")
_WISHED = words("objects.wished")
_ONE = words("area.one_land")
_HALF_JOINED = stems("area.half_joined*")
_ENDINGS_OF_MORE = frozenset(
    {"ден", "дан", "тен", "тан", "нен", "нан", "ге", "ке", "ка", "га", "дей", "дай", "тей", "тай", "ти"}
)


def keyword_sizes(scene: Scene) -> list[Size]:
    """«площадь 120», «общая 240»: the keyword stands for the unit."""
    denied = False  # «площадь не 60, а 65»
    last = -1
    for index, group in enumerate(scene.groups):
        if group.first <= last or not scene.free(group.first, group.last):
            continue  # the fraction of the last one
        value, last = amount(scene, index)
        near = _back_to_comma(scene, group.first)
        each = near[:1] == ["по"] and any(word.startswith(_FLOOR) for word in near)  # «каждый этаж по 90»
        at_keyword = next((at for at, w in enumerate(near) if w.startswith(KEYWORDS) and w not in _IN_SHORT), None)
        keyword = at_keyword is not None
        of_room = any(word.startswith((*_ROOM, "застро")) for word in near[: at_keyword or 0])  # «площадь кухни 12»
        named = denied or each or (keyword and not of_room)
        if named and scene.key(group.first - 1) == "не":
            denied = True
            continue
        more = (scene.kind(last + 2), scene.kind(last + 3))  # «жилая 54 общая 89», «высота 2.70 площадь зала 21»
        labelled_next = "number" in more
        if scene.key(last + 1).startswith(KEYWORDS) and not labelled_next and 8 <= value <= 20_000:
            return [Size(value, group.first, last + 1, weight=2)]  # «75 общая, 50 жилая»
        explained = is_other_unit(scene.key(last + 1)) and scene.key(last + 1) != "м"
        if named and not explained and 8 <= value <= 20_000:
            return [Size(value, group.first, last, weight=2)]
    return []


def _back_to_comma(scene: Scene, first: int) -> list[str]:
    """Up to four tokens before a number, in its own part of the sentence."""
    found: list[str] = []
    for at in range(first - 1, max(-1, first - 5), -1):
        if scene.key(at) in (",", ";", ".", "\n"):
            break
        found.append(scene.key(at))
    return found


def beside_house(scene: Scene) -> list[Size]:
    """«участок 12 соток, дом 150»: beside land a number right behind the house is its size."""
    for index, group in enumerate(scene.groups):
        value, last = amount(scene, index)
        bare = scene.free(group.first, last) and not is_other_unit(scene.key(last + 1))
        if bare and scene.key(group.first - 1) in _HOUSE and 30 <= value <= LARGEST_HOUSE_M2:
            return [Size(value, group.first, last, weight=2)]
    return []


def width_and_length(scene: Scene) -> list[Size]:
    """«ширина 8, длина 10», «8 в ширину, 10 в длину», «18 ширина 24 длина»."""
    sides: dict[tuple[str, ...], tuple[float, int, int]] = {}
    labels = (at for at, t in enumerate(scene.tokens) if t.key.startswith((*_WIDTH, *_LENGTH, *_HEIGHT)))
    labels_first = bool(scene.groups) and next(labels, len(scene.tokens)) < scene.groups[0].first
    for index, group in enumerate(scene.groups):
        value, last = amount(scene, index)
        near_words = [scene.key(at) for at in range(max(0, group.first - 2), group.first)]
        for names in (_WIDTH, _LENGTH):
            named = labels_first and any(w.startswith(names) for w in near_words)
            named = named or (not labels_first and _is_said_behind(scene, last + 1, names))
            if scene.free(group.first, last) and named and 1 < value <= SIDE_MOST:
                sides.setdefault(names, (value, group.first, last))
    if len(sides) < 2:
        return []
    (one, first, _), (other, _, last) = sorted(sides.values(), key=lambda side: side[1])
    return [Size(round(one * other, 2), first, last, sides=True, weight=1)]


def _is_said_behind(scene: Scene, at: int, names: tuple[str, ...]) -> bool:
    """«10 м в длину», «6 метров шириной»."""
    at = skip_metre(scene, at)
    at += scene.key(at) in ("в", "по")
    return scene.key(at).startswith(names)


def apart(scene: Scene) -> list[Size]:
    """«Үй саламыз, Талғарда, 150», «двушка 57 Уральск»: beside a building, without an address, a number by itself."""
    if scene.asked in ("name", "phone", "contact", "rooms", "floors"):
        return []
    if not scene.building:
        return _alone(scene)
    if any(t.kind == "word" and (t.key in _STREETS or t.key in _LABELS or t.key == "адрес") for t in scene.tokens):
        return []
    found: list[Size] = []
    last = -1
    for index, group in enumerate(scene.groups):
        if group.first <= last or not scene.free(group.first, group.last):
            continue
        value, last = amount(scene, index)
        bounded = scene.kind(last + 1) in _EDGES or scene.tokens[last + 1].capital
        apart_ = scene.key(group.first - 1) in (",", ".", "\n", "") or scene.used[group.first - 1]
        apart_ = apart_ or "комнатн" in scene.key(group.first - 1) or _leads_to_size(scene, group.first - 1)
        fits = _LEAST_APART <= value <= LARGEST_HOUSE_M2 and not _explained(scene, group.first, value)
        street = scene.key(group.first - 1) in _HOUSE_OF_STREET and scene.kind(group.first - 2) == "word"
        apart_ = apart_ and not (street and not scene.used[group.first - 2])  # «Ломоносова дом 45»
        if bounded and apart_ and fits and not group.spelled and scene.key(last + 1) not in ("-", "/", ":"):
            found.append(Size(value, group.first, last, weight=1, guessed=True))
    return found if len(found) == 1 else []


def _leads_to_size(scene: Scene, at: int) -> bool:
    """«дом хочу в Актобе 150», «дом строим 110»: behind a town or a wish as behind a comma; a street is no town."""
    if scene.key(at) in _WISHED:
        return True
    place = city.match(scene.tokens[at]) if scene.kind(at) == "word" else None
    return place is not None and not place.doubtful


def decimals(scene: Scene) -> list[Size]:
    """«однокомнатная 43,2»: beside a building a number with a fraction can be nothing else."""
    for index, group in enumerate(scene.groups):
        value, last = amount(scene, index)
        fraction = value != int(value) and scene.free(group.first, last) and not is_other_unit(scene.key(last + 1))
        least = LEAST_KITCHEN if scene.key(group.first - 1).startswith(KITCHEN) else SIDE_LEAST
        of_room = scene.key(group.first - 1).startswith(_ROOM) and value >= least  # «ванная 3,5»
        if fraction and ((scene.building and 15 <= value <= 1000) or of_room):
            return [Size(value, group.first, last, weight=2)]
    return []


def _alone(scene: Scene) -> list[Size]:
    """«60» and nothing else, whatever was asked but a contact: rooms and floors are fewer, money is more."""
    if len(scene.groups) != 1 or any(t.kind == "word" for t in scene.tokens if not scene.groups[0].spelled):
        return []
    group = scene.groups[0]
    fits = _LEAST_APART <= group.value < LARGEST_HOUSE_M2 and len(group.digits) in (2, 3)
    whole = group.first == 0 and group.last == len(scene.tokens) - 1
    free = scene.free(group.first, group.last)
    return [Size(group.value, group.first, group.last, guessed=True)] if fits and whole and free else []


def _two_sides(scene: Scene) -> list[Size]:
    """«10 12», «10/12» and nothing else: the sides of a house."""
    if len(scene.groups) != 2 or any(t.kind == "word" for t in scene.tokens):
        return []
    one, other = scene.groups
    between = scene.key(one.last + 1) == "/" or other.first == one.last + 1
    if scene.key(one.last + 1) == "/" and not are_sides(one.value, other.value):
        return []
    if not between or not all(SIDES[0] <= g.value <= SIDES[1] and scene.free(g.first, g.last) for g in (one, other)):
        return []
    return [Size(one.value * other.value, one.first, other.last, sides=True, weight=1)]


def bare(scene: Scene) -> list[Size]:
    """After the question for the area a number that nothing else explains is the answer."""
    if not scene.land and (sides := _two_sides(scene)):
        return sides
    found = _bare_sizes(scene)
    whole = [size for size in found if not scene.key(size.first - 1).startswith(_ROOM)]  # «кухня 12, квартира 64»
    return (whole or found)[:1]


def _bare_sizes(scene: Scene) -> list[Size]:
    found: list[Size] = []
    last = -1
    for index, group in enumerate(scene.groups):
        if group.first <= last or not scene.free(group.first, group.last):
            continue  # the fraction of the last one
        value, last = amount(scene, index)
        if scene.key(group.first - 1) in ("не", "not", "/") or _is_labelled(scene, group.first):
            continue  # «не 83,6», «24/7»
        high, last = _other_end(scene, group.first, value, last)
        after = scene.key(last + 1)
        if after == "емес" or after.startswith(_TOO) or _is_what_was(scene, group.first, last):
            continue  # «70 емес 76», «200 много, давайте 160»
        fits = (1 if scene.land else 5) <= value <= 20_000
        if (
            fits
            and not claimed(scene, group.first, last, value)
            and (high or not _explained(scene, group.first, value))
        ):
            guessed = scene.land or not says_only(scene, group.first, last)
            found.append(Size(value, group.first, last, high, weight=2, guessed=guessed))
    return found


def _is_what_was(scene: Scene, first: int, last: int) -> bool:
    """«было 47, стало 49», «110 деп жазып қойыппын, 101 ғой»: the size before it was put right."""
    if scene.key(first - 1) in _WAS and not _NOW.isdisjoint(scene.words(last + 1, last + 3)):
        return True
    written = scene.key(last + 1) in _AS and scene.key(last + 2).startswith(_WRITTEN)
    return written and any(group.first > last for group in scene.groups)


def changed(scene: Scene) -> list[Size]:
    """«площадь поменялась, было 47, стало 49,2», «не 83,6 а 86,3»: the size as it is now."""
    named = any(token.key.startswith(KEYWORDS) for token in scene.tokens)
    for index, group in enumerate(scene.groups):
        old, last = amount(scene, index)
        ahead = next((at for at, later in enumerate(scene.groups) if later.first > last), None)
        denied = near.denied(scene, group.first, last) and scene.key(last + 1) in _GOES_ON
        if ahead is None or not (denied or _is_what_was(scene, group.first, last)):
            continue
        first, (value, end) = scene.groups[ahead].first, amount(scene, ahead)
        both = all(_LEAST_APART <= size <= LARGEST_HOUSE_M2 for size in (old, value)) and scene.asked != "phone"
        bare_ = scene.free(group.first, end) and first - last <= _NEAR_ENOUGH and not _of_another(scene, end)
        if bare_ and (both or (named and scene.key(first - 1) in _NOW)):
            return [Size(value, first, end, weight=2, corrects=True)]
    return []


def put_right(scene: Scene, sizes: list[Size]) -> list[Size]:
    """«63 квадрат, ой извините 36», «3,8 кв, ой 4,8 екен»: the number behind, its unit not said again."""
    for index, group in enumerate(scene.groups):
        old = next((size for size in reversed(sizes) if 0 < group.first - size.last <= _NEAR_ENOUGH), None)
        value, last = amount(scene, index)
        if old is None or not scene.free(group.first, last) or _of_another(scene, last):
            continue
        if near.denied(scene, old.first, old.last) or near.corrected(scene, old.last + 1, group.first):
            return [Size(value, group.first, last, weight=3, corrects=True)]
    return []


def _of_another(scene: Scene, last: int) -> bool:
    """«не 45, а 54 дом», «не 77 а 78 в конце»."""
    after = scene.key(last + 1)
    of_phone = any(word.startswith(_OF_PHONE) for word in scene.words(0, len(scene.tokens)))
    return of_phone or is_other_unit(after) or after in _HOUSE or after in ("-", "/", ":", "%")


def _other_end(scene: Scene, first: int, value: float, last: int) -> tuple[float | None, int]:
    """The higher end of a range that begins with this number, if it does, and the last token of both."""
    second = range_second(scene, last)
    if second is None or (scene.key(last + 1) == "/" and value < _LEAST_APART):
        return None, last
    high, end = amount(scene, second)
    if high <= value or _are_hours(scene, first, high):
        return None, end
    return high, end


def lands(scene: Scene, sizes: list[Size]) -> list[Size]:
    """Land without a number or a unit, where its size is asked: «сотка», «полгектара»; «10» is sotkas."""
    if scene.asked != "area":
        return []
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or not scene.free(at, at) or scene.key(at - 1) in _PER:
            continue
        size = _half(scene, at)
        if size is None and token.key in _ONE and not sizes:
            size = Size(1, at, at, unit=unit_at(scene, at, 1)[0], weight=3)
        if size:
            return [size]
    for size in sizes:
        before = unit_at(scene, size.first - 1, size.value)[0]
        if size.guessed and before in LAND:
            size.unit, size.guessed = before, False  # «соток 12»
        elif size.guessed and size.value <= _MOST_SOTKAS:
            size.unit = "сотка"
        else:
            size.guessed = False
    return [size for size in sizes if size.unit in LAND]


def _half(scene: Scene, at: int) -> Size | None:
    """«полсотки», «пол-гектара», «жарты гектар», “half a hectare”."""
    key = scene.key(at)
    if key.startswith(_HALF_JOINED):
        return Size(0.5, at, at, unit="сотка" if "сот" in key else "га", weight=3)
    if key not in _HALF:
        return None
    ahead = at + 2 if scene.key(at + 1) in ("-", "a") else at + 1
    unit, last = unit_at(scene, ahead, 1)
    return Size(0.5, at, last, unit=unit, weight=3) if unit in LAND else None


def _is_labelled(scene: Scene, first: int) -> bool:
    """«кв. 12», «ул. Абая 10», «№ 5», «высота 3»: the words before say what the number is."""
    before = [scene.key(at) for at in range(max(0, first - 3), first)]
    if before[-1:] and before[-1] in _HOUSE_OF_STREET and scene.words(first - 6, first - 2) & _OF_ADDRESS:
        return True  # «ул. Абая, дом 45», «адрес Ломоносова дом 45»
    return any(word in _LABELS for word in before[-2:]) or any(
        word in ("ул", "улица", "кошеси", "пр") or word.startswith(_HEIGHT) for word in before
    )


def _are_hours(scene: Scene, first: int, high: float) -> bool:
    """«с 9 до 18»."""
    return scene.key(first - 1) in ("с", "со", "from") and high <= _DAY


def _explained(scene: Scene, first: int, value: float) -> bool:
    """A year, a sum once more («26 болса да болады» after a budget), an ordinal: no area, though one was asked."""
    if scene.key(first - 1) in ("с", "со", "from") and value <= _DAY:
        return True
    if 1950 <= value <= 2040 and value == int(value):
        return True
    after = scene.key(first + 1)
    if after == "-":
        return scene.key(first + 2) not in _ENDINGS_OF_MORE  # «15-ші» counts, «100-ден артық» measures
    if after in ("%", "/", ":"):
        return True
    return any(scene.used[at] and scene.key(at).startswith(_MONEY) for at in range(first))
