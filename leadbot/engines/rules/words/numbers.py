"""Numbers in digits or in words: «семьсот пять сто двадцать три» is 705 and 123, «сегіз жеті жүз бес» 8 and 705."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from leadbot.engines.rules.words import morph
from leadbot.engines.rules.words.forms import DATA
from leadbot.engines.rules.words.text import TextToken, fold, skeleton
from leadbot.texts.tables import read_table


@dataclass(slots=True)
class Group:
    """One number as it was grouped by its writer. `digits` is empty for what is no whole number («полтора»)."""

    digits: str
    value: float
    first: int
    last: int
    spelled: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A number word. `join` says how it goes with its neighbours, `doubtful`: it is also another word."""

    value: float
    join: str
    doubtful: bool


_PLAIN_LATIN = 5  # letters of a Latin spelling that is no other word: «toqsan», «vosemdesyat»


@cache
def words() -> dict[str, Word]:
    """Number words by folded spelling; Latin spellings of Cyrillic ones by skeleton, under a leading "~"."""
    table: dict[str, Word] = {}
    for row in read_table(DATA / "numbers.tsv"):
        word = Word(float(row[1]), row[2], len(row) > 3 and row[3] == "a")
        key = fold(row[0])
        table[key] = word
        if not key.isascii() and len(key) > 2:
            bare = skeleton(key)
            plain = word.value >= 20 and len(bare) >= _PLAIN_LATIN
            table.setdefault("~" + bare, Word(word.value, word.join, not plain))
    return table


def word_at(token: TextToken) -> Word | None:
    """The number word of a token, if it is one."""
    if token.kind != "word":
        return None
    if token.raw == "СТО":
        return None  # a car service
    table = words()
    if token.latin:
        return table.get(token.key) or table.get("~" + skeleton(token.key))
    return table.get(token.key) or _inflected(token.key)


def _dative(tokens: list[TextToken], at: int) -> Word | None:
    """«он екіге он»: a small Kazakh number under «-ге», only where a number follows it; «бірге» alone is no number."""
    token = tokens[at]
    if token.kind != "word" or token.key[-2:] not in _DATIVE or len(token.key) > _LONGEST_SMALL:
        return None
    word = words().get(token.key[:-2])
    follows = at + 1 < len(tokens) and (tokens[at + 1].kind == "number" or word_at(tokens[at + 1]) is not None)
    return word if word and 2 <= word.value < 20 and follows else None


def _word(tokens: list[TextToken], at: int) -> Word | None:
    word = word_at(tokens[at])
    return _dative(tokens, at) if word is None and tokens[at].key[-2:] in _DATIVE else word


def _inflected(key: str) -> Word | None:
    """«жүздің», «елуден»: a Kazakh number under an ending; small ones are left: «бірге», «онда»."""
    if key[:1] not in _INFLECTED_FIRST or not 4 <= len(key) <= 10:
        return None
    about = words().get(key[:-3]) if key.endswith(("дей", "дай", "тей", "тай")) else None
    if about and about.value >= 20:
        return about  # «жүздей»
    for stem, tag in morph.cuts(key, shortest=3):
        word = words().get(stem)
        if word and word.value >= 20 and tag in ("gen", "dat", "acc", "abl", "loc"):
            return word
    return None


_INFLECTED_FIRST = frozenset("жеоксатм")
_DATIVE = ("га", "ге", "ка", "ке")
_LONGEST_SMALL = 7
_BY = frozenset({"на", "х", "x", "га", "ге", "ка", "ке", "by"})


def read(tokens: list[TextToken]) -> list[Group]:
    """All numbers, in order, none overlapping."""
    groups: list[Group] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "number":
            groups.append(Group(tokens[at].key, _value(tokens[at].key), at, at))
            at += 1
        elif _word(tokens, at) is None:
            at += 1
        else:
            end = _run_end(tokens, at)
            groups += _spelled(tokens, at, end)
            at = end + 1
    return groups


def _value(digits: str) -> float:
    return float(digits) if len(digits) <= 15 else 1e15


def _run_end(tokens: list[TextToken], at: int) -> int:
    """The last token of a run of number words; hyphens may stand between them."""
    end = at
    while end + 1 < len(tokens):
        ahead = end + 2 if tokens[end + 1].key == "-" and end + 2 < len(tokens) else end + 1
        if _word(tokens, ahead) is None or _dative(tokens, end):
            break
        end = ahead
    return end


def _spelled(tokens: list[TextToken], first: int, last: int) -> list[Group]:
    run = [(at, word) for at in range(first, last + 1) if (word := _word(tokens, at))]
    if all(word.doubtful for _, word in run) and not _digits_near(tokens, first, last):
        run = _undoubted(tokens, run)
    groups: list[Group] = []
    lowest = 0  # the value below which the open group still has room; 0: no open group
    for at, word in run:
        value, join = word.value, word.join
        if (
            join == "times100"
            and groups
            and lowest
            and groups[-1].value < 100
            and 1 <= groups[-1].value % 10 <= 9
            and groups[-1].last == at - 1
        ):
            lowest = _hundredfold(groups, at)
        elif join.startswith("times") and join != "times100":
            groups.append(Group("", value, at, at, spelled=True))
            lowest = 0
        elif lowest and value < lowest and value and groups[-1].last in (at - 1, at - 2) and join != "whole":
            _extend(groups[-1], value, at)
            lowest = _room(value, join)
        else:
            whole = value == int(value)
            groups.append(Group(str(int(value)) if whole else "", value, at, at, spelled=True))
            lowest = _room(value, join)
    return groups


def _digits_near(tokens: list[TextToken], first: int, last: int) -> bool:
    around = [at for at in (first - 1, last + 1) if 0 <= at < len(tokens)]
    return any(tokens[at].kind == "number" for at in around)


def _undoubted(tokens: list[TextToken], run: list[tuple[int, Word]]) -> list[tuple[int, Word]]:
    """A run of doubtful words alone counts when it is long («он бес»), or a unit follows («бес шаршы»)."""
    after = tokens[run[-1][0] + 1].key if run[-1][0] + 1 < len(tokens) else ""
    sure = len(run) > 1 or after.startswith(_UNITS) or _is_a_side(tokens, run[0][0], run[-1][0])
    return run if sure else []


def _is_a_side(tokens: list[TextToken], first: int, last: int) -> bool:
    """«алты на төрт», «тоғызға он бір»: one of two numbers with «by» between them."""
    if tokens[last].key not in words() and _dative(tokens, last):
        return True
    for mark, other in ((last + 1, last + 2), (first - 1, first - 2)):
        inside = min(mark, other) >= 0 and max(mark, other) < len(tokens)
        if inside and tokens[mark].key in _BY and (tokens[other].kind == "number" or word_at(tokens[other])):
            return True
    return first > 0 and _dative(tokens, first - 1) is not None


_UNITS = ("шарш", "квадрат", "кв", "сот", "м2", "метр", "болме", "кабат", "kv", "kvadrat", "shar", "sot", "eta", "sq")


def _room(value: float, join: str) -> int:
    """Below which value a next word joins: after a hundred 100, after twenty 10, after a unit nothing."""
    if join in ("hundred", "times100"):
        return 100
    if join in ("ten", "ten10"):
        return 10 if value >= 10 else 0
    return 1 if join == "unit" else 0


def _extend(group: Group, value: float, at: int) -> None:
    group.value += value
    group.digits = str(int(group.value))
    group.last = at


def _hundredfold(groups: list[Group], at: int) -> int:
    """«жеті жүз»: the unit before becomes hundreds; a unit that hung on tens leaves them («сексен | бес жүз»)."""
    group = groups[-1]
    unit = group.value % 10
    rest = group.value - unit
    if rest:
        groups[-1] = Group(str(int(rest)), rest, group.first, at - 2, spelled=True)
        groups.append(Group("", unit * 100, at - 1, at, spelled=True))
    else:
        group.value, group.last = unit * 100, at
    groups[-1].digits = str(int(groups[-1].value))
    return 100
