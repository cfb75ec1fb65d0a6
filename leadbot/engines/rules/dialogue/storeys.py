"""«10 на 12 в два этажа»: is that one floor's size, or the whole house's?"""

from __future__ import annotations

import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.intents import fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News
from leadbot.engines.rules.words.words import words

_SIDES = re.compile(r"\d\s*(?:м\.?\s*)?(?:[xхXХ×*]|на|by)\s*\d")
_EACH, _WHOLE = words("learn.each_floor"), words("learn.whole_house")
_MOST_FLOORS, _SHORT_ANSWER = 5, 6  # storeys of a house; words of an answer about them


def storeys(memory: Memory) -> int:
    """How many floors the sides that were said may be multiplied by; 0 where that is no question."""
    area, floors = memory.facts.get("area"), memory.value("floors") or ""
    doubtful = area is not None and not area.get("sure", True) and bool(_SIDES.search(str(area["quote"])))
    return int(floors) if doubtful and floors.isdecimal() and 2 <= int(floors) <= _MOST_FLOORS else 0


def answered(memory: Memory, news: News, turn: Turn) -> None:
    """«одного», «әр қабаты» to the question whether 10 × 12 is one floor's size or the house's."""
    count = 0 if "area" in news.slots or len(turn.message.text.split()) > _SHORT_ANSWER else storeys(memory)
    spoken = set(re.findall(r"\w+", fold(turn.message.text)))
    if not count or not spoken & (_EACH | _WHOLE):
        return
    area = memory.facts["area"]
    if spoken & _EACH and area.get("m2"):
        m2 = round(area["m2"] * count, 2)
        value = f"{m2:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " м²"
        memory.facts["area"] = news.changed["area"] = {**area, "value": value, "m2": m2, "sure": True}
    else:
        area["sure"] = True
        news.same.add("area")
