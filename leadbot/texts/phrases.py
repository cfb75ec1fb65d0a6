"""What the bot says, in Russian, Kazakh and English: data/phrases.json, with a trade's own words over it.

A key with A, B and C is one question in three wordings: A the first asking, B a first asking with a small
acknowledgement, C the second and last asking. Questions stand apart from statements: a message has one at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from leadbot.texts import places
from leadbot.texts.trades import Setup, load

FILE = Path(__file__).parent / "data" / "phrases.json"
PLACES = Path(__file__).parent / "data" / "places.json"
LIMIT = 200  # characters of one message of the bot

_AMOUNT = re.compile(r"[0-9]+(?:,[0-9]+)?")
_SOTKAS = re.compile(r"сот(?:ка|ки|ок)")  # a hundred square metres of land
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_STOP = re.compile(r"[.!?…:][»”\"')\]]*$")
_AND = {"ru": "и", "kk": "және", "en": "and"}


@cache
def general() -> Mapping[str, Mapping[str, str]]:
    """All phrases that belong to no trade."""
    phrases: Mapping[str, Mapping[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return phrases


@cache
def _places() -> Mapping[str, Mapping[str, str]]:
    places: Mapping[str, Mapping[str, str]] = json.loads(PLACES.read_text(encoding="utf-8"))
    return places


def knows(key: str, setup: Setup) -> bool:
    """Is there a phrase of this key for this trade?"""
    return key in setup.questions or key in general()


def say(key: str, language: str, setup: Setup | None = None, **values: str) -> str:
    """The phrase of this key with its placeholders filled. Raises KeyError for an unknown key or a missing value."""
    texts = (setup or load()).questions.get(key) or general()[key]
    text = texts[language]
    return text.format(**values) if "{" in text else text


def hello(hour: int, language: str) -> str:
    """The greeting of this hour of the company's day."""
    part = "morning" if 5 <= hour < 11 else "day" if 11 <= hour < 17 else "evening" if 17 <= hour < 23 else "any"
    return say(f"hello.{part}", language)


def opening(company: str, persona: str, language: str, setup: Setup) -> str:
    """Who speaks and what he asks first, after a greeting; a bot with a name says it."""
    name = f"{say('persona', language, persona=persona)} " if persona else ""
    return name + say("open.A", language, setup, company=company)


def where(city: str, language: str) -> str | None:
    """«в Алматы», «Алматыда», “in Almaty”; None for a town whose forms we don't hold."""
    place = _places().get(city)
    return place[language] if place else None


def town(city: str, language: str) -> str:
    """The town's name in a reader's language; a place we don't know stays as it is."""
    return places.name(city, language)


def measure(area: str, language: str) -> str:
    """An area as a reader's language writes its numbers and its unit."""
    area = _AMOUNT.sub(lambda found: _grouped(found[0], language), area)
    if language == "kk":
        return _SOTKAS.sub("сотық", area)
    if language == "en":
        area = _SOTKAS.sub("sotka" if area.startswith("1 ") else "sotkas", area)
        return area.replace("м²", "m²").replace(" га", " ha")
    return area


def _grouped(amount: str, language: str) -> str:
    """«12 000», «78,5»; in English “12,000”, “78.5”. Four digits stay together."""
    whole, mark, fraction = amount.partition(",")
    if len(whole) > 4:
        whole = f"{int(whole):,}" if language == "en" else f"{int(whole):,}".replace(",", "\u00a0")
    return whole + (mark and "." if language == "en" else mark) + fraction


def quoted(text: str, language: str) -> str:
    """«Хочу дом», “I want a house”."""
    return f"“{text}”" if language == "en" else f"«{text}»"


def label(slot: str, language: str, setup: Setup | None = None) -> str:
    """What a slot is called on a card and in a correction, as the trade calls it."""
    return say(f"label.{slot}", language, setup)


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text as it goes on in a sentence: its first letter small, unless the word is all capitals, as IELTS is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def chips(asked: str | None, language: str, setup: Setup) -> tuple[str, ...]:
    """Quick replies to what has been asked; none where only the client's own words will do."""
    return tuple(row[language] for row in setup.chips.get(asked or "", ()) if row[language])


def stopped(text: str) -> str:
    """The text with a stop at its end, where it has none: a company writes its facts without."""
    text = text.strip()
    return text if not text or _STOP.search(text) else text.rstrip(",;–- ") + "."


def join(parts: Iterable[str]) -> str:
    """Sentences put together, each with a stop before the next one; what is empty is left out."""
    return " ".join(stopped(part) for part in parts if part.strip())


def listed(items: Sequence[str], language: str) -> str:
    """«цену, срок и гарантию»"""
    return f" {_AND[language]} ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def sentences(text: str) -> list[str]:
    """The text cut after each full stop, question or exclamation mark."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]
