"""Flats that nobody calls so: by their rooms («3-комнатная», «2 бөлмелі») or by their number in an address."""

from __future__ import annotations

from leadbot.engines.rules.numbers import word_at
from leadbot.engines.rules.scene import Found, Scene

KEY = "квартира"


def only(scene: Scene) -> Found | None:
    """«3-комнатная», «2 бөлмелі»: rooms alone mean a flat, and so does «кв 112» of an address."""
    at = next((at for at in range(len(scene.tokens)) if _says_rooms(scene, at)), None)
    if at is None:
        at = next((at for at in range(len(scene.tokens)) if _is_flat_number(scene, at)), None)
    scene.building = at is not None
    return None if at is None else scene.found(KEY, at, at)


def _is_flat_number(scene: Scene, at: int) -> bool:
    """«Жандосова 58, кв 112»: the flat of an address."""
    if scene.key(at) not in ("кв", "квартира") or scene.used[at]:
        return False
    number = at + 2 if scene.key(at + 1) == "." else at + 1
    ends = scene.kind(number + 1) in ("", "mark", "line") and scene.kind(number) == "number"
    return ends and any(scene.kind(back) == "number" for back in range(max(0, at - 6), at))


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
