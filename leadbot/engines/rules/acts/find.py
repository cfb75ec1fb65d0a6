"""The acts of one message, for whoever asks: `flask acts`, the score, and later the dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.acts import model, own_facts
from leadbot.engines.rules.acts.features import READ

NONE = "none"
QUESTION = "question"

# A question in the middle of a long dictated story is drowned by it, so the story is read in parts too: by sentence,
# and a long sentence through a window that moves by half its width. A part says less, so it must be surer.
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
_JOINT = re.compile(r",|\s(?:и|а|and|және|жане|мен|da)\s")
_WINDOW = 10  # words
_SHORTEST = 3  # letters of a part
_SURE_OF_A_PART = 0.9


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a message does: a key such as "complaint"; for a question what it is about."""

    act: str
    topic: str | None
    confidence: float  # 0 to 1


def find(text: str, facts: Iterable[CompanyFact] = ()) -> tuple[Act, ...]:
    """What a message does, the surest first; the act "none" alone where nothing is sure enough to claim.

    `facts` are the company's own: a question about one bears that fact's topic.
    """
    claims: dict[tuple[str, str | None], float] = {
        (QUESTION, topic): sure for topic, sure in own_facts.asked(text, tuple(facts)).items()
    }
    for label, sure in _claims(text).items():
        act, _, topic = label.partition(".")
        key = (act, topic or None)
        claims[key] = max(sure, claims.get(key, 0.0))
    if not claims:
        return (Act(NONE, None, round(1 - likeliest(text)[1], 3)),)
    surest = sorted(claims.items(), key=lambda claim: -claim[1])
    return tuple(Act(act, topic, round(sure, 3)) for (act, topic), sure in surest)


def likeliest(text: str) -> tuple[str, float]:
    """The act a message comes nearest to, as "complaint" or "question.price", and how sure that is."""
    return max(_confidences(text).items(), key=lambda one: one[1], default=(NONE, 0.0))


@lru_cache(maxsize=64)  # a message is looked at from several sides, one after another
def _confidences(text: str) -> Mapping[str, float]:
    return model.shipped().confidences(text)


def _claimed(text: str) -> dict[str, float]:
    return {label: sure for label, sure in _confidences(text).items() if sure >= model.SURE}


def _claims(text: str) -> dict[str, float]:
    """What the model claims of a text as a whole and of its parts."""
    claims = _claimed(text)
    for part in _parts(text[:READ]):
        for label, sure in _claimed(part).items():
            if sure >= max(_SURE_OF_A_PART, claims.get(label, 0)):
                claims[label] = sure
    return claims


def _parts(text: str) -> Iterator[str]:
    sentences = _SENTENCE_END.split(text)
    for sentence in sentences:
        words = sentence.split()
        if len(words) > _WINDOW:
            for start in range(0, len(words) - _WINDOW // 2, _WINDOW // 2):
                yield " ".join(words[start : start + _WINDOW])
        elif len(sentences) > 1:
            yield sentence
        parts = _JOINT.split(sentence)  # «в кредит можно, гарантия есть и адрес какой»
        if len(parts) > 1:
            yield from (part for part in parts if len(part.strip()) > _SHORTEST)


def warm_up() -> None:
    """Load the tables now rather than with the first message."""
    model.shipped()
