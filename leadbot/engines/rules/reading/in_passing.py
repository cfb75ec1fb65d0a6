"""Objects named, but not as what is wanted: in an address, a count, a measure, a question, the company's own."""

from __future__ import annotations

from leadbot.engines.rules.reading.units import amount, index_at, is_other_unit, unit_at
from leadbot.engines.rules.words.scene import Scene, Thing
from leadbot.engines.rules.words.words import stems, words

_PART, _LAND = 2, 3  # the ranks of what is but a part of a thing, and of land
_WITHOUT = words("objects.without")
_MEASURED = stems("objects.measured*")
_HOURS = words("details.hours")
_HOME = words("objects.home")
_DEVICES = stems("objects.devices*")
_COMING = stems("objects.coming*")
_BEING_THERE = ("отыр", "жур", "болам", "жатыр")
_OURS = ("миз", "им", "мыз")
_YOURS = words("objects.yours")
_YOU = words("objects.you")
_OTHERS, _DONE, _WISHED = stems("objects.others*"), stems("objects.done*"), words("objects.wished")
_US, _BROKEN = words("where.us"), stems("objects.broken*")
_YOUR_DOING = ("сиздер", "сыздар")
_ON = frozenset({"на", "по", "on", "for"})
_GUARANTEE = stems("objects.guarantee*")
_ROOMS = ("комнат", "болме", "room", "bedroom")
_ROOMS_OF_A_HOME, _MOST_ROOMS = frozenset({"ванная", "комната", "балкон"}), 6
_WORKING = stems("objects.working*")
_STREETS = words("objects.streets")
_STREETS_BEFORE = words("objects.streets_before")  # «Абай көшесі 25 үй»
_FLAT = words("objects.flat")
_COUNTED_ENDINGS = ("ов", "ев", "ей", "он", "иц", "мест")
_CEILING = ("потол", "төбе", "тобе", "ceiling")
_TIMES = frozenset({"на", "х", "x", "*", "×", "by", "ге", "ке"})  # «потолок 3 на 4» is one
_NUMBERED = frozenset({"building", "block"})  # “building 24” is an address
_HIGH = (2.0, 6.0)  # metres from a floor to its ceiling


def is_so(scene: Scene, thing: Thing, rank: int) -> bool:
    """Is the thing only spoken of? `rank` as in the set-up's table."""
    return (
        is_house_number(scene, thing)
        or _is_only_asked_about(scene, thing)
        or _is_a_count(scene, thing, rank)
        or _is_yours(scene, thing)
        or _is_in_passing(scene, thing, rank)
        or _is_a_height(scene, thing)
        or _is_of_others(scene, thing)
    )


def _is_a_height(scene: Scene, thing: Thing) -> bool:
    """«потолок 2,70», «потолки 3 метра»: how high the rooms are."""
    index = index_at(scene, thing.last + 1)
    if index is None or not scene.key(thing.first).startswith(_CEILING):
        return False
    value, last = amount(scene, index)
    unit, end = unit_at(scene, last + 1, value)
    behind = scene.key(end + 1) if unit else scene.key(last + 1)
    return _HIGH[0] <= value <= _HIGH[1] and unit in ("", "м") and behind not in _TIMES


def _is_of_others(scene: Scene, thing: Thing) -> bool:
    """«вы соседу дом строили», «көршімнің үйін сіздер салған екенсіздер»: what the company built for somebody else."""
    clause = scene.words(*scene.clause(thing.first))
    done = [word for word in clause if word.startswith(_DONE)]
    by_you = not clause.isdisjoint(_YOU) or any(word.endswith(_YOUR_DOING) for word in done)
    told = scene.words(0, len(scene.tokens))
    if not (done and by_you) or not _WISHED.isdisjoint(told):
        return False
    broken = any(word.startswith(_BROKEN) for word in told)
    return any(word.startswith(_OTHERS) for word in clause) or not (broken or told & _US)


def _is_yours(scene: Scene, thing: Thing) -> bool:
    """«адрес офиса», «к вам в офис», «ваш магазин»: the company's own."""
    if scene.words(thing.first - 3, thing.first - 1) & _YOURS or scene.key(thing.first - 1).startswith("адрес"):
        return True
    at_yours = (scene.key(thing.last + 1), scene.key(thing.last + 2)) == ("у", "вас")
    asks = scene.key(scene.clause(thing.last)[1] + 1) == "?" and thing.key in ("офис", "магазин", "склад", "салон")
    return at_yours and asks  # «а офис у вас есть?»


def _is_in_passing(scene: Scene, thing: Thing, rank: int) -> bool:
    """Named, but not as what is wanted: «без балкона», «после школы», «с двух до пяти дома», «үйге келесіз бе»."""
    key, before = scene.key(thing.first), scene.key(thing.first - 1)
    if before in _WITHOUT or before.startswith(_MEASURED):
        return True
    if key == "дома" and (before in _HOME or (before in _HOURS and scene.kind(thing.last + 1) != "word")):
        return True
    if key == "подъезд" and "number" in (scene.kind(thing.first - 1), scene.kind(thing.last + 1)):
        return True  # of an address
    of_phone = scene.phone_at is not None and scene.phone_at[1] == thing.first - 1
    if of_phone and thing.key == "офис" and scene.kind(thing.last + 1) not in ("word", "number"):
        return True  # «8(7172)55-44-33 офис, Марат»
    if scene.key(thing.last + 1).startswith(_DEVICES) or (before == "на" and key == "дому"):
        return True
    if key in ("уйде", "патерде") and scene.key(thing.last + 1).startswith(_BEING_THERE):
        return True  # «үйде отырмын»
    comes = scene.words(thing.last + 1, thing.last + 3) | scene.words(thing.first - 3, thing.first - 1)
    to_him = thing.key in ("дом", "квартира") and (before == "на" or key.endswith(("ге", "ке")))
    if to_him and any(word.startswith(_COMING) for word in comes):
        return True
    if rank == _LAND:  # «земля 0,15 га», «жеріміз 20 сотық» say where it will stand
        return scene.asked in ("area", "plot") or key.endswith(_OURS)
    return False


def _is_only_asked_about(scene: Scene, thing: Thing) -> bool:
    """«какая гарантия на крышу?»: the guarantee is what is asked for, not the roof."""
    if scene.key(thing.first - 1) in _ON and scene.key(thing.first - 2).startswith(_GUARANTEE):
        return True
    return scene.key(thing.last + 1).startswith(_GUARANTEE)


def _is_a_count(scene: Scene, thing: Thing, rank: int) -> bool:
    """«окон 5 штук», «2 комнаты и кухня» to the question for the area: counted, not ordered."""
    counted = scene.key(thing.last).endswith(_COUNTED_ENDINGS) or scene.key(thing.last) in ("комнат", "болме")
    measured = unit_at(scene, thing.last + 2, 0)[0]  # «әр бөлме 16 шаршы»
    behind = "" if measured else scene.kind(thing.last + 1)
    beside = "number" in (behind, counted and rank > _LAND and scene.kind(thing.first - 1))
    if beside and counted and rank > 1:
        return True  # «комнат 4, этаж 9»
    if _are_rooms(scene, thing):
        return True
    if scene.asked != "area" or rank != _PART:
        return False
    return any(scene.key(group.last + 1).startswith(_ROOMS) for group in scene.groups)


def _are_rooms(scene: Scene, thing: Thing) -> bool:
    """«two bathrooms», «2 санузла», «екі ванна бөлмесі»: how many a home has, where no work on them is named."""
    if thing.key not in _ROOMS_OF_A_HOME:
        return False
    count = next((group.value for group in scene.groups if group.last == thing.first - 1), 0)
    return 2 <= count <= _MOST_ROOMS and not any(token.key.startswith(_WORKING) for token in scene.tokens)


def is_house_number(scene: Scene, thing: Thing) -> bool:
    """«дом 25 кв 17», «мкр 5, дом 33»: an address, no object."""
    number = thing.last + 2 if scene.key(thing.last + 1) in ("№", "#") else thing.last + 1
    if scene.kind(number) != "number":
        ahead = thing.first - 2 if scene.key(thing.first - 1) == "-" else thing.first - 1
        return scene.kind(ahead) == "number" and bool(scene.words(ahead - 2, ahead - 1) & _STREETS_BEFORE)
    if scene.key(number + 1) == "/" and scene.kind(number + 2) == "number" and scene.key(number + 3) == "/":
        return False  # «квартира 54/32/8»
    flat = number + 2 if scene.key(number + 1) == "," else number + 1
    if scene.key(flat) in _FLAT and scene.kind(flat + 1) == "number" and not is_other_unit(scene.key(flat + 2)):
        return True
    ends = scene.kind(number + 1) in ("", "mark", "line") and scene.key(number + 1) not in ("х", "x", "*", "×", "-")
    numbered = scene.key(thing.first) in _NUMBERED
    return ends and (numbered or bool(scene.words(thing.first - 5, thing.first - 1) & _STREETS))
