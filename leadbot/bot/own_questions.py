"""A company's own questions, as its settings keep them: how they are checked, and what each is called.

{"key": "q_...", "text": {"ru": ...}, "label": {"ru": ...}, "chips": {"ru": [...]}, "required": true}

`text` is the question, `label` its short name on a lead (the question itself where there is none), `chips` quick
replies. `key` names the answers on leads for ever: a question keeps it however it is put, and it is not given anew.
Their place is in the `order` of all that is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from leadbot.bot import nested
from leadbot.errors import Invalid, gathered
from leadbot.fields import KEY_MOST, OWN_PREFIX
from leadbot.texts import text_input
from leadbot.texts.languages import LANGUAGES

MOST = 10
TEXT_MOST = 140  # with an acknowledgement before it, a message of the bot stays below its limit
LABEL_MOST, CHIP_MOST, CHIPS_MOST = 40, 40, 6
_PARTS = ("key", "text", "label", "chips", "required")
_KEY = re.compile(rf"{OWN_PREFIX}[a-z0-9_]{{1,{KEY_MOST - len(OWN_PREFIX)}}}")

Question = dict[str, Any]
Texts = Callable[[int], Callable[[object, str, str], dict[str, str]]]  # the check of one text by language


def check(value: object, field: str, language: str, texts: Texts) -> list[Question]:
    """The questions as they are stored. Raises Faults with all that is wrong."""
    if not isinstance(value, list | tuple):
        raise Invalid("Must be a list", field=field)
    if len(value) > MOST:
        raise Invalid("At most %(max)s, now %(n)s", field=field, max=MOST, n=len(value))
    found: list[Question] = []
    with gathered() as faults:
        for number, one in enumerate(value):
            with faults():
                found.append(_question(one, f"{field}.{number}", language, texts))
    _check_differ(found, field)
    for question in found:
        question["key"] = question["key"] or _new_key(question, {one["key"] for one in found})
    return found


def _question(value: object, field: str, language: str, texts: Texts) -> Question:
    given = nested.parts(value, field, _PARTS)
    question: Question = {}
    with gathered() as faults:
        with faults():
            question["key"] = _key(given.get("key"), f"{field}.key")
        with faults():
            question["text"] = texts(TEXT_MOST)(given.get("text", ""), f"{field}.text", language)
            if not question["text"]:
                raise Invalid("Fill in this field", field=f"{field}.text.{language}")
        with faults():
            question["label"] = texts(LABEL_MOST)(_or_none(given.get("label")), f"{field}.label", language)
        with faults():
            question["chips"] = _chips(_or_none(given.get("chips")), f"{field}.chips", language)
        with faults():
            question["required"] = given.get("required", True)
            if not isinstance(question["required"], bool):
                raise Invalid("Must be true or false", field=f"{field}.required")
    return question


def _or_none(value: object) -> object:
    return {} if value in nested.NOTHING else value


def _key(value: object, field: str) -> str:
    if value in nested.NOTHING:
        return ""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Invalid("A key as q_floor_heating: q_ and then Latin letters, digits and _", field=field)
    return value


def _chips(value: object, field: str, language: str) -> dict[str, list[str]]:
    by_language = nested.by_language(value, field, language, list)
    chips: dict[str, list[str]] = {}
    with gathered() as faults:
        for one, words in by_language.items():
            with faults():
                chips[one] = _words(words, f"{field}.{one}")
    return {one: chips[one] for one in LANGUAGES if chips.get(one)}


def _words(value: object, field: str) -> list[str]:
    if not isinstance(value, list | tuple):
        raise Invalid("Must be a list", field=field)
    lines = (text_input.line(word, field, most=CHIP_MOST, required=False) for word in value)
    words = list(dict.fromkeys(filter(None, lines)))
    if len(words) > CHIPS_MOST:
        raise Invalid("At most %(max)s, now %(n)s", field=field, max=CHIPS_MOST, n=len(words))
    return words


def _check_differ(questions: list[Question], field: str) -> None:
    """No two of one key, and none that asks the same as another."""
    met: set[str] = set()
    for number, question in enumerate(questions):
        marks = {question["key"], *(f"{one}: {text.casefold()}" for one, text in question["text"].items())} - {""}
        if marks & met:
            raise Invalid("This question is asked twice", field=f"{field}.{number}.text")
        met |= marks


def _new_key(question: Question, taken: set[str]) -> str:
    """A key of the question's first words: sent twice, it is one question."""
    text = next(iter(question["text"].values()))
    for salt in range(MOST + 1):
        key = OWN_PREFIX + hashlib.sha256(f"{salt or ''}{text}".encode()).hexdigest()[:8]
        if key not in taken:
            break
    return key
