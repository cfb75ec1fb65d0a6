"""What a bare number counts: «100 парт», «24/7», «этаж 9», «бюджет 12» say themselves that they are no area.

A number is taken for an area only where nothing beside it claims it. What may stand behind a size without claiming it
is a short list; any other word counts something.
"""

from __future__ import annotations

from leadbot.engines.rules.reading import city, people
from leadbot.engines.rules.reading.units import (
    FILLERS,
    KEYWORDS,
    KITCHEN,
    LARGEST_HOUSE_M2,
    METRE,
    SQUARE,
    amount,
    is_other_unit,
    unit_at,
)
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

RUNNING = stems("area.not_area_metres*")  # what is told in running metres
_EDGES = ("", "line")
_MATERIAL = stems("area.material*")
_FROM_ENDINGS = ("тан", "тен", "дан", "ден", "нан", "нен")
_FURNITURE, _LARGEST_ARMS = stems("area.furniture*"), 16  # m²
_SIGNS_OF_COUNTS = frozenset("/:%°№#=")
_FOLLOWERS = words("area.followers")
_SAYING = stems("area.saying*")
_VERBAL = stems("area.verbal")
_PLURAL = ("ов", "ев", "ей", "ок", "ек")  # «120 домов», «15 дверей»
_LEAST_HOUSE = 20  # m²: a smaller number before «дом» counts houses
_LEAST_BEHIND_HOUSE = 60  # m²: a smaller number behind «дом» is of its street
_CLAIMING_BEFORE = stems("area.claiming_before*")
_SCHEDULES = frozenset({(24, 7), (7, 24), (5, 2), (2, 2), (6, 1)})
_HOUSES = words("area.house")
_LEAST_SIDE = 6  # «5/9» is the fifth floor of nine
_OF = frozenset({"из", "from", "iz"})
_WHOLE_WAY = 4  # words before a number that may say what it is


def claimed(scene: Scene, first: int, last: int, value: float) -> bool:
    """Does something beside the number in tokens first..last say that it counts another thing?"""
    if scene.key(first - 1) in _HOUSES and value < _LEAST_BEHIND_HOUSE:
        return True  # «дом 17»
    return _claimed_behind(scene, last + 1, value) or _claimed_before(scene, first)


def take_running_metres(scene: Scene) -> None:
    """«40 метров кабеля», «биіктігі 9 метр»: these answer no question for the area either."""
    for index, group in enumerate(scene.groups):
        value, last = amount(scene, index)
        unit, end = unit_at(scene, last + 1, value)
        clause = scene.words(*scene.clause(group.first)) if unit == "м" else set()
        if scene.free(group.first, last) and any(word.startswith(RUNNING) for word in clause):
            scene.take(group.first, end)


def _claimed_behind(scene: Scene, at: int, value: float) -> bool:
    if scene.kind(at) in _EDGES:
        return False
    if scene.kind(at) == "mark":
        return scene.key(at) in _SIGNS_OF_COUNTS and not scene.tokens[at].spaced
    if scene.kind(at) == "number":
        return False
    key = scene.key(at)
    if is_other_unit(key):
        return True
    if unit_at(scene, at, value)[0] or key.startswith((*KEYWORDS, *METRE, *SQUARE)):
        return False
    if scene.object_at is not None and scene.object_at[0] <= at <= scene.object_at[1]:
        return not scene.building or value < _LEAST_HOUSE or key.endswith(_PLURAL)
    return not (_is_neutral(scene, at) or is_a_name(scene, at))


def _is_neutral(scene: Scene, at: int) -> bool:
    """«150 примерно», «150 болады», «150 получается»: the word speaks of the size or begins another thought."""
    key = scene.key(at)
    return key in _FOLLOWERS or key in FILLERS or key.startswith(_SAYING) or key.endswith(_VERBAL)


def is_a_name(scene: Scene, at: int) -> bool:
    """«60 Талгар», «60 Канат»: the next answer, not what is counted."""
    token = scene.tokens[at]
    if token.kind != "word":
        return False
    return city.match(token) is not None or (token.capital and people.given(token, shaped=False) is not None)


def _claimed_before(scene: Scene, first: int) -> bool:
    """«этаж 9», «бюджет до 12», «кухни 14 из 60» by its first number."""
    for at in range(first - 1, max(-1, first - 1 - _WHOLE_WAY), -1):
        if scene.kind(at) != "word":
            return False
        key = scene.key(at)
        if key.startswith(_CLAIMING_BEFORE):
            return True
        if not _is_neutral(scene, at):
            return False
    return False


def are_of_another(scene: Scene, first: int, last: int, product: float) -> bool:
    """Are the sides in tokens first..last those of a brick, a kitchen's arms, a count of another thing?"""
    after = scene.key(last + 1)
    joined = not (last + 1 < len(scene.tokens) and scene.tokens[last + 1].spaced)
    made_of = after.startswith(_MATERIAL) and after.endswith(_FROM_ENDINGS)  # «4ке 7 блоктан»
    if (
        is_other_unit(after)
        and not made_of
        and not after.startswith(("м", "п"))
        and after != "га"
        and (joined or len(after) > 1)
    ):
        return True
    if _is_furniture(scene, first, product):
        return True
    if scene.object_at is not None and scene.object_at[1] == first - 1:
        return after in ("см", "мм")  # «кафель, санузел 3.5 на 2»
    if after in ("см", "мм") or product < 2:
        return True
    nearby = [scene.key(at) for at in (first - 1, first - 2, last + 1)]
    material = next((at for at, word in enumerate(nearby) if word.startswith(_MATERIAL)), None)
    if material is None:
        return False
    behind = scene.words(first - 4 - material, first - 2 - material) if material < 2 else set()
    of_it = not behind.isdisjoint(_OF)  # «баня из клеёного бруса 4х6»
    return not ((of_it or made_of) and product <= LARGEST_HOUSE_M2)


def _is_furniture(scene: Scene, first: int, product: float) -> bool:
    """«кухню угловую, 3.2 на 1.8»: the arms of it, not the room."""
    words = scene.words(*scene.clause(first)) | scene.words(0, first)
    kitchen = any(word.startswith(KITCHEN) for word in words)
    return kitchen and product < _LARGEST_ARMS and any(word.startswith(_FURNITURE) for word in words)


def are_sides(one: float, other: float) -> bool:
    """Can «10/12» be the sides of a house? «24/7» and «5/9» are none."""
    return min(one, other) >= _LEAST_SIDE and (one, other) not in _SCHEDULES


def says_only(scene: Scene, first: int, last: int) -> bool:
    """Is the number all that the message says, but for words that speak of its size?"""
    outside = (at for at in range(len(scene.tokens)) if not first <= at <= last)
    return all(
        scene.kind(at) in ("mark", "line") or scene.used[at] or _is_neutral(scene, at) or is_a_name(scene, at)
        for at in outside
    )
