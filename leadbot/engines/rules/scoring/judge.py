"""Is a stored value the right one? The rules by which dialogues are scored: spelling is forgiven, substance is not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCORED = ("name", "phone", "city", "object_type", "area")

_KAZAKH = str.maketrans({**dict(zip("әғқңөұүһіёй", "агкноуухиеи", strict=True)), "ь": None, "ъ": None})
_TITLES = frozenset(
    [
        "ханым",
        "мырза",
        "апай",
        "апа",
        "ага",
        "агаи",
        "аке",
        "ата",
        "тате",
        "коке",
        "господин",
        "госпожа",
        "mr",
        "mrs",
        "ms",
    ]
)
_PLACE_WORDS = frozenset(
    [
        "г",
        "гор",
        "город",
        "кала",
        "каласы",
        "с",
        "село",
        "аул",
        "ауыл",
        "ауылы",
        "п",
        "пос",
        "поселок",
        "пгт",
        "city",
        "of",
        "the",
        "в",
        "под",
    ]
)
_SQUARE_METRES = {"м²": 1.0, "сотка": 100.0, "га": 10_000.0, "sqft": 0.092903}
_UNITS = (
    ("сотка", re.compile(r"сот(?:к|ок|ык)|sotk")),
    ("га", re.compile(r"(?<!\w)га(?!\w)|гектар|(?<!\w)ha(?!\w)")),
    ("sqft", re.compile(r"sq ?\.?f|ft²|ft2|square f")),
)
_VOWELS = "аеиоуыэюяaeiou"


@dataclass(frozen=True, slots=True)
class Gold:
    """What is due of one dialogue or message."""

    accepted: Mapping[str, tuple[Any, ...]]  # right values by slot; a slot without one must stay empty
    optional: frozenset[str]  # slots that may stay empty
    must_not: tuple[str, ...]
    given_name: str | None = None
    unit: str = "м²"
    registered: bool = True
    languages: tuple[str | None, ...] = ()


def words(text: object) -> list[str]:
    """The words of a text, case and look-alike letters set aside."""
    return re.findall(r"[^\W_]+", str(text or "").casefold().translate(_KAZAKH))


def is_right(slot: str, value: Any, gold: Gold) -> bool:
    """Is this stored value one of the right ones?"""
    accepted = gold.accepted.get(slot, ())
    if slot == "name":
        return _name(value, [str(one) for one in accepted], gold.given_name)
    if slot == "phone":
        return _e164(value) in accepted
    if slot == "city":
        return any(_same_place(_place(value), _place(one)) for one in accepted)
    if slot == "object_type":
        return any(_object(value, one) for one in accepted)
    return _area(value, [float(one) for one in accepted], gold.unit)


def forbidden(slot: str, value: Any, gold: Gold) -> str | None:
    """The rule of `must_not` that this stored value breaks, if any. What is right breaks none."""
    if gold.accepted.get(slot) and is_right(slot, value, gold):
        return None
    return next((rule for rule in gold.must_not if _breaks(rule, slot, value)), None)


def _breaks(rule: str, slot: str, value: Any) -> bool:
    bound, _, text = rule.rpartition(":")
    if bound and bound.replace("object", "object_type") != slot:
        return False
    digits = re.sub(r"\D", "", text)
    if slot == "phone":
        stored = (_e164(value) or "").lstrip("+")[-10:]
        return bool(digits) and bool(stored) and (stored in digits or (len(digits) >= 7 and digits in stored))
    if slot == "area":
        return bool(digits) and not words(text)[0].isalpha() and float(text.replace(",", ".")) in _numbers(value)
    return _runs(words(value), words(text))


def _runs(inside: Sequence[str], part: Sequence[str]) -> bool:
    """Does the run of words `part` stand in `inside`?"""
    size = len(part)
    return size > 0 and any(list(inside[at : at + size]) == list(part) for at in range(len(inside) - size + 1))


def _name(value: Any, accepted: list[str], given: str | None) -> bool:
    """The given name counts; further words that are not due are none of a name."""
    stored = words(value)
    for index, one in enumerate(accepted):
        due = words(given) if given and index == 0 else words(one)[:1]
        if _runs(stored, due) and all(word in words(one) or word in _TITLES for word in stored):
            return True
    return False


def _same_place(stored: list[str], due: list[str]) -> bool:
    return "".join(stored) == "".join(due) or _runs(stored, due)


def _place(value: Any) -> list[str]:
    plain = words(re.sub(r"[-–]", "", str(value)))
    return [word for word in plain if word not in _PLACE_WORDS] or plain


def _object(value: Any, accepted: Any) -> bool:
    stored, due = words(value), [_stem(word) for word in words(accepted)]
    size = len(due)
    return size > 0 and any(
        all(stored[at + step].startswith(due[step]) for step in range(size)) for at in range(len(stored) - size + 1)
    )


def _stem(word: str) -> str:
    return word.rstrip(_VOWELS) or word if len(word) >= 4 else word


def _area(value: Any, accepted: list[float], unit: str) -> bool:
    numbers, said = _numbers(value), _unit(value)
    units = {unit, "м²"} if unit == "sqft" else {unit}
    return bool(numbers) and all(
        any(_same_area(number, said or due, one, due) for one in accepted for due in units) for number in numbers
    )


def _same_area(number: float, unit: str, due: float, due_unit: str) -> bool:
    stored, wanted = number * _SQUARE_METRES[unit], due * _SQUARE_METRES[due_unit]
    return abs(stored - wanted) <= (0.01 * wanted if "sqft" in (unit, due_unit) else 0.05)


def _numbers(value: Any) -> list[float]:
    text = re.sub(r"(?:м|m)[2²]", " ", str(value))
    text = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}(?!\d))", "", text).replace(",", ".")
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def _unit(value: Any) -> str | None:
    if isinstance(value, int | float):
        return None
    text = str(value).casefold()
    found = next((unit for unit, pattern in _UNITS if pattern.search(text)), None)
    return found or ("м²" if re.search(r"[мm][²2]|кв|шаршы", text) else None)


def _e164(value: Any) -> str | None:
    """A stored phone in its international form, Kazakhstan being home."""
    text = str(value or "")
    digits = re.sub(r"\D", "", text)
    if not digits or text.startswith("+"):
        return f"+{digits}" if digits else None
    return f"+7{digits[1:]}" if len(digits) == 11 and digits[0] in "78" else f"+{digits}"
