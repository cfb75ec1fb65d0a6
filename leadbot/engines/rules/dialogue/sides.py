"""One side of a thing put right: «не 3, а 3,20» of a kitchen of 3 × 2 m."""

from __future__ import annotations

import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.intents import fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News, put, whole
from leadbot.engines.rules.reading.units import number

_SIZE = re.compile(r"([\d,]+) × ([\d,]+) (м|см|мм)")
_NUMBER = r"(?<![\d.,])(\d+(?:[.,]\d+)?)(?![.,]?\d)"
_PUT_RIGHT = re.compile(
    rf"(?<!\w)(?:не|not) {_NUMBER}\D{{1,20}}?{_NUMBER}|{_NUMBER}(?: \w{{1,5}})? (?:емес|emes)\W+{_NUMBER}"
)
_IN_METRES = {"м": 1.0, "см": 100.0, "мм": 1000.0}


def put_right(memory: Memory, news: News, turn: Turn) -> None:
    """Put the number that is taken back right in the size of the thing, where it is one of its sides."""
    old, said = memory.facts.get("area"), _PUT_RIGHT.search(fold(turn.message.text))
    size = _SIZE.fullmatch(str(old["value"])) if old else None
    if size is None or said is None or "area" in news.slots:
        return
    wrong, right = (_read(side) for side in said.groups() if side)
    sides = [_read(size[1]), _read(size[2])]
    if wrong in sides and right > 0:
        sides[sides.index(wrong)] = right
        value = f"{number(sides[0])} × {number(sides[1])} {size[3]}"
        m2 = round(sides[0] * sides[1] / _IN_METRES[size[3]] ** 2, 2)
        put(memory, news, "area", {**whole(turn, value), "m2": m2}, replaces=True)


def _read(said: str) -> float:
    return float(said.replace(",", "."))
