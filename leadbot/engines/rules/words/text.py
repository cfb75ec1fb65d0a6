"""A client's text as the extractors see it: cleaned, cut, folded tokens that know where they stand in the original.

Everything downstream works on tokens, so the cost of any message is bounded here: at most 2,000 characters
(the first 1,500 and the last 500: contacts come last) and 320 tokens are looked at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from leadbot.engines.rules.words import han

HEAD_CHARS, TAIL_CHARS = 1500, 500
HEAD_TOKENS, TAIL_TOKENS = 240, 80

_LONGEST_CLEAN = HEAD_CHARS + TAIL_CHARS
_PLAIN = re.compile(r"[\n\t -~А-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі«»№₸…“”’]*")
_LINE_ENDS = frozenset("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_SLASHES = frozenset("⁄∕")  # of «1⁄2»
_DASHES = frozenset("−⁃")  # a minus (Sm) and a hyphen bullet (Po), which people take for the dashes of class Pd
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*|\n|[^\w\s]|_")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")

# Kazakh letters fall on the Russian ones people type instead of them.
_FOLD = str.maketrans("ёәғқңөұүһіэї", "еагкноуухиеи")
_APOSTROPHES = str.maketrans("’ʼ`´", "''''")
_LOOKALIKE = str.maketrans("aceopxyktmhbi", "асеорхуктмнви")
_TO_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
        "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "ю": "iu", "я": "ia",
        "y": "i", "w": "v", "q": "k", "x": "ks", "'": "", "’": "", "ʼ": "", "`": "", "´": "",
        "ä": "a", "ö": "o", "ü": "u", "ı": "i", "ş": "sh", "ç": "ch", "ğ": "g", "ñ": "n", "ū": "u", "ŋ": "n",
        "á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ý": "u", "ń": "n", "ǵ": "g", "ā": "a", "ō": "o", "â": "a",
        "î": "i",
    }
)  # fmt: skip
_SPELLINGS = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("yo", "e"),
    ("ye", "e"),
)
_HARD = frozenset("bdfhklmnprtvz")
_DOUBLE = re.compile(r"([aeiouckrpfbgz])\1+")  # not n, t, d, l: Kazakh endings begin with them


@dataclass(slots=True)
class TextToken:
    """One word, number, mark or line end. `start` and `end` are code points of the original text."""

    raw: str
    key: str  # folded: lower case, Kazakh letters as Russian ones; a mark is itself
    kind: str  # "word", "number", "mark", "line"
    start: int
    end: int
    spaced: bool  # white space stands before it
    latin: bool = False

    @property
    def capital(self) -> bool:
        return self.raw[:1].isupper()


@dataclass(slots=True)
class Reading:
    """A text and the tokens of what was looked at."""

    text: str
    tokens: list[TextToken]


def fold(word: str) -> str:
    """The spelling under which words are looked up: «Өскемен» and «оскемен» are one."""
    return word.lower().translate(_FOLD)


def skeleton(key: str) -> str:
    """A spelling that Cyrillic and Latin share: «шымкентте» and "Shymkentte" both give "shimkente"."""
    if key.endswith("ye") and key[-3:-2] in _HARD:
        key = f"{key[:-2]}ie"  # «natyazhnye»
    for written, short in _SPELLINGS:
        if written in key:
            key = key.replace(written, short)
    return _DOUBLE.sub(r"\1", key.translate(_TO_LATIN).replace("ts", "c"))  # «тс» and «ц»


def read(text: str) -> Reading:
    """Clean, cut and tokenise."""
    if len(text) > HEAD_CHARS + TAIL_CHARS:
        tail_at = len(text) - TAIL_CHARS
        tokens = _tokens(text[:HEAD_CHARS], 0)
        tokens.append(TextToken("\n", "\n", "line", HEAD_CHARS, HEAD_CHARS, True))
        tokens += _tokens(text[tail_at:], tail_at)
    else:
        tokens = _tokens(text, 0)
    if len(tokens) > HEAD_TOKENS + TAIL_TOKENS:
        tokens = tokens[:HEAD_TOKENS] + tokens[-TAIL_TOKENS:]
    return Reading(text, tokens)


def _tokens(text: str, offset: int) -> list[TextToken]:
    cleaned, places = _clean(text)
    found = []
    last_end = 0
    for match in _TOKEN.finditer(cleaned):
        start, end = match.span()
        raw = match.group()
        spaced = start > last_end or start == 0
        last_end = end
        for first, last, known in han.cut(raw) if han.is_han(raw[0]) else ((0, len(raw), ""),):
            kind, key, latin = ("word", known, False) if known else _kind_and_key(raw)
            begin, close = start + first, start + last
            if places is not None:
                begin, close = places[begin], places[close - 1] + 1
            found.append(
                TextToken(raw[first:last], key, kind, begin + offset, close + offset, spaced and not first, latin)
            )
    return found


def _kind_and_key(raw: str) -> tuple[str, str, bool]:
    first = raw[0]
    if first.isdecimal():
        return "number", raw, False
    if first == "\n":
        return "line", raw, False
    if not first.isalpha():
        return "mark", raw, False
    key = fold(raw).translate(_APOSTROPHES)
    if _LATIN.search(key) is None:
        return "word", key, False
    if _CYRILLIC.search(key) is None:
        return "word", key, True
    return "word", key.translate(_LOOKALIKE), False


def _clean(text: str) -> tuple[str, list[int] | None]:
    """Compatibility forms, digits of other scripts and invisible marks made plain, with each character's old place."""
    if _PLAIN.fullmatch(text):
        return text, None
    out: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        if len(out) > _LONGEST_CLEAN:
            break  # a sign that unfolds into many: no client writes so
        if char == "\r" and text[at + 1 : at + 2] == "\n":
            continue
        if out and _behind_digit(char, out):
            while out[-1] == " ":  # «6 ½»
                out.pop()
                places.pop()
        for plain in _plain_of(char, out):
            out.append(plain)
            places.append(at)
    return "".join(out), places


def _behind_digit(char: str, before: list[str]) -> bool:
    """Is this the fraction of a number that stands before it, «6½» or «6 ½»?"""
    if not _is_a(char, "fraction"):
        return False
    back = -2 if before[-1] == " " and len(before) > 1 else -1
    return before[back].isdecimal()


@lru_cache(maxsize=256)
def _is_a(char: str, kind: str) -> bool:
    """Does Unicode call the sign a "fraction" (½), "super" (²) or "circle" (①) of plain ones?"""
    return char > "\x7f" and unicodedata.decomposition(char).startswith(f"<{kind}>")


def _fraction(char: str, before: list[str]) -> str:
    """«½» as «0,5», behind a digit as «,5»."""
    value = f"{unicodedata.numeric(char):.2f}".rstrip("0").replace(".", ",")
    return value[1:] if before and before[-1].isdecimal() else value


def _raised(char: str, before: list[str]) -> str:
    """«м²» as «м2»; behind a digit «150²» says square metres, «150³» cubic ones, and other marks point to a note."""
    plain = unicodedata.normalize("NFKC", char)
    if not before or not before[-1].isdecimal():
        return plain
    return f" м{plain}" if plain in ("2", "3") else ""


def _plain_of(char: str, before: list[str]) -> str:
    if char in _LINE_ENDS:
        return "\n"
    if char < "\x7f" or char == "№":  # whose compatible form is the word "No"
        return char
    category = unicodedata.category(char)
    if category == "Pd" or char in _DASHES:
        return "-"
    if char in _SLASHES:
        return "/"
    if _is_a(char, "fraction"):
        return _fraction(char, before)
    if _is_a(char, "super") or (_is_a(char, "circle") and category == "No"):
        return _raised(char, before)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in ("Cf", "Me", "Cs", "Co") or "\ufe00" <= char <= "\ufe0f":
        return ""
    if category == "Mn":  # й and ё typed as two signs
        if before:
            joined = unicodedata.normalize("NFC", before[-1] + char)
            if len(joined) == 1:
                before[-1] = joined
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " " if category == "Zs" else "\n"
    plain = unicodedata.normalize("NFKC", char)
    return "".join(c for c in plain if not unicodedata.combining(c)) if len(plain) > 1 else plain


def one_slip(a: str, b: str) -> bool:
    """Are the words equal but for one slip?"""
    if len(a) < len(b):
        a, b = b, a
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(b))
    if len(a) > len(b):
        return a[at + 1 :] == b[at:]
    return a[at + 1 :] == b[at + 1 :] or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])
