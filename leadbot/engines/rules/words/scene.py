"""What the extractors share while one message is read: its tokens, its numbers, and what has been consumed so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from leadbot.engines.rules.words.numbers import Group
from leadbot.engines.rules.words.text import TextToken

CLAUSE_ENDS = frozenset(",.;!?\n()…")


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the client's own words it was read from; `quote` is text[start:end] of the original text."""

    value: str
    quote: str
    start: int
    end: int
    sure: bool = True  # False: to be said back to the client
    e164: str | None = None
    m2: float | None = None
    unit: str = ""  # "м²", "сотка", "га", "sqft"
    corrects: bool = False


class Thing(NamedTuple):
    """An object among the tokens first..last, by its canonical name."""

    key: str
    first: int
    last: int


@dataclass(slots=True)
class Scene:
    """A message being read. An extractor marks what it consumed, so that no digit serves twice."""

    text: str
    tokens: list[TextToken]
    groups: list[Group]
    asked: str | None = None
    language: str | None = None
    guesses: int = 0  # misspelt words looked into so far
    visits: bool = False  # the trade asks when its client will come
    land: bool = False  # the size asked for is the land's
    measures: str = "m2"  # as in Setup
    sizeless: frozenset[str] = frozenset()  # objects without an area, as a fence
    building: bool = False  # an object that has an area is named
    object_at: tuple[int, int] | None = None  # the tokens of the object
    mentions: list[Thing] = field(default_factory=list)  # of all objects, in order
    further: list[Thing] = field(default_factory=list)  # wanted beside that object
    phone_at: tuple[int, int] | None = None  # the tokens of the message's phone, whole or broken
    relative: str = ""  # somebody of the client's, named but not the contact
    used: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.used = bytearray(len(self.tokens))

    def key(self, at: int) -> str:
        """The folded token, "" outside the text."""
        return self.tokens[at].key if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def take(self, first: int, last: int) -> None:
        """Mark tokens first..last as consumed."""
        for at in range(first, last + 1):
            self.used[at] = 1

    def free(self, first: int, last: int) -> bool:
        return not any(self.used[first : last + 1])

    def found(self, value: str, first: int, last: int, *, sure: bool = True, corrects: bool = False) -> Found:
        """A value read from tokens first..last."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return Found(value, self.text[start:end], start, end, sure, corrects=corrects)

    def clause(self, at: int) -> tuple[int, int]:
        """The first and last token of the clause around a token; a decimal point doesn't end one."""
        first = last = at
        while first > 0 and not self._ends(first - 1):
            first -= 1
        while last + 1 < len(self.tokens) and not self._ends(last + 1):
            last += 1
        return first, last

    def _ends(self, at: int) -> bool:
        token = self.tokens[at]
        if token.key not in CLAUSE_ENDS:
            return False
        inside = self.kind(at - 1) == "number" and self.kind(at + 1) == "number" and not self.tokens[at + 1].spaced
        return not inside or token.kind == "line"

    def words(self, first: int, last: int) -> set[str]:
        """The folded words among tokens first..last."""
        return {t.key for t in self.tokens[max(first, 0) : last + 1] if t.kind == "word"}

    def masked(self) -> str:
        """The original text with every consumed span blanked, same length."""
        out = list(self.text)
        for token, used in zip(self.tokens, self.used, strict=True):
            if used:
                out[token.start : token.end] = " " * (token.end - token.start)
        return "".join(out)
