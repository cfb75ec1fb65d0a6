"""Quantities and the units of area behind them."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.words.numbers import Group
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

SQUARE = stems("units.square*")
FILLERS = words("area.fillers")
METRE = stems("units.metre*")
_UNIT_STEMS = stems("area.other_units*")
_UNIT_WORDS = words("area.other_units")


KEYWORDS = stems("area.keywords*")
LARGEST_HOUSE_M2 = 1000
KITCHEN, LEAST_KITCHEN = stems("area.kitchen*"), 5  # m²: with fewer metres it is the furniture along the wall
_THOUSAND = 1000
_POINTS = frozenset({"запятая", "точка", "утир", "point"})
LAND = {"сотка": 100.0, "га": 10_000.0}  # square metres
_HALF = frozenset({"пол", "половина", "половину", "жарты", "ярты", "ярым", "жарым", "half", "jarty", "yarim"})
_HALF_HECTARE = ("полгектар", "полга", "polgektar")
_MOST_UNDER = 10
SIDE_LEAST, SIDE_MOST = 0.9, 150.0  # metres


@dataclass(slots=True)
class Size:
    value: float
    first: int
    last: int
    high: float | None = None  # the other end of a range
    unit: str = "м²"
    sides: bool = False
    weight: int = 0
    guessed: bool = False  # the unit is not said
    corrects: bool = False  # it is said instead of another


def number(value: float) -> str:
    """«78,5», «120»: as Russian and Kazakh write it."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def is_other_unit(key: str) -> bool:
    """Does this word behind a number say that it counts storeys, years, money ... and no area?"""
    return key in _UNIT_WORDS or key.startswith(_UNIT_STEMS)


def amount(scene: Scene, index: int) -> tuple[float, int]:
    """The quantity that begins with this group and its last token: thousands joined, a decimal fraction added."""
    group = scene.groups[index]
    value, last = group.value, group.last
    following = scene.groups[index + 1 :]
    if (common := _common_fraction(scene, index)) is not None:
        return common
    if value == _THOUSAND and not group.digits:
        return _with_rest(value, last, following)  # «мың екі жүз»
    if not group.spelled and len(group.digits) <= 3:
        for nxt in following:
            apart = nxt.first - last
            spaced = apart == 1 and scene.tokens[nxt.first].spaced
            marked = apart == 2 and scene.key(nxt.first - 1) in ".," and not scene.tokens[nxt.first].spaced
            if not (spaced or (marked and value)) or len(nxt.digits) != 3 or nxt.spelled:
                break
            value, last = value * 1000 + nxt.value, nxt.last
            following = following[1:]
    if following and following[0].first == last + 2 and scene.key(last + 1) in ".,":
        fraction = following[0]
        joined = not scene.tokens[last + 1].spaced and not scene.tokens[last + 2].spaced
        if joined and not fraction.spelled and len(fraction.digits) <= 2:
            value, last = value + fraction.value / 10 ** len(fraction.digits), fraction.last
            return _scaled(value, last, following[1:])
    if following and scene.key(last + 1).startswith("целы") and following[0].first == last + 2:
        tenths = scene.key(following[0].last + 1).startswith("десят")
        return value + following[0].value / 10, following[0].last + tenths  # «шестьдесят пять целых три десятых»
    if following and scene.key(last + 1) in _POINTS and following[0].first == last + 2 and following[0].value < 10:
        return value + following[0].value / 10, following[0].last  # «64 запятая 5»
    if scene.key(last + 1) == "жарым" and value == int(value):
        return value + 0.5, last + 1
    if scene.key(last + 1) == "с" and scene.key(last + 2) == "половиной":
        return value + 0.5, last + 2
    if following and _and_a_half(scene, value, last, following[0]):
        return value + following[0].value / 10, following[0].last
    return _scaled(value, last, following)


def _common_fraction(scene: Scene, index: int) -> tuple[float, int] | None:
    """«1/2 га», «6 1/2 соток»: over a small denominator, with a unit of area right behind."""
    whole, parts = scene.groups[index], scene.groups[index : index + 3]
    mixed = len(parts) > 2 and parts[1].first == whole.last + 1 and not parts[1].spelled
    over, under = (parts[1:3] if mixed else parts[:2]) if len(parts) > 1 else (whole, whole)
    slash = over.last + 1
    if not (scene.key(slash) == "/" and under.first == slash + 1 and over.digits and under.digits):
        return None
    if not 0 < over.value < under.value <= _MOST_UNDER or any(scene.tokens[at].spaced for at in (slash, under.first)):
        return None
    unit = unit_at(scene, under.last + 1, whole.value)[0]
    if unit not in LAND and not (mixed and unit):
        return None
    return round((whole.value if mixed else 0) + over.value / under.value, 2), under.last


def half_lands(scene: Scene) -> list[Size]:
    """«полгектара», «ярты гектар», "half a hectare"."""
    for at in range(len(scene.tokens)):
        size = _half_land(scene, at)
        if size is not None and scene.free(at, size.last):
            scene.take(at, size.last)
            return [size]
    return []


def _half_land(scene: Scene, at: int) -> Size | None:
    if scene.key(at).startswith(_HALF_HECTARE):
        return Size(0.5, at, at, unit="га", weight=3)
    if scene.key(at) not in _HALF or scene.kind(at - 1) == "number":
        return None
    unit, last = unit_at(scene, at + 1 + (scene.key(at + 1) in ("a", "of", "-")), 0)
    return Size(0.5, at, last, unit=unit, weight=3) if unit in LAND else None


def _scaled(value: float, last: int, following: list[Group]) -> tuple[float, int]:
    """«полторы сотни», «1,5 тысячи», «екі мың үш жүз»: the word behind multiplies, what follows is added."""
    factor = following[0] if following else None
    if factor is None or factor.first != last + 1 or factor.value not in (100, _THOUSAND) or factor.digits:
        return value, last
    value, last = value * factor.value, factor.last
    return _with_rest(value, last, following[1:]) if factor.value == _THOUSAND else (value, last)


def _with_rest(value: float, last: int, following: list[Group]) -> tuple[float, int]:
    """Spelled hundreds right behind spelled thousands."""
    rest = following[0] if following else None
    if rest and rest.first == last + 1 and rest.spelled and rest.digits and rest.value < _THOUSAND:
        return value + rest.value, rest.last
    return value, last


def _and_a_half(scene: Scene, value: float, last: int, fraction: Group) -> bool:
    """«семьдесят два и пять квадратов» is 72,5."""
    if scene.key(last + 1) != "и" or fraction.first != last + 2 or len(fraction.digits) != 1 or value < 10:
        return False
    ends = fraction.last + 1 == len(scene.tokens) and scene.asked == "area"
    return ends or scene.key(fraction.last + 1).startswith(SQUARE)


def index_at(scene: Scene, first: int) -> int | None:
    for index, group in enumerate(scene.groups):
        if group.first == first:
            return index
        if group.first > first:
            return None
    return None


def skip_metre(scene: Scene, at: int) -> int:
    key = scene.key(at)
    if key in ("м", "m") and scene.kind(at + 1) != "number":
        return at + 2 if scene.key(at + 1) == "." else at + 1
    return at + 1 if key.startswith(METRE) else at


def range_second(scene: Scene, last: int, first: int = 0) -> int | None:
    """The group at the other end of a range whose first number stands in tokens first..last."""
    mark = last + 1
    if scene.key(mark) == "и" and scene.key(first - 1) == "между":
        return index_at(scene, mark + 1)
    if scene.key(mark) in ("мен", "бен", "пен"):
        second = index_at(scene, mark + 1)
        return second if second is not None and scene.key(scene.groups[second].last + 1).startswith("ара") else None
    if scene.key(mark) in ("-", "до", "to", "или", "/"):
        return index_at(scene, mark + 1)
    if scene.key(mark) in (".", "…") and scene.key(mark + 1) == ".":
        return index_at(scene, mark + 2)
    return None


def unit_at(scene: Scene, at: int, value: float) -> tuple[str, int]:
    """The area unit that begins at this token and its last token; "" if none. "м": metres, not said square."""
    key, after = scene.key(at), scene.key(at + 1)
    if (key.startswith(("сот", "sot")) and not key.startswith(("сотруд", "сотов", "сотн"))) or key in ("сотых", "ар"):
        return "сотка", at
    if (key in ("га", "ha") and scene.tokens[at].raw.lower() != "ға") or key.startswith(("гектар", "hectar", "gektar")):
        return "га", at
    if key in ("sqft", "sf") or (key in ("sq", "square") and _dot(scene, at, ("ft", "feet", "foot", "f"))):
        return "sqft", at if key in ("sqft", "sf") else _dot(scene, at, ("ft", "feet", "foot", "f"))
    if key == "кв" and _dot(scene, at, ("фут", "футов")):
        return "sqft", _dot(scene, at, ("фут", "футов"))
    if key.startswith(SQUARE) or key in ("кв", "kv", "квм", "шм", "sq", "кв²"):
        return _square_end(scene, at)
    if key in ("ш", "m", "м") and scene.key(at + 1) in ("/", ".") and scene.key(at + 2) in ("м", "m", "кв", "ш"):
        return "м²", at + 3 if scene.key(at + 3) == "." else at + 2
    if key in ("м", "m"):
        if after == "2" and not scene.tokens[at + 1].spaced:
            return "м²", at + 1
        if after == "^" and scene.key(at + 2) == "2":
            return "м²", at + 2
        if (after == "3" and not scene.tokens[at + 1].spaced) or (after == "^" and scene.key(at + 2) == "3"):
            return "", at  # «18 м³» of concrete
        if after in ("кв", "kv") or after.startswith(SQUARE):
            return "м²", at + 1
        return ("", at) if (after == "." and scene.key(at + 2) == "п") or after in ("/", "п") else ("м", at)
    if key.startswith(METRE):
        return ("м²", at + 1) if after.startswith(SQUARE) or after in ("кв", "kv") else ("м", at)
    return "", at


def _dot(scene: Scene, at: int, words: tuple[str, ...]) -> int:
    """The token of one of these words after this one, a full stop between or not; 0 where there is none."""
    ahead = at + 2 if scene.key(at + 1) == "." else at + 1
    return ahead if scene.key(ahead) in words else 0


def _square_end(scene: Scene, at: int) -> tuple[str, int]:
    end = _dot(scene, at, ("м", "m")) or at
    key = scene.key(at + 1)
    if end == at and key.startswith(METRE + SQUARE):
        end = at + 1
    if scene.key(end + 1) == "2" and not scene.tokens[end + 1].spaced:
        end += 1
    if scene.key(at) in ("кв", "kv") and end == at and _is_flat_number(scene, at):
        return "", at
    return "м²", end


def _is_flat_number(scene: Scene, at: int) -> bool:
    """«дом 15 кв 40»: before a number «кв» is the flat, unless the number behind is a count of something."""
    ahead = at + 2 if scene.key(at + 1) == "." else at + 1
    if scene.kind(ahead) != "number":
        return False
    return not is_other_unit(scene.key(ahead + 1))
