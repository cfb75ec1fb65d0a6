"""Words that don't look like what they say: other scripts, invisible signs, digits for letters, ciphers, encodings.

Used both ways: on a client's message that gives a model orders, and on a model's answer that gives something away.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from base64 import b32decode, b64encode, urlsafe_b64decode
from collections.abc import Callable, Iterator
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

# Cyrillic, Greek and other letters that look like Latin ones; NFKC has dealt with wide, bold and circled ones before.
_LOOKALIKES = str.maketrans(
    {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "к": "k", "м": "m", "н": "h", "т": "t",
     "в": "b", "і": "i", "ј": "j", "ѕ": "s", "һ": "h", "ԛ": "q", "ԝ": "w", "ɡ": "g", "ԁ": "d", "г": "r", "п": "n",
     "и": "u",
     "α": "a", "ε": "e", "ο": "o", "ρ": "p", "ν": "v", "χ": "x", "υ": "u", "κ": "k", "ι": "i"}
)  # fmt: skip
_TO_CYRILLIC = str.maketrans("aceopxyktmhb", "асеорхуктмнв")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_ROT13 = str.maketrans(
    ascii_lowercase + ascii_uppercase,
    ascii_lowercase[13:] + ascii_lowercase[:13] + ascii_uppercase[13:] + ascii_uppercase[:13],
)
_MIXED = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.IGNORECASE)
_LETTERS_AND_DIGITS = re.compile(r"[a-z][013457@$!|]|[013457@$!|][a-z]", re.IGNORECASE)
# What is a letter here is no separator there: with both in one class, a line of low lines would be tried for ever.
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_][\s.,_*|/\\-]{1,3}){5,}[^\W_](?![^\W_])")
_GAP = re.compile(r"(?<![^\W_]{2})(?<=[^\W_])[ .,_*|/\\-](?=[^\W_](?![^\W_]))")  # one sign between single letters
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{12,}")
_VOWELS = frozenset("aeiouy")
_SOUNDS = str.maketrans("абвгдежзийклмнопрстуфхцчш", "abvgdejziiklmnoprstufhccs")
_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
_CALLED = {  # letters, as they are read out
    "эй": "a", "а": "a", "би": "b", "бэ": "b", "си": "c", "це": "c", "цэ": "c", "ди": "d", "де": "d", "дэ": "d",
    "эф": "f", "джи": "g", "ге": "g", "эйч": "h", "аш": "h", "ха": "h", "ай": "i", "джей": "j", "йот": "j",
    "кей": "k", "ка": "k", "эль": "l", "эм": "m", "эн": "n", "оу": "o", "пи": "p", "пэ": "p", "пе": "p", "кью": "q",
    "ку": "q", "ар": "r", "эр": "r", "эс": "s", "ти": "t", "тэ": "t", "ю": "u", "у": "u", "ви": "v", "вэ": "v",
    "ве": "v", "дабл": "w", "икс": "x", "уай": "y", "игрек": "y", "зед": "z", "зет": "z",
}  # fmt: skip
_WORDS = 4  # so many words in Latin letters may be a cipher
_READ = 4_096


def hidden_readings(text: str) -> Iterator[str]:
    """What the text may say besides what it shows, as far as there is any sign of a disguise; often nothing."""
    text = text[:_READ]
    plain = visible(text)
    if plain != text:
        yield plain
    if _MIXED.search(plain):
        yield plain.lower().translate(_LOOKALIKES)
        yield plain.lower().translate(_TO_CYRILLIC)
    if _LETTERS_AND_DIGITS.search(plain):
        yield plain.lower().translate(_LEET)
    if _SPACED.search(plain):
        yield _GAP.sub("", plain)
        yield re.sub(r"[\W_]", "", plain)
    if len(re.findall(r"[A-Za-z]{2,}", plain)) >= _WORDS:
        yield plain.translate(_ROT13)
        yield plain[::-1]
    yield from decoded(plain)


def visible(text: str) -> str:
    """The text without signs that nobody sees, wide and ornamental letters as plain ones."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if plain.isprintable():
        return plain
    return "".join(char for char in plain if char in "\n\t" or unicodedata.category(char) not in {"Cf", "Cc", "Mn"})


def decoded(text: str) -> Iterator[str]:
    """The words that stand in base64, base32 or hexadecimal in the text."""
    for run in dict.fromkeys(_RUN.findall(text)):
        for decode in (_hexadecimal, _base64, _base32):
            words = _words(run, decode)
            if words:
                yield words


def bears(text: str, secret: str) -> bool:
    """Does the text give the secret word away: as it is, in pieces, backwards, shifted in the alphabet, or encoded?

    The secret is in plain Latin letters, and no word of any language. Half of it is as good as the whole.
    """
    joined = re.sub(r"\s", "", text)
    both_ways = f"{joined}\n{joined[::-1]}"
    spelled = "\n".join(_spellings(text))
    return any(code in both_ways for code in _codes(secret)) or any(piece in spelled for piece in _pieces(secret))


def _spellings(text: str) -> Iterator[str]:
    """The letters of a text as they look, sound, lie on a keyboard and are called; and those picked out of it.

    Picked are the initials of words and lines, every second letter, and whatever stands apart without a vowel.
    """
    plain = visible(text).casefold()
    words = re.findall(r"[^\W\d_]+", plain)
    shown = squeezed(text)
    yield from (shown, shown[::2], shown[1::2])
    yield "".join(word[0] for word in words)
    yield "".join(line.strip()[:1] for line in plain.split("\n"))
    yield "".join(word for word in words if word.isascii() and _VOWELS.isdisjoint(word))
    if not plain.isascii():
        yield re.sub(r"[\W_]", "", plain.translate(_SOUNDS))
        yield re.sub(r"[\W_]", "", plain.translate(_KEYS))
        yield "".join(_CALLED.get(word, "") for word in words)


def squeezed(text: str) -> str:
    """Letters and digits alone, lower case, what looks Latin as Latin."""
    plain = visible(text).casefold().translate(_LOOKALIKES)
    return re.sub(r"[\W_]", "", plain)


@lru_cache(maxsize=1024)
def _pieces(secret: str) -> tuple[str, ...]:
    """Half of the secret, forwards and backwards; all of it under each shift of the alphabet."""
    size = max(6, len(secret) // 2)
    halves = [secret[at : at + size] for at in range(len(secret) - size + 1)]
    shifted = [_shift(secret, by) for by in range(1, 26)]
    return (
        *halves,
        *(half[::-1] for half in halves),
        *shifted,
        *(word[::-1] for word in shifted),
        secret.encode().hex(),
    )


def _shift(word: str, by: int) -> str:
    return word.translate(str.maketrans(ascii_lowercase, ascii_lowercase[by:] + ascii_lowercase[:by]))


@lru_cache(maxsize=1024)
def _codes(secret: str) -> tuple[str, ...]:
    """The secret within a longer base64: it may begin at any of three places of a group, in either case."""
    codes = []
    for word in (secret, secret.upper(), secret.capitalize()):
        for lead in range(3):
            code = b64encode(b"\0" * lead + word.encode()).decode().rstrip("=")
            codes.append(code[lead and lead + 1 : len(code) - (2 if (lead + len(word)) % 3 else 0)])
    return tuple(codes)


def _hexadecimal(run: str) -> bytes:
    return bytes.fromhex(run)


def _base64(run: str) -> bytes:
    clean = run.replace("+", "-").replace("/", "_").rstrip("=")
    return urlsafe_b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + "=" * (-len(clean) % 4))


def _base32(run: str) -> bytes:
    clean = run.rstrip("=").upper()
    return b32decode(clean + "=" * (-len(clean) % 8))


def _words(run: str, decode: Callable[[str], bytes]) -> str:
    """What a run decodes to, if that is text."""
    try:
        text = decode(run).decode()
    except (ValueError, binascii.Error):
        return ""
    return text if sum(char.isprintable() or char in "\n\t" for char in text) == len(text) else ""
