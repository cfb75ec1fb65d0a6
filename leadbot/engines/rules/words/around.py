"""The words around a name: the phrases that introduce it and whose it is."""

from __future__ import annotations

from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import phrases, stems, words

INTRO = phrases("names.intro")
INTRO_KNOWN = phrases("names.intro_known")
INTRO_SELF = phrases("names.intro_self")
STAFF = stems("names.staff*")
RELATION = stems("names.relation*")
NOT_RELATION = words("names.not_relation")
_PHRASE_ENDS = frozenset(phrase[-1] for phrase in INTRO + INTRO_SELF + INTRO_KNOWN)
_OWNERS = words("names.owners")
_STOP = frozenset(".!?;()…")


def back(scene: Scene, first: int, count: int) -> list[str]:
    """Words before a token, nearest first, over commas and colons, up to the end of a sentence."""
    found: list[str] = []
    at = first - 1
    while at >= 0 and len(found) < count and scene.key(at) not in _STOP:
        if scene.kind(at) == "word":
            found.append(scene.key(at))
        elif scene.kind(at) == "number":
            break
        at -= 1
    return found


def ahead(scene: Scene, last: int, count: int) -> list[str]:
    """Words right behind a token, up to the first mark."""
    found: list[str] = []
    at = last + 1
    while scene.kind(at) == "word" and len(found) < count:
        found.append(scene.key(at))
        at += 1
    return found


def introducing(before: list[str], phrases_: tuple[tuple[str, ...], ...]) -> int:
    """How many of the words before (nearest first) make one of the phrases; 0: none."""
    if not before or before[0] not in _PHRASE_ENDS:
        return 0
    for phrase in phrases_:
        if phrase[-1] == before[0] and tuple(reversed(before[: len(phrase)])) == phrase:
            return len(phrase)
    return 0


def other_owner(before: list[str]) -> bool:
    """«моего мужа зовут», «ағамның аты», «его имя», «как вас зовут»."""
    return any(word in _OWNERS or is_role(word) for word in before[:3])


def is_role(word: str) -> bool:
    return word.startswith(STAFF) or (word.startswith(RELATION) and word not in NOT_RELATION)
