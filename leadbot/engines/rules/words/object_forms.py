"""The forms of object words: a trade's table and a company's own, in every case, alphabet and with a slip."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from leadbot.engines.rules.words import forms, near
from leadbot.engines.rules.words.text import fold, one_slip, skeleton

_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)  # letters no Russian word has, nor its cases


class HasObjects(Protocol):
    """A set-up, as far as objects go."""

    @property
    def objects(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(slots=True)
class Table:
    """Forms of object words: folded, and by skeleton; `heads`: first words of phrases."""

    forms: dict[str, str] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    _latin: dict[str, str] = field(default_factory=dict)
    _latin_bases: dict[str, str] = field(default_factory=dict)
    _latin_heads: set[str] = field(default_factory=set)
    ranks: dict[str, int] = field(default_factory=dict)
    vague: set[str] = field(default_factory=set)  # what any closer word outranks: «помещение под магазин»
    faint: set[str] = field(default_factory=set)  # what is but spoken of where any other is named: «пол», «стена»
    own: set[str] = field(default_factory=set)  # parts that are ordered by themselves: windows for a house
    bases: dict[str, str] = field(default_factory=dict)  # nominatives, which take Kazakh endings
    _shelves: dict[str, list[str]] = field(default_factory=dict)

    def nearest(self, word: str) -> str | None:
        """The object whose long name is one slip away from this word, the first three letters being right."""
        if len(word) < 7 or " " in word or near.is_everyday(word):
            return None
        if not self._shelves:
            for form in self.forms:
                if len(form) >= 7 and " " not in form:
                    self._shelves.setdefault(form[:3], []).append(form)
        return next((self.forms[f] for f in self._shelves.get(word[:3], ()) if one_slip(f, word)), None)

    @property
    def latin_bases(self) -> dict[str, str]:
        """The nominatives by skeleton, to which alone Kazakh endings are put."""
        if not self._latin_bases:
            self._latin_bases.update((skeleton(form), key) for form, key in self.bases.items())
        return self._latin_bases

    @property
    def latin_heads(self) -> set[str]:
        """The first words of phrases by skeleton."""
        if not self._latin_heads:
            self._latin_heads.update(skeleton(head) for head in self.heads)
        return self._latin_heads

    @property
    def latin(self) -> dict[str, str]:
        """The forms by skeleton, made when the first Latin message comes."""
        if not self._latin:
            for form, key in (*self.bases.items(), *self.forms.items()):
                self._latin.setdefault(skeleton(form), key)
        return self._latin


@lru_cache(maxsize=64)
def table(setup: HasObjects, own: tuple[str, ...]) -> Table:
    """The table of a set-up and a company's own objects; built once."""
    built = Table()
    for name in own:
        built.ranks[name.lower()] = 1
        _add(built, name, name.lower())
    for row in setup.objects:
        built.ranks.setdefault(row["key"], row.get("rank", 1))
        if row.get("own"):
            built.own.add(row["key"])
        if row.get("faint"):
            built.faint.add(row["key"])
        if row.get("vague"):
            built.vague.add(row["key"])
        for word in row["words"]:
            _add(built, word, row["key"])
        for form in row.get("forms", ()):
            _add(built, form, row["key"], exact=True)
            if row.get("faint"):
                built.bases.pop(fold(form), None)  # «Полина» is no floor
    for row in setup.objects:
        for phrase in row.get("not", ()):
            _add(built, phrase, "", exact=True)
    return built


def _add(built: Table, phrase: str, key: str, *, exact: bool = False) -> None:
    parts = fold(phrase).replace("-", " ").split()
    if not parts:
        return
    plain = " ".join(parts)
    if len(parts) > 1:
        built.heads.add(parts[0])
    if not key and len(parts) == 1:
        built.forms[plain] = ""  # «көру» is no «қора»
    for form in {plain} if exact or _KAZAKH.search(phrase) else _spellings(parts):  # «көре» is no dative of «қора»
        built.forms.setdefault(form, key)
        if len(parts) > 1:
            built.heads.add(form.partition(" ")[0])
    built.bases.setdefault(plain, key)


def _spellings(parts: list[str]) -> set[str]:
    """The cases of a word or phrase; what is short or Latin stays as it is."""
    plain = " ".join(parts)
    if len(parts[-1]) < 3 or plain.isascii():
        return {plain}
    cases = [forms.decline(part, masculine=not part.endswith("ь")) for part in parts]
    found = {plain}
    for case in ("nom", "gen", "dat", "acc", "ins", "loc"):
        for choice in itertools.product(*(c.get(case) or c["nom"] for c in cases)):
            found.add(" ".join(choice))
        if len(parts) > 1:
            found |= {" ".join((head, *parts[1:])) for head in cases[0].get(case) or ()}  # «кабинета стоматолога»
    return found | (forms.plurals(plain) if len(parts) == 1 else set())
