"""Sizes of things that are sold by the piece: windows, doors, wardrobes."""

from __future__ import annotations

from dataclasses import replace

from leadbot.engines.rules.reading.units import amount, index_at, number, skip_metre
from leadbot.engines.rules.words.scene import Found, Scene

_BY = frozenset({"х", "x", "*", "×", "на", "by", "na", "ге", "ке", "ка", "га", "да", "де", "та", "те"})
_SCALES = ((12.0, "м"), (999.0, "см"), (9_999.0, "мм"))  # the largest side in each


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
        factor = {"м": 1.0, "см": 100.0, "мм": 1000.0}[unit]
        found = scene.found(f"{number(first)} × {number(second)} {unit}", group.first, last)
        return replace(found, m2=round(first * second / factor**2, 2), unit=unit)
    return None
