"""Cutting Kazakh endings off a word, by the table that forms.build() writes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from leadbot.engines.rules.words.forms import DATA
from leadbot.texts.tables import read_table

LONGEST = 10


@cache
def _endings() -> tuple[dict[str, str], dict[str, str]]:
    """Ending -> tag, by folded spelling and by skeleton."""
    folded: dict[str, str] = {}
    bare: dict[str, str] = {}
    for ending, skeleton, tag in read_table(DATA / "endings.tsv"):
        folded[ending] = tag
        bare.setdefault(skeleton, tag)
    return folded, bare


def load() -> None:
    """Read the table now rather than at the first message."""
    _endings()


def cuts(key: str, *, latin: bool = False, shortest: int = 2) -> Iterator[tuple[str, str]]:
    """Ways to take a Kazakh ending off: (stem, tag), the shortest ending first. `key` is folded, or a skeleton."""
    table = _endings()[1 if latin else 0]
    for at in range(len(key) - 1, max(shortest, len(key) - LONGEST) - 1, -1):
        tag = table.get(key[at:])
        if tag:
            yield key[:at], tag


def is_ending(key: str) -> bool:
    """Is the whole word spelled like an ending?"""
    return key in _endings()[0]
