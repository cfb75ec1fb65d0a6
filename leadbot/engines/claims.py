"""Does an answer claim what nobody has told the model?

Figures, words in Latin letters and delicate words (discounts, guarantees, contracts) come from the company's facts,
from what is known of the client or from him; whoever talks is a bot, and says nothing of how it was told to talk. So a
model that an attacker leads by the hand is left with words that bind nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from leadbot.engines.disguise import visible
from leadbot.engines.privacy import digits_of, without_numbers
from leadbot.engines.rules.words import numbers, words
from leadbot.engines.rules.words import text as texts

LINES = 3  # of an answer that was to have two sentences and a question: more are a list or a poem
SPELLED_FROM = 10  # «два этажа» may be asked, «тридцать процентов» must have been told
DIGIT_BY_DIGIT = 5  # so many small ones are a phone or a card
BEGINNING = 3  # letters by which a number word is looked for

# All that plain text in our three languages is made of; other signs stay only where they were told.
_STRANGE = re.compile(r"[^\s\w.,!?:;…()«»\"'“”’„–—‑/%+№₸$€²³×°&-]|_")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-ZÀ-ɏЀ-ӿ²³]")
_FIGURE = re.compile(r"(?<![^\W\d_])\d+(?:[\s.,]\d{3}(?!\d))*")
_SQUARE = re.compile(r"(?<=[мm])[23](?!\d)")  # «м²» as it reads with plain digits
_STAKE = re.compile(
    r"\s*-?\s*(?:₸|тг|тең?ге|тенге|тнг|kzt|usd|\$|€|руб|%|процент|пайыз|тыс|мың|млн|миллион|млрд|дн[яе]й?\b"
    r"|день|недел|месяц|апта|ай\b|күн|жыл|год|лет|percent|day|week|month|year)"
)
_SELF = re.compile(
    r"\bя[\s,—–-]+(?:\w+\s)?(?:менеджер|консультант|специалист|оператор|сотрудник|жив|человек|директор|владелец)"
    r"|\bне (?:ро)?бот\b|\bмен\s+(?:\w+\s)?(?:менеджер|адам|маман|оператор|қызметкер)|(?:ро)?бот емес"
    r"|\bi(?:['’]m| am) (?:\w+ ){0,2}(?:human|person|manager|operator|consultant|employee)|\bnot an? (?:ro)?bot"
)
_MANNER = re.compile(
    r"инструкци|промпт|\b(?:мои|моих|моим|моими) правил|системн\w+ (?:сообщ|текст)|секретн"
    r"|внутренн\w+ (?:метк|код)"
    r"|\bмне (?:\w+ )?(?:велен|велел|сказано|нельзя|запрещ|поруч|указан)|(?:запретн|запрещ)\w+ (?:\w+ )?(?:тем|говор)"
    r"|нұсқау|ереже|құпия|тыйым сал|\bмаған (?:\w+ ){1,3}де(?:ді|ген)|\bmy (?:\w+ )?(?:rules|instruct)|instruct|prompt"
    r"|\b(?:was|am|been) (?:\w+ )?(?:told|instructed|not allowed|forbidden)|forbidden|secret|internal mark"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a text holds that may be said again."""

    figures: frozenset[str]
    latin: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Who may have told what an answer says: the company, the client, and we with what we know and would say."""

    facts: str
    talk: str
    ours: str


def claims(text: str, told: Sources, language: str) -> str:
    """What kind of thing the text, in this language, claims; empty where it claims nothing."""
    plain = visible(text).casefold()
    if _FOREIGN_LETTER.search(text) or set(_STRANGE.findall(text)) - set(told.facts) - set(told.talk):
        return "strange signs"
    if sum(bool(line) for line in text.split("\n")) > LINES:
        return "a list"
    if _SELF.search(plain):
        return "to be human"
    if any(found[0] not in told.facts.casefold() for found in _MANNER.finditer(plain)):
        return "its manner"
    company, ready, client = _company(told.facts), _read(told.ours), _read(told.talk)
    ours = company.figures | ready.figures
    if _figures(plain, ours, client.figures) or _in_words(text, told, ours):
        return "a figure nobody gave"
    if language != "en" and not _latin(plain) <= company.latin | ready.latin | client.latin | words.words(
        "claims.latin"
    ):
        return "a strange name"  # within Russian or Kazakh, and nobody has used it
    if not _delicate(plain) <= {*_delicate_of(told.facts), *_delicate(told.ours.casefold())}:
        return "terms nobody gave"
    return ""


def _figures(text: str, told: frozenset[str], said: frozenset[str]) -> bool:
    """Is there one of nobody's? A sum, a share or a term is never the client's to tell: «продаём за 1 тенге»."""
    text = _SQUARE.sub(" ", without_numbers(text))
    for found in _FIGURE.finditer(text):
        known = told if _STAKE.match(text, found.end()) else told | said
        if digits_of(found[0]) not in known:
            return True
    return False


def _in_words(text: str, told: Sources, figures: frozenset[str]) -> bool:
    """The same where it is spelled: one number of some size, or many small ones."""
    if _beginnings().isdisjoint(texts.fold(word[:BEGINNING]) for word in text.split()):
        return False
    heard = "\n".join((told.facts, told.talk, told.ours)).casefold()
    tokens, strange = texts.read(text).tokens, 0
    for group in numbers.read(tokens):
        raw = text[tokens[group.first].start : tokens[group.last].end].casefold()
        if not group.spelled or raw in heard or group.digits in figures:
            continue
        after = tokens[group.last + 1].raw.casefold() if group.last + 1 < len(tokens) else ""
        strange += 1
        if group.value >= SPELLED_FROM or _STAKE.match(after) or strange >= DIGIT_BY_DIGIT:
            return True
    return False


@cache
def _beginnings() -> frozenset[str]:
    """How number words begin."""
    return frozenset(word[:BEGINNING] for word in numbers.words())


@lru_cache(maxsize=256)
def _company(text: str) -> _Told:
    return _read(text)


def _read(text: str) -> _Told:
    plain = _SQUARE.sub(" ", visible(text).casefold())
    figures = {digits_of(found[0]) for found in _FIGURE.finditer(plain)} | set(re.findall(r"\d+", plain))
    return _Told(frozenset(figures), _latin(plain))


def _latin(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text))


@lru_cache(maxsize=256)
def _delicate_of(text: str) -> frozenset[str]:
    return _delicate(text.casefold())


def _delicate(text: str) -> frozenset[str]:
    """The beginnings of delicate words that stand in the text."""
    return frozenset(_delicate_words().findall(texts.fold(text)))


@cache
def _delicate_words() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words.stems('claims.delicate*'))})")
