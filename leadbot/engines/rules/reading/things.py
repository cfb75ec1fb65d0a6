"""Sizes of things that are sold by the piece: windows, doors, wardrobes."""

from __future__ import annotations

from dataclasses import replace

from leadbot.engines.rules.reading.units import amount, index_at, number, skip_metre
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.words import stems

_BY = frozenset({"х", "x", "*", "×", "на", "by", "na", "ге", "ке", "ка", "га", "да", "де", "та", "те"})
_FACTORS = {"м": 1.0, "см": 100.0, "мм": 1000.0}
_SIDES = stems("area.width*") + stems("area.height*") + stems("area.length*")
_SCALES = ((12.0, "м"), (999.0, "см"), (9_999.0, "мм"))  # the largest side in each


def _named_sides(scene: Scene) -> Found | None:
    """«ширина 2.40 высота 2.70»: both sides by their names."""
    sides = [
        (value, group.first, last)
        for index, group in enumerate(scene.groups)
        if scene.free(group.first, group.last) and scene.key(group.first - 1).startswith(_SIDES)
        for value, last in (amount(scene, index),)
    ]
    if len(sides) < 2:
        return None
    (one, first, _), (other, _, last) = sides[:2]
    unit = next((u for most, u in _SCALES if max(one, other) <= most), "")
    if not unit or min(one, other) <= 0:
        return None
    factor = _FACTORS[unit]
    scene.take(first, last)
    found = scene.found(f"{number(one)} × {number(other)} {unit}", first, last)
    return replace(found, m2=round(one * other / factor**2, 2), unit=unit)


def find(scene: Scene) -> Found | None:
    """The sides of a window or a wardrobe: «130 на 140» are centimetres, «3 на 2.40» metres, «2100х900» millimetres."""
    for index, group in enumerate(scene.groups):
        if not scene.free(group.first, group.last):
            continue
        first, at = amount(scene, index)
        mark = skip_metre(scene, at + 1)
        other = index_at(scene, mark + 1)
        if other is None or scene.key(mark) not in _BY:
            continue
        second, last = amount(scene, other)
        unit = next((u for most, u in _SCALES if max(first, second) <= most), "")
        said = scene.key(last + 1)
        unit = said if said in ("см", "мм") else unit
        if not unit or min(first, second) <= 0:
            continue
        scene.take(group.first, last)
        factor = _FACTORS[unit]
        found = scene.found(f"{number(first)} × {number(second)} {unit}", group.first, last)
        return replace(found, m2=round(first * second / factor**2, 2), unit=unit)
    return _named_sides(scene)
