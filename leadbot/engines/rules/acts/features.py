"""The signs of a text that the classifier weighs: words, neighbouring words and pieces of words.

All spellings meet in one alphabet, the Latin skeleton the extractors know: «қанша», «канша», "qansha" and "kansha" are
one word here, and so are «сколько» and "skolko". A line learned in one spelling serves all of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from leadbot.engines.rules.words.text import fold, skeleton

READ = 2_000  # characters looked at: the first 1,500 and the last 500
_TAIL = 500
_SHORTEST, _LONGEST = 3, 5  # letters of a piece; pieces of two added cost and nothing else
_TOKEN = re.compile(r"\d+|[^\W\d_]+|\?")
_EDGE = ("^", "$")


def tokens(text: str) -> list[str]:
    """The words of a text as skeletons; a number is "#", "##" or "###" by its length, a question mark stays."""
    if len(text) > READ:
        text = text[: READ - _TAIL] + " " + text[-_TAIL:]
    plain = fold(unicodedata.normalize("NFKC", text))
    return [_number(token) if token[0].isdigit() else skeleton(token) for token in _TOKEN.findall(plain)]


def signs(text: str) -> set[str]:
    """All signs of a text, each once: "=word", "word word" and pieces of "<word>"."""
    found = tokens(text)
    result = {f"={token}" for token in found}
    result.update(f"{first} {second}" for first, second in zip([_EDGE[0], *found], [*found, _EDGE[1]], strict=True))
    for word in set(found):
        if word.isalpha():
            result.update(_pieces(f"<{word}>"))
    return result


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[str, ...]:
    return tuple(
        word[start : start + length]
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(word) - length + 1)
    )


def _number(digits: str) -> str:
    """A count or a size, a year or a price, a phone: how long a number is says what it is."""
    if len(digits) < 4:
        return "#"
    return "##" if len(digits) < 7 else "###"
