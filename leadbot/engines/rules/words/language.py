"""Which language a message is in: Russian, Kazakh or English, or nothing said about it."""

from __future__ import annotations

from leadbot.engines.rules.words.text import TextToken, skeleton
from leadbot.engines.rules.words.words import stems, words

_WITHIN_ADDRESSES = frozenset("./:@_")  # wa.me and mail@example.com are no English
_KAZAKH_LETTERS = frozenset("әғқңөұүһі")
_KAZAKH = words("language.kazakh")
_RUSSIAN = words("language.russian")
_ENGLISH = words("language.english")
_BORROWED = words("language.borrowed")  # Russian nouns that Kazakh talk is full of
_UNITS = words("language.units_kazakh")  # after a number in the singular, as no Russian says them
_FEW = 5  # from here on Russian counts in the plural
_BORROWED_WEIGHT = 0.6  # of a noun in a message with Kazakh words
_KAZAKH_LATIN = frozenset(skeleton(word) for word in words("language.kazakh_latin") | words("language.kazakh"))
_RUSSIAN_LATIN = frozenset(skeleton(word) for word in words("language.russian_latin") | words("language.russian"))
_LEAST_LATIN = 3  # letters of a Latin word that may be told by a Cyrillic one of the same sound
_SAID_LATIN = frozenset(skeleton(w) for w in words("language.kazakh_latin") | words("language.russian_latin"))
_BOTH = (_KAZAKH_LATIN & _RUSSIAN_LATIN) - _SAID_LATIN
_YOU_KK = ("сыздар", "сиздер")  # «орнатасыздар»
_ENDINGS_KK = stems("language.kazakh_endings")
_ENDINGS_KK_LATIN = tuple(skeleton(ending) for ending in stems("language.kazakh_endings_latin"))
_ENDINGS_RU_LATIN = stems("language.russian_endings_latin")


def language_of(tokens: list[TextToken], known: str | None = None) -> str | None:
    """ "ru", "kk" or "en" by the weight of telling words; None for names, numbers and neutral words alone.

    `known` is the talk's language until now: Kazakh typed without its letters is no Russian to one who speaks Kazakh.
    """
    votes = {"ru": 0.0, "kk": 0.0, "en": 0.0}
    told = [token for at, token in enumerate(tokens) if _tells(tokens, at)]
    for token in told:
        _vote(token, votes)
    votes["kk"] += 1.5 * any(_is_counted_in_kazakh(tokens, at) for at in range(1, len(tokens)))
    best = max(votes, key=lambda language: votes[language])
    if votes[best] < 1:
        return None
    if best == "ru" and known == "kk" and not any(_is_russian(token) for token in told):
        return None
    russian = votes["ru"] - _BORROWED_WEIGHT * sum(token.key in _BORROWED for token in told)
    if best == "ru" and votes["kk"] >= 1 and votes["kk"] * 1.6 >= russian:
        return "kk"
    return best


def _tells(tokens: list[TextToken], at: int) -> bool:
    """Is this a word that tells the language: no part of an address, nor the «на» of «6 на 4»?"""
    token, before = tokens[at], tokens[at - 1] if at else None
    if token.kind != "word" or (before and not token.spaced and before.key in _WITHIN_ADDRESSES):
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return not (token.key == "на" and before and after and before.kind == after.kind == "number")


def _is_counted_in_kazakh(tokens: list[TextToken], at: int) -> bool:
    """«40 метр», «78 квадрат»: in Russian a number from five on wants another form."""
    count = tokens[at - 1].key
    return tokens[at].key in _UNITS and count.isdigit() and int(count) >= _FEW and not _of_one(count)


def _of_one(count: str) -> bool:
    return count.endswith("1") and not count.endswith("11")


def _is_russian(token: TextToken) -> bool:
    bare = skeleton(token.key) if token.latin else ""
    if token.key in _BORROWED:
        return False
    return token.key in _RUSSIAN or (len(bare) >= _LEAST_LATIN and bare in _RUSSIAN_LATIN - _BOTH)


def script(text: str) -> str | None:
    """ "kk" for a text with any letter that only Kazakh has: enough where nothing else is known of the talk."""
    return "kk" if _KAZAKH_LETTERS & set(text.lower()) else None


def _vote(token: TextToken, votes: dict[str, float]) -> None:
    lower = token.raw.lower()
    if token.latin:
        _vote_latin(token, votes)
        return
    if token.key in _KAZAKH or token.key.endswith(_YOU_KK):
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
