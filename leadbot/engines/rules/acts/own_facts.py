"""A company's own facts, known by their words and by likeness to their text, with or without a question mark.

No two companies have the same facts, so nothing here is trained. Words that every client uses are left out of the
comparison (`common` in the model's tables), the others are compared by their beginnings: «парковка» and «парковку».
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.acts import model
from leadbot.engines.rules.acts.features import tokens

BY_WORD = 0.9  # the company said: these words ask for this fact
_ALIKE = 0.5  # share of a message's telling words that must stand in the fact
_STEM = 5  # letters that words of one kin share
_SHORTEST = 4  # a shorter word must be the same


def asked(text: str, facts: tuple[CompanyFact, ...]) -> dict[str, float]:
    """The topics of the facts that a message asks about, and how sure that is."""
    if not facts:
        return {}
    words = tokens(text)
    telling = _telling(words)
    found = {}
    for fact in facts:
        sure = BY_WORD if any(_stands(phrase, words) for phrase in _phrases(fact.words)) else 0.0
        if not sure and fact.topic not in _trained():
            sure = _likeness(telling, _vocabulary(fact.topic, *fact.text.values()))
        if sure >= _ALIKE:
            found[fact.topic] = sure
    return found


def _likeness(telling: frozenset[str], vocabulary: frozenset[str]) -> float:
    """The share of the telling words that the fact knows; one word alone is half a proof."""
    known = sum(word in vocabulary for word in telling)
    return known / max(len(telling), 1) * (0.85 if known > 1 else 0.6)


def _stands(phrase: tuple[str, ...], words: list[str]) -> bool:
    """Do the words of a phrase stand in the text, one after another, in any of their forms?"""
    length = len(phrase)
    return any(
        all(_kin(wanted, word) for wanted, word in zip(phrase, words[at : at + length], strict=True))
        for at in range(len(words) - length + 1)
    )


def _kin(wanted: str, word: str) -> bool:
    return word == wanted if len(wanted) < _SHORTEST else word.startswith(wanted[: max(_SHORTEST, len(wanted) - 2)])


def _telling(words: Iterable[str]) -> frozenset[str]:
    common = model.shipped().common
    return frozenset(word[:_STEM] for word in words if word.isalpha() and len(word) > 2 and word not in common)


@lru_cache(maxsize=1024)
def _vocabulary(*texts: str) -> frozenset[str]:
    return _telling(word for text in texts for word in tokens(text))


@lru_cache(maxsize=1024)
def _phrases(written: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(phrase for one in written if (phrase := tuple(tokens(one))))


@lru_cache(maxsize=1)
def _trained() -> frozenset[str]:
    """The topics that the classifier knows by itself, and better than a few words would."""
    return frozenset(label.name.partition(".")[2] for label in model.shipped().labels if "." in label.name)
