"""Digits as a client grouped them: runs of groups with nothing but separators between, letters for digits mended."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.words.numbers import Group
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_JOINERS = frozenset("-()./_+,:*•·\\|'")
_WORDS = words("phone.words")
_WORD_STEMS = stems("phone.words*")
_LETTERS = {"о": "0", "o": "0", "б": "6", "з": "3", "l": "1", "i": "1", "и": "1"}


@dataclass(slots=True)
class Run:
    """Groups that stand together with nothing but separators between."""

    groups: list[Group]
    plus: bool  # a plus stands right before


def mend_letters(scene: Scene) -> None:
    """«87О13332525»: letters that stand for digits inside a number become digits."""
    groups, tokens = scene.groups, scene.tokens
    merged: list[Group] = []
    taken = -1
    by_first = {g.first: g for g in groups}
    for at in range(len(tokens)):
        if at <= taken:
            continue
        end, digits, letters = _lettered(scene, at)
        if letters and (len(digits) >= 10 or _zeros_only(scene, at, end)):
            merged.append(Group(digits, float(digits[:15]), at, end, spelled=True))
            taken = end
        elif at in by_first:
            merged.append(by_first[at])
            taken = by_first[at].last
    scene.groups = merged


def _lettered(scene: Scene, at: int) -> tuple[int, str, bool]:
    digits, letters, end = "", False, at
    while end < len(scene.tokens):
        token = scene.tokens[end]
        if end > at and token.spaced:
            break
        if token.kind == "number":
            digits += token.key
        elif token.kind == "word" and all(c in _LETTERS for c in token.key) and _brief(token.key):
            digits += "".join(_LETTERS[c] for c in token.key)
            letters = True
        else:
            break
        end += 1
    return end - 1, digits, letters


def _brief(letters: str) -> bool:
    """One or two letters, or nothing but letters O."""
    return len(letters) <= 2 or not letters.strip("оo")


def _zeros_only(scene: Scene, first: int, last: int) -> bool:
    """«4О4-5O»: the letter O within a few digits, the chunk one of several."""
    if last == first or not any(scene.kind(at) == "number" for at in range(first, last + 1)):
        return False
    letters = all(
        scene.kind(at) == "number" or scene.key(at) in ("о", "o", "оо", "oo") for at in range(first, last + 1)
    )
    chained = scene.key(last + 1) == "-" or scene.key(first - 1) == "-"
    if scene.kind(last) == "number":  # «8 7О2 333 …», «634 О1 О2»
        chained = chained or "number" in (scene.kind(last + 1), scene.kind(first - 1))
    return letters and chained


def runs(scene: Scene) -> list[Run]:
    """Groups with only separators between, none of them consumed; a plus begins a new run."""
    found: list[Run] = []
    previous = -2
    for group in scene.groups:
        if not group.digits or not scene.free(group.first, group.last):
            continue
        plus = plus_before(scene, group.first)
        spelled = bool(found) and group.spelled and found[-1].groups[-1].spelled
        if found and not plus and _only_joiners(scene, previous + 1, group.first - 1, spelled=spelled):
            found[-1].groups.append(group)
        else:
            found.append(Run([group], plus))
        previous = group.last
    return found


def _only_joiners(scene: Scene, first: int, last: int, *, spelled: bool) -> bool:
    """Up to three separators; a comma with a space behind separates numbers, but dictated groups are parted by it."""
    if last == first and scene.kind(first) == "line":
        return _is_of_digits(scene, first)
    if last - first >= 3 or (
        scene.key(last) == "," and last >= first and scene.tokens[last + 1].spaced and not spelled
    ):
        return False
    return all(scene.key(at) in _JOINERS and not scene.used[at] for at in range(first, last + 1))


def _is_of_digits(scene: Scene, line_end: int) -> bool:
    """Do the lines on both sides hold nothing but digits? «8 701⏎222 33⏎44» is one number."""
    for step in (-1, 1):
        at = line_end + step
        while scene.kind(at) not in ("", "line"):
            if scene.kind(at) == "word":
                return False
            at += step
    return True


def plus_before(scene: Scene, at: int) -> bool:
    before = scene.key(at - 1)
    return before in ("+", "плюс", "plus", "қосу", "косу") or (before == "(" and scene.key(at - 2) == "+")


def says_phone(key: str) -> bool:
    """Is this a word for a phone or for calling?"""
    return key in _WORDS or key.startswith(_WORD_STEMS)
