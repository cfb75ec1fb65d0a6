"""What a client does with a message besides naming facts: greets, asks, refuses, thanks, swears, calls a human.

The patterns stand in data/acts.txt, for folded text (see `fold`): one spelling serves «қанша», «канша» and a keyboard
without Kazakh letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.words.words import stems

FILE = Path(__file__).parent.parent / "data" / "acts.txt"

# What a company calls a topic: «телефон» alone asks for nothing, and yet it names one.
_NAMED = {topic: stems(f"topic.{topic}*") for topic in ("price", "address", "hours", "phone")}
# A question even without its mark.
_ASKS_PLAINLY = re.compile(r"(?:а )?(?:кто|чей|чья|чье|чьи|что входит|почему|ким(?:дики)?|неге|who|why|whose)(?!\w)")
_FOLD = str.maketrans("ёэәғқңөұүһі", "ееагкноуухи")
_TALE = 20  # words from which a message without a question mark tells more than it asks
_SPACES = re.compile(r"\s+")
_READ = 2_000  # characters read of a message; its beginning and its end say what it wants

# An e-mail, or an account with its @: what a client leaves instead of a phone.
_CONTACT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}|(?<![\w/])@[A-Za-z]\w{3,31}")
# The Kazakh question particle, apart or (wrongly, but often) joined to a personal ending.
_PARTICLE = re.compile(r"(?:(?<!\w)|(?:сыз|сиз|дар|дер|лар|лер|ады|еди|йды|бар|бола))(?:м[ае]|б[ае]|п[ае])(?!\w)")


@dataclass(frozen=True, slots=True)
class Acts:
    """What one message does."""

    names: frozenset[
        str
    ]  # "greeting", "thanks", "yes", "no", ...: the sections of acts.txt, and what follows from them
    topic: str | None = None  # what is asked about; "other" for a question about something else
    fact: CompanyFact | None = None  # the company's own answer to it
    contact: str = ""  # an e-mail or an account instead of a phone

    def __contains__(self, name: str) -> bool:
        return name in self.names


@dataclass(frozen=True, slots=True)
class _Patterns:
    acts: Mapping[str, re.Pattern[str]]
    topics: Mapping[str, re.Pattern[str]]
    question: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """acts.txt, compiled: one alternation a section."""
    sections: dict[str, list[str]] = {}
    name = ""
    for raw in FILE.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("["):
            name = line.strip("[]")
            sections[name] = []
        elif line and not line.startswith("#"):
            sections[name].append(line)
    number = "(?:" + "|".join(sections.pop("words number")) + ")"
    compiled = {
        name: re.compile(r"(?<!\w)(?:" + "|".join(lines).replace("<number>", number) + ")")
        for name, lines in sections.items()
    }
    question = compiled.pop("question")
    topics = {name.split()[1]: compiled.pop(name) for name in list(compiled) if name.startswith("topic ")}
    return _Patterns(compiled, topics, question)


def topics() -> tuple[str, ...]:
    """The topics that questions are recognised by without words of the company's own."""
    return tuple(_patterns().topics)


def topics_of(text: str) -> frozenset[str]:
    """The topics that words such as «цены и сроки» name."""
    folded = fold(text)
    found = {topic for topic, pattern in _patterns().topics.items() if pattern.search(folded)}
    found |= {topic for topic, beginnings in _NAMED.items() if any(w.startswith(beginnings) for w in folded.split())}
    return frozenset(found)


def fold(text: str) -> str:
    """Lower case, one letter for those that clients mix up, single spaces."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(_FOLD)
    return _SPACES.sub(" ", plain).strip()


def find(text: str, facts: Iterable[CompanyFact] = ()) -> Acts:
    """The acts of a message. `facts` are the company's own, whose words are recognised too."""
    if len(text) > _READ:
        text = text[: _READ * 3 // 4] + " " + text[-_READ // 4 :]
    folded = fold(text)
    patterns = _patterns()
    found = {name for name, pattern in patterns.acts.items() if pattern.search(folded)}
    if not any(sign.isalnum() for sign in folded):
        found.add("no_words")
    if _is_foreign(folded):
        found.add("other_language")
    contact = _CONTACT.search(text)
    asks = bool(patterns.question.search(folded) or _PARTICLE.search(folded)) and folded.count(" ") < _TALE
    topic, fact = _topic(folded, tuple(facts), asks or "?" in folded)
    return Acts(frozenset(found), topic, fact, contact.group() if contact else "")


def orders(text: str) -> bool:
    """Does the text, as it stands, give orders to a machine?"""
    return _patterns().acts["injection"].search(fold(text[:_READ])) is not None


def is_off_topic(text: str) -> bool:
    """Does the text want something that is no company's trade: a poem, a program, the weather?"""
    return _patterns().acts["off_topic"].search(fold(text[:_READ])) is not None


def _is_foreign(folded: str) -> bool:
    """Is most of the text in a script that is neither Cyrillic nor Latin?"""
    letters = [letter for letter in folded if letter.isalpha()]
    ours = sum(letter < "\u0530" for letter in letters)  # Latin and Cyrillic stand before it
    return len(letters) > 0 and 2 * ours < len(letters)


def _topic(folded: str, facts: tuple[CompanyFact, ...], asks: bool) -> tuple[str | None, CompanyFact | None]:
    """The topic asked about and the company's fact on it."""
    if not asks:
        return None, None
    for fact in facts:
        if any(re.search(rf"(?<!\w){re.escape(fold(word))}", folded) for word in fact.words if word.strip()):
            return fact.topic, fact
    for topic, pattern in _patterns().topics.items():
        if pattern.search(folded):
            return topic, next((fact for fact in facts if fact.topic == topic), None)
    return ("other" if "?" in folded or _ASKS_PLAINLY.match(folded) else None), None
