"""Which of several numbers to call."""

from __future__ import annotations

from leadbot.engines.rules.words import text
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_BETTER = words("phone.better")
_WORSE = words("phone.worse")
_MINE = words("phone.mine_behind")
_SECOND = stems("phone.second*")
_POINTING = words("phone.pointing")
_FIRST = stems("phone.first*")

Spans = list[tuple[int, int]]


def preferred(scene: Scene, spans: Spans) -> int:
    """Which of the numbers to call: the one called own, right or better; else the first not refused."""
    marks = [_standing(scene, spans, index) for index in range(len(spans))]
    if len(marks) > 1:
        _weigh_ordinals(scene, spans[-1][1] + 1, marks)
    return marks.index(max(marks))


def pointed(message: str) -> int | None:
    """Which of two numbers «лучше на второй», «біріншісіне звондаңыз» means; None where it says neither."""
    reading = text.read(message)
    scene = Scene(message, reading.tokens, [])
    marks = [0, 0]
    if not scene.words(0, len(reading.tokens)).isdisjoint(_BETTER | _WORSE | _POINTING):
        _weigh_ordinals(scene, 0, marks)
    return None if marks[0] == marks[1] else marks.index(max(marks))


def _weigh_ordinals(scene: Scene, start: int, marks: list[int]) -> None:
    """«лучше по второму, первый рабочий»: the number pointed at, and the one called worse."""
    for at in range(start, len(scene.tokens)):
        key = scene.key(at)
        which = 1 if key.startswith(_SECOND) else 0 if key.startswith(_FIRST) else None
        if which is not None:
            pointed = scene.words(at + 1, at + 6) & _POINTING  # «екіншісінде ватсап бар, соған жазыңыз»
            worse = not pointed and scene.words(at + 1, at + 2) & _WORSE
            marks[which] += -3 if worse else 3
            return


def _standing(scene: Scene, spans: Spans, index: int) -> int:
    """For or against a number, by the words between it and its neighbours."""
    first, last = spans[index]
    begin = spans[index - 1][1] + 1 if index else 0
    if index and scene.key(begin) == "емес":
        begin += 1
    clause = scene.clause(first)[0] if index else 0
    before = scene.words(max(begin, first - 6, clause), first - 1)
    if scene.key(last + 1) == "емес":
        return -3
    behind = scene.words(last + 1, last + 3) if index + 1 == len(spans) else set()
    owner = scene.key(last + 1)  # «8 700 … жұбайымдікі, бірінші 8 701 … менікі»
    whose = 2 * (owner in _MINE) - 2 * (owner in _WORSE and owner not in before)
    return len(before & _BETTER) - 2 * len(before & _WORSE) - len(behind & _WORSE) + whose
