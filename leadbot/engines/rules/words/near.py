"""What stands around a value: negation, correction, and the everyday words that are never a name or a place."""

from __future__ import annotations

from functools import cache

from leadbot.engines.rules.words import morph
from leadbot.engines.rules.words.forms import DATA
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.text import fold, skeleton
from leadbot.engines.rules.words.words import words

_CORRECTING = words("near.correcting")
_REFUSING = frozenset({"нет", "жок", "no", "net", "joq"})
_NOT = frozenset({"не", "not", "ne", "нет"})
NOT_BEHIND = frozenset({"неправильно", "неверно", "емес", "емеспин", "emes", "emespin"})
_PREPOSITIONS = words("near.prepositions")


def denied(scene: Scene, first: int, last: int) -> bool:
    """«не Алматы», «не в Астане», "not Almaty", «Алматы емес»."""
    before = first - 1
    if scene.key(before) == "." and scene.kind(before - 1) == "word":
        before -= 2
    if scene.key(before) in _PREPOSITIONS:
        before -= 1
    if scene.key(before) in _NOT and scene.key(before) != "нет":
        return True
    return scene.key(last + 1) in NOT_BEHIND or (scene.key(last + 1), scene.key(last + 2)) in (
        ("не", "нужен"),
        ("не", "нужна"),
        ("не", "надо"),
        ("керек", "емес"),
    )


def replaced(scene: Scene, at: int) -> bool:
    """«вместо бруса», «плитканың орнына», "instead of brick"."""
    before = (scene.key(at - 2), scene.key(at - 1))
    return before[1] == "вместо" or before == ("instead", "of") or scene.key(at + 1) == "орнына"


def corrected(scene: Scene, first: int, last: int) -> bool:
    """Does a correcting word stand among these tokens?"""
    for at in range(first, last):
        key = scene.key(at)
        if key in _CORRECTING or (key in _REFUSING and (scene.kind(at + 1) == "mark" or scene.kind(at - 1) == "mark")):
            return True
    return False


@cache
def _common() -> tuple[frozenset[str], frozenset[str]]:
    words = (DATA / "common_words.txt").read_text(encoding="utf-8").split()
    keys = frozenset(fold(w) for w in words)
    return keys, frozenset(skeleton(k) for k in keys)


def load() -> None:
    _common()


def is_common(key: str, *, latin: bool = False) -> bool:
    """An everyday word, in itself or under a Kazakh ending."""
    keys, skeletons = _common()
    if key in keys:
        return True
    if latin:
        return skeleton(key) in skeletons
    return any(stem in keys and tag != "cop" and len(stem) > 3 for stem, tag in morph.cuts(key, shortest=4))


def is_everyday(key: str) -> bool:
    """An everyday word just as it stands."""
    return key in _common()[0]
