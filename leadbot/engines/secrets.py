"""Does an answer give away what a model was told in confidence?

Confidential are our rules, the canary, and what the company says of the bot's manner (persona, tone, forbidden topics);
its facts are there to be quoted, except for what looks like a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from leadbot.engines.base import CompanyCard, Turn
from leadbot.engines.disguise import bears, hidden_readings, visible
from leadbot.engines.prompt import RULES
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.text import fold
from leadbot.engines.tools import PURPOSES
from leadbot.texts import phrases, trades

RULE_WORDS = 7  # so many words of our rules in a row are no coincidence
MANNER_WORDS = 4  # of the company's own instructions
LONE_LETTERS = 5  # a shorter word gives nothing away

# A word of letters and digits, or joined with a low line: a password, a key, a mark. «250000тг» and "150m2" are none.
_CODE = re.compile(r"(?=\w{0,60}[^\W\d_])(?=[\w-]{0,60}[\d_])(?!\d+[^\W\d_]{1,5}\d?\b)[\w-]{6,}")
_CONTACT = re.compile(r"(?<!\S)\S+[@/.]\S+")
_MACHINE = re.compile(rf"\b(?:{'|'.join(PURPOSES)}|system prompt|системн\w+ промпт)\b", re.IGNORECASE)
# Nobody writes to a client in these: long runs of letters and digits, hexadecimal, bits.
_CIPHER = re.compile(r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Z])"
                     r"(?=[A-Za-z0-9+/_-]*[a-z])[A-Za-z0-9+/_-]{20,}=*"
                     r"|(?:[0-9a-f]{2}[\s:]?){12,}|(?:[01]{7,8}\s?){4,}", re.IGNORECASE)  # fmt: skip


def gives_away(text: str, turn: Turn) -> bool:
    """Is there anything in the text that only the model's instructions hold, openly or in disguise?"""
    company = turn.company
    said = "\n".join(line.text for line in turn.history if line.author == "client")
    if company.canary and bears(text, company.canary):
        return True
    codes = _codes(text)
    if codes and any(word not in said for word in codes & _told_codes(company)):
        return True
    if any(_CIPHER.search(run) and run not in said for run in _CONTACT.sub(" ", text).split("\n")):
        return True
    return any(_tells(reading, company, said) for reading in (visible(text), *hidden_readings(text)))


def _tells(text: str, company: CompanyCard, said: str) -> bool:
    if _MACHINE.search(text) and not _MACHINE.search(said):
        return True
    if not _RULES.isdisjoint(_runs(text, RULE_WORDS)):
        return True
    manner = _manner_runs(_manner(company))
    if manner and not manner.isdisjoint(_runs(text, MANNER_WORDS)):
        return True
    lone = _lone(company)
    return bool(lone) and not lone.isdisjoint(_words(text) - _words(said))


def _manner(company: CompanyCard) -> str:
    return "\n".join((company.persona, company.tone, *company.forbidden))


@lru_cache(maxsize=256)
def _manner_runs(manner: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_runs(manner, MANNER_WORDS))


@lru_cache(maxsize=256)
def _lone_words(tone: str, public: str) -> frozenset[str]:
    """Words of the tone that neither the company's facts nor our own phrases hold, nor everyday speech."""
    ours = _public_words()
    told = frozenset(_words(public))
    return frozenset(
        word for word in _words(tone)
        if len(word) >= LONE_LETTERS and word not in told and word not in ours and not near.is_common(word)
    )  # fmt: skip


def _lone(company: CompanyCard) -> frozenset[str]:
    return _lone_words(company.tone, _public(company))


def _public(company: CompanyCard) -> str:
    facts = (text for fact in company.facts for text in fact.text.values())
    own = (company.name, company.about, company.persona, company.services, company.service_area, company.address)
    return "\n".join((*own, company.hours, *company.week.values(), *company.greeting.values(), *facts))


@cache
def _public_words() -> frozenset[str]:
    """The words of everything that our own engine says."""
    texts = [text for texts in phrases.general().values() for text in texts.values()]
    texts += [
        text for key in trades.names() for texts in trades.load(key).questions.values() for text in texts.values()
    ]
    return frozenset(_words("\n".join(texts)))


def without_codes(text: str) -> str:
    """A company's facts without what looks like a password, a key or a mark in them."""
    return _CODE.sub(" ", text)


def _told_codes(company: CompanyCard) -> set[str]:
    return _codes("\n".join((_public(company), _manner(company))))


def _codes(text: str) -> set[str]:
    return {found[0].casefold() for found in _CODE.finditer(_CONTACT.sub(" ", text))}


def _words(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W\d_]+", text)}


def _runs(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def _all_runs(parts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(run for part in parts for run in _runs(part, RULE_WORDS))


_RULES = _all_runs((RULES,))
