"""Numbers that are no phones by their company: ИИН, cards, contracts, dates, times, e-mails and handles."""

from __future__ import annotations

from leadbot.engines.rules.words.numbers import Group
from leadbot.engines.rules.words.runs import Run, runs, says_phone
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_NOT_A_PHONE = stems("phone.not_a_phone*")
_NOT_PHONES = words("phone.not_a_phone")
_NUMBER = stems("phone.number*")
_CLOSERS = frozenset(".,;!?\n")
_LONGEST_SIZE = 4  # digits


def hide(scene: Scene) -> str:
    """Consume them, so that no digit of theirs is anybody's phone; "iin" or "card" where one was among them."""
    trouble = ""
    for run in runs(scene):
        trouble = _hide_card(scene, run) or _hide_iin(scene, run) or trouble
    for group in scene.groups:
        if scene.free(group.first, group.last) and _labelled(scene, group.first) and not _by_papers(scene, group):
            _take_long(scene, group)
    _hide_dates(scene)
    _hide_handles(scene)
    return trouble


def _hide_card(scene: Scene, run: Run) -> str:
    """Sixteen digits, in one piece or by fours."""
    lengths = [len(g.digits) for g in run.groups]
    for at, length in enumerate(lengths):
        if length == 16 or lengths[at : at + 4] == [4, 4, 4, 4]:
            scene.take(run.groups[at].first, run.groups[at if length == 16 else at + 3].last)
            return "card"
    return ""


def _hide_iin(scene: Scene, run: Run) -> str:
    """Twelve digits that begin with a date, in one piece or by sixes."""
    lengths = [len(g.digits) for g in run.groups]
    digits = "".join(g.digits for g in run.groups)
    if lengths not in ([12], [6, 6]) or run.plus or not _is_iin(digits):
        return ""
    scene.take(run.groups[0].first, run.groups[-1].last)
    return "iin"


def _labelled(scene: Scene, at: int) -> bool:
    """Is the number named a contract, an ИИН, a card ... by the words right before it?"""
    signed = apart = False  # «№» stands before the number; other words stand between it and the label
    for back in range(at - 1, max(-1, at - 7), -1):
        key = scene.key(back)
        if key in _NOT_PHONES or key.startswith(_NOT_A_PHONE):
            return signed or not apart
        if key in _CLOSERS or scene.kind(back) == "number" or (says_phone(key) and not key.startswith(_NUMBER)):
            return False
        signed = signed or key == "№"
        apart = apart or (scene.kind(back) == "word" and not key.startswith(_NUMBER))
    return False


def _by_papers(scene: Scene, group: Group) -> bool:
    """«по договору 94,3»: what the contract says, not its number."""
    brief = len(group.digits) <= _LONGEST_SIZE
    return brief and scene.key(group.first - 2) == "по" and scene.kind(group.first - 1) == "word"


def _take_long(scene: Scene, group: Group) -> None:
    """The number and what is joined to it by hyphens, slashes or a letter: «45к1845»."""
    last = group.last
    while scene.kind(last + 2) == "number" and (
        scene.key(last + 1) in ("-", "/") or _is_letter_between(scene, last + 1)
    ):
        last += 2
    scene.take(group.first, last)


def _is_letter_between(scene: Scene, at: int) -> bool:
    return (
        len(scene.key(at)) == 1
        and scene.kind(at) == "word"
        and not (scene.tokens[at].spaced or scene.tokens[at + 1].spaced)
    )


def _is_iin(digits: str) -> bool:
    """Twelve digits that begin with a date of birth (yymmdd) and a century digit."""
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31 and digits[6] in "0123456"


def _hide_dates(scene: Scene) -> None:
    for at, token in enumerate(scene.tokens[:-2]):
        if token.kind != "number" or scene.kind(at + 2) != "number" or not scene.free(at, at + 2):
            continue
        mark, second = scene.key(at + 1), scene.key(at + 2)
        joined = not (scene.tokens[at + 1].spaced or scene.tokens[at + 2].spaced)  # «м2: 54» is no time
        if mark == ":" and len(token.key) <= 2 and len(second) == 2 and joined:
            scene.take(at, at + 2)
        elif mark in "./-" and scene.key(at + 3) == mark and _date(token.key, second, scene.key(at + 4), mark):
            scene.take(at, at + 4)


def _date(day: str, month: str, year: str, mark: str) -> bool:
    if mark == "-" and len(year) != 4:
        return False  # «2-11-22» is the end of a landline number
    whole = len(day) <= 2 and len(month) == 2 and len(year) in (2, 4) and year.isdigit()
    return whole and 1 <= int(day) <= 31 and 1 <= int(month) <= 12 and (len(year) == 2 or year[:2] in ("19", "20"))


def _hide_handles(scene: Scene) -> None:
    """«@name_777» and mail@example.kz are neither phones nor names."""
    for at, token in enumerate(scene.tokens):
        if token.key != "@" or scene.used[at]:
            continue
        first = last = at
        while first > 0 and not scene.tokens[first].spaced and scene.kind(first - 1) != "line":
            first -= 1
        while last + 1 < len(scene.tokens) and not scene.tokens[last + 1].spaced and scene.kind(last + 1) != "line":
            last += 1
        scene.take(first, last)
