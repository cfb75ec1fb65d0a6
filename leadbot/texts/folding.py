"""One spelling for what people type in many: stored beside a text so that it is found in any case and any keyboard.

SQLite's LIKE knows the case of ASCII letters only, and a name in Kazakh letters is as often typed without them.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans("ёәғқңөұүһі", "еагкноуухи")
_SPACES = re.compile(r"\s+")
_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"  # Kazakh; the Russian one is part of it
_PLACES = {ord(letter): chr(ord("а") + place) for place, letter in enumerate(_ALPHABET)}
GROUPED = re.compile(r"\+?\d[\d\s()+.-]*")  # the digits of a query, as a phone may be grouped


def fold(text: str) -> str:
    """Lower case, Russian letters for the Kazakh ones beside them, «е» for «ё», single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    return _SPACES.sub(" ", plain).strip()


def order(text: str) -> str:
    """What to sort texts by: the alphabet's order, in which «Әсел» stands before «Болат», in any case."""
    return unicodedata.normalize("NFC", text).casefold().translate(_PLACES)


def phone_forms(e164: str) -> str:
    """The digits of a number as people begin to type it: 7705…, and 8705… for Kazakhstan and Russia."""
    digits = re.sub(r"\D", "", e164)
    return f"{digits} 8{digits[1:]}" if len(digits) == 11 and digits[0] == "7" else digits
