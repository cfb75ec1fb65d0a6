"""Readable addresses: a company's name in Latin letters."""

from __future__ import annotations

import re
import secrets
import unicodedata

LETTERS: dict[str, str] = {
    **dict(zip("абвгдеёзийклмнопрстуфыэәғқңөұүһі", "abvgdeeziiklmnoprstufyeagqnouuhi", strict=True)),
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
}
NAME_MOST = 40
TAIL = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for each other on a banner
TAIL_LETTERS = 4


def slug_of(name: str) -> str:
    """A new address that speaks of `name`: «СтройДом» may give "stroidom-k7fw"."""
    tail = "".join(secrets.choice(TAIL) for _ in range(TAIL_LETTERS))
    return f"{latin(name) or 'chat'}-{tail}"


def latin(name: str) -> str:
    """The name in small Latin letters, figures and hyphens; empty where nothing of it can be written so."""
    text = "".join(LETTERS.get(letter, letter) for letter in name.lower())
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text)[:NAME_MOST].strip("-")
