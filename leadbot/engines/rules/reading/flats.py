"""Flats that nobody calls so: by their rooms («3-комнатная», «2 бөлмелі»), by their number in an address, as «кв»."""

from __future__ import annotations

from leadbot.engines.rules.reading.units import unit_at
from leadbot.engines.rules.words.numbers import word_at
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.words import stems

KEY = "квартира"
_REPAIR = stems("objects.repair*")
_PER = frozenset({"за", "/", "1"})


def only(scene: Scene) -> Found | None:
    """«3-комнатная», «2 бөлмелі»: rooms alone mean a flat, and so do «кв 112» of an address and «ремонт кв»."""
    ways = (_says_rooms, _is_flat_number, _is_short)
    at = next((at for says in ways for at in range(len(scene.tokens)) if says(scene, at)), None)
    scene.building = at is not None
    return None if at is None else scene.found(KEY, at, at)


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


def _says_rooms(scene: Scene, at: int) -> bool:
    key = scene.key(at)
    if scene.kind(at) != "word":
        return False
    if "комнатн" in key and not key.startswith("комнатн"):
        return True
    counted = scene.kind(at - 1) in ("number", "mark") or word_at(scene.tokens[at - 1]) is not None
    if key == "к":
        return scene.kind(at - 1) == "number" and not scene.tokens[at].spaced  # 2к
    if scene.key(at - 1) in ("х", "x", "ух", "ех", "ми", "и") and scene.kind(at - 2) in ("number", "mark"):
        counted = True  # «2-х комнатная»
    rooms = key.startswith(("комнатн", "болмел", "xonali")) or key in ("комн", "болме")
    return at > 0 and counted and rooms
