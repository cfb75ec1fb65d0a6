"""What a client does with a message besides naming facts: greets, asks, refuses, complains, calls a human.

What he wants is the classifier's to say (acts/). The patterns of data/acts.txt know what is sure by its form, such as
an account, orders to a machine, or a «да». They are written for folded text (see `fold`): one spelling serves «қанша»,
«канша» and a keyboard without Kazakh letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules import acts as classifier
from leadbot.engines.rules.words.words import stems

FILE = Path(__file__).parent.parent / "data" / "acts.txt"
OTHER = "other"  # the topic of a question that is about none of ours

# What a company calls a topic where it names what its bot leaves to a manager.
_NAMED = (
    "price", "term", "guarantee", "installment", "discount", "portfolio", "address", "hours", "measurement",
    "documents", "area_served", "materials", "phone",
)  # fmt: skip
# How sure a claim must be; whatever is not named here stands from the classifier's own threshold on.
_SURE = {
    "complaint": 0.62, "withdrawal": 0.65, "wrong_chat": 0.75, "not_client": 0.9, "second_object": 0.6, "abuse": 0.6,
    "known_client": 0.6, "refuse_phone": 0.6, "status": 0.68, "postponed": 0.6, "contact_other": 0.6,
}  # fmt: skip
_FOLD = str.maketrans("ёэәғқңөұүһі", "ееагкноуухи")
_SPACES = re.compile(r"\s+")
_OR_NOT = re.compile(r"(?<!\w)(?:(ма|ме|ба|бе|па|пе),? жок па|или нет|or not)(?!\w)")  # says no to nothing
_READ = 2_000  # characters read of a message; its beginning and its end say what it wants

# An e-mail, or an account with its @: what a client leaves instead of a phone.
_CONTACT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}|(?<![\w/])@[A-Za-z]\w{3,31}")


@dataclass(frozen=True, slots=True)
class Acts:
    """What one message does.

    `names` are the sections of acts.txt and the acts of the classifier, "complaint" or "human", and what follows from
    them. `claims` say how sure the classifier is, a question by its topic: {"question.price": 0.93}.
    """

    names: frozenset[str]
    topics: tuple[str, ...] = ()  # what is asked about, the surest first; OTHER for a question about something else
    facts: Mapping[str, CompanyFact] = field(default_factory=dict)  # the company's own answers by topic
    contact: str = ""  # an e-mail or an account instead of a phone
    signs: frozenset[str] = frozenset()  # the sections of acts.txt alone
    near: str = ""  # what it may do, though that is not sure enough to claim: to be asked

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def topic(self) -> str | None:
        """What is asked about first."""
        return self.topics[0] if self.topics else None

    @property
    def fact(self) -> CompanyFact | None:
        """The company's own answer to that."""
        return self.facts.get(self.topics[0]) if self.topics else None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
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
    return {
        name: re.compile(r"(?<!\w)(?:" + "|".join(lines).replace("<number>", number) + ")")
        for name, lines in sections.items()
    }


def topics() -> tuple[str, ...]:
    """The topics that questions are recognised by without words of the company's own."""
    return _NAMED


def topics_of(text: str) -> frozenset[str]:
    """The topics that words of a company such as «цены и сроки» name."""
    words = re.findall(r"[^\W_]+", fold(text))
    return frozenset(topic for topic in _NAMED if any(word.startswith(_names(topic)) for word in words))


@cache
def _names(topic: str) -> tuple[str, ...]:
    return tuple(fold(beginning) for beginning in stems(f"topic.{topic}*"))


def fold(text: str) -> str:
    """Lower case, one letter for those that clients mix up, single spaces."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(_FOLD)
    return _SPACES.sub(" ", plain).strip()


def signs(text: str) -> Acts:
    """What is sure by its form alone: the patterns of acts.txt, a foreign script, no words, an account."""
    folded = fold(text if len(text) <= _READ else text[: _READ * 3 // 4] + " " + text[-_READ // 4 :])
    folded = _OR_NOT.sub(r"\1", folded)
    found = {name for name, pattern in _patterns().items() if pattern.search(folded)}
    if not any(sign.isalnum() for sign in folded):
        found.add("no_words")
    if _is_foreign(folded):
        found.add("other_language")
    contact = _CONTACT.search(text)
    return Acts(frozenset(found), signs=frozenset(found), contact=contact.group() if contact else "")


def claims(text: str, facts: tuple[CompanyFact, ...]) -> dict[str, float]:
    """What the classifier claims, and how sure it is: {"human": 0.9, "question.price": 0.7}."""
    return {
        f"{act.act}.{act.topic}" if act.topic else act.act: act.confidence
        for act in classifier.find(text, facts)
        if act.act != classifier.NONE and act.confidence >= _SURE.get(act.act, 0)
    }


def claimed(acts: Acts, claims: Mapping[str, float], *, asks: bool) -> Acts:
    """The acts with these claims among them. `asks`: what is asked about none of our topics is a question too."""
    names = acts.names | {label for label in claims if "." not in label}
    topics = tuple(dict.fromkeys(label.partition(".")[2] for label in claims if "." in label))
    if asks and not topics:
        topics = (OTHER,)
    return replace(acts, names=names, topics=topics)


def answers(facts: Iterable[CompanyFact]) -> dict[str, CompanyFact]:
    """The company's facts by topic; of several on one the first."""
    found: dict[str, CompanyFact] = {}
    for fact in facts:
        found.setdefault(fact.topic, fact)
    return found


def orders(text: str) -> bool:
    """Does the text, as it stands, give orders to a machine?"""
    return _patterns()["injection"].search(fold(text[:_READ])) is not None


def is_off_topic(text: str) -> bool:
    """Does the text want something that is no company's trade: a poem, a program, the weather?"""
    return _patterns()["off_topic"].search(fold(text[:_READ])) is not None


def _is_foreign(folded: str) -> bool:
    """Is most of the text in a script that is neither Cyrillic nor Latin?"""
    letters = [letter for letter in folded if letter.isalpha()]
    ours = sum(letter < "\u0530" for letter in letters)  # Latin and Cyrillic stand before it
    return len(letters) > 0 and 2 * ours < len(letters)
