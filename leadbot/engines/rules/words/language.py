"""Which language a message is in: Russian, Kazakh or English, or nothing said about it."""

from __future__ import annotations

from leadbot.engines.rules.words.text import TextToken, skeleton
from leadbot.engines.rules.words.words import stems, words

_WITHIN_ADDRESSES = frozenset("./:@_")  # wa.me and mail@example.com are no English
_KAZAKH_LETTERS = frozenset("әғқңөұүһі")
_KAZAKH = words("language.kazakh")
_RUSSIAN = words("language.russian")
_ENGLISH = words("language.english")
_KAZAKH_LATIN = frozenset(skeleton(word) for word in words("language.kazakh_latin") | words("language.kazakh"))
_RUSSIAN_LATIN = frozenset(skeleton(word) for word in words("language.russian_latin") | words("language.russian"))
_LEAST_LATIN = 3  # letters of a Latin word that may be told by a Cyrillic one of the same sound
_SAID_LATIN = frozenset(skeleton(w) for w in words("language.kazakh_latin") | words("language.russian_latin"))
_BOTH = (_KAZAKH_LATIN & _RUSSIAN_LATIN) - _SAID_LATIN
_ENDINGS_KK = stems("language.kazakh_endings")
_ENDINGS_KK_LATIN = tuple(skeleton(ending) for ending in stems("language.kazakh_endings_latin"))
_ENDINGS_RU_LATIN = stems("language.russian_endings_latin")


def language_of(tokens: list[TextToken], known: str | None = None) -> str | None:
    """ "ru", "kk" or "en" by the weight of telling words; None for names, numbers and neutral words alone.

    `known` is the talk's language until now: Kazakh typed without its letters is no Russian to one who speaks Kazakh.
    """
    votes = {"ru": 0.0, "kk": 0.0, "en": 0.0}
    before = ""
    for token in tokens:
        in_address = not token.spaced and before in _WITHIN_ADDRESSES
        if token.kind == "word" and not in_address:
            _vote(token, votes)
        before = token.key
    best = max(votes, key=lambda language: votes[language])
    if votes[best] < 1:
        return None
    if best == "ru" and known == "kk" and not any(_is_russian(token) for token in tokens):
        return None
    if best == "ru" and votes["kk"] >= 1 and votes["kk"] * 1.6 >= votes["ru"]:
        return "kk"
    return best


def _is_russian(token: TextToken) -> bool:
    bare = skeleton(token.key) if token.latin else ""
    return token.key in _RUSSIAN or (len(bare) >= _LEAST_LATIN and bare in _RUSSIAN_LATIN - _BOTH)


def script(text: str) -> str | None:
    """ "kk" for a text with any letter that only Kazakh has: enough where nothing else is known of the talk."""
    return "kk" if _KAZAKH_LETTERS & set(text.lower()) else None


def _vote(token: TextToken, votes: dict[str, float]) -> None:
    lower = token.raw.lower()
    if token.latin:
        _vote_latin(token, votes)
        return
    if token.key in _KAZAKH:
        votes["kk"] += 1.5
    elif _KAZAKH_LETTERS & set(lower):
        votes["kk"] += 0.5 if token.capital else 1
    elif token.key in _RUSSIAN:
        votes["ru"] += 1
    elif len(lower) > 4 and lower.endswith(_ENDINGS_KK):
        votes["kk"] += 0.7
    elif not token.capital and len(lower) > 3 and not _KAZAKH_LETTERS & set(lower):
        votes["ru"] += 0.4


def _vote_latin(token: TextToken, votes: dict[str, float]) -> None:
    """English as it is; Kazakh and Russian in Latin letters by the sound of their words, else by their endings."""
    bare = skeleton(token.key)
    listed = len(bare) >= _LEAST_LATIN or bare in _SAID_LATIN
    if token.key in _ENGLISH:
        votes["en"] += 1
    elif listed and bare not in _BOTH and bare in _KAZAKH_LATIN:
        votes["kk"] += 1
    elif listed and bare not in _BOTH and bare in _RUSSIAN_LATIN:
        votes["ru"] += 1
    elif len(bare) > 5 and not token.capital and bare.endswith(_ENDINGS_KK_LATIN):
        votes["kk"] += 0.7
    elif len(bare) > 5 and not token.capital and token.key.endswith(_ENDINGS_RU_LATIN):
        votes["ru"] += 0.7
