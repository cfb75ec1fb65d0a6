"""The words that steer the extractors, from data/vocabulary.txt: one line a list, `name: word, word, a phrase, ...`.

Lists are folded when they are read, so the file may be written as people write.
"""

from __future__ import annotations

from functools import cache

from leadbot.engines.rules.words.forms import DATA
from leadbot.engines.rules.words.text import fold


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (DATA / "vocabulary.txt").read_text(encoding="utf-8").splitlines():
        name, colon, items = line.partition(":")
        if colon and not line.startswith("#"):
            found[name.strip()] = tuple(item.strip() for item in items.split(",") if item.strip())
    return found


def raw(name: str) -> tuple[str, ...]:
    """A list as it is written."""
    return _lists()[name]


def words(name: str) -> frozenset[str]:
    """A list to look whole words up in."""
    return frozenset(stems(name))


def stems(name: str) -> tuple[str, ...]:
    """A list of word beginnings, for str.startswith."""
    return tuple(fold(item) for item in _lists()[name])


def phrases(name: str) -> tuple[tuple[str, ...], ...]:
    """A list of phrases, each as its words, the longest first."""
    return tuple(sorted((tuple(item.split()) for item in stems(name)), key=lambda phrase: (-len(phrase), phrase)))
