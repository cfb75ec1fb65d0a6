"""What a client does, in its place of the talk: which claims of the classifier stand, given what else was heard.

A message that brings just the value that was asked for does nothing else, whatever its letters resemble. What costs a
client much where it is taken wrongly (a complaint, a withdrawal) must be surer than a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from leadbot.engines.base import Turn
from leadbot.engines.rules import acts as classifier
from leadbot.engines.rules.dialogue import intents
from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.reading.extract import Extraction

# How sure a claim must be; whatever is not named here stands from the classifier's own threshold on.
_SURE = {
    "complaint": 0.62, "withdrawal": 0.65, "wrong_chat": 0.75, "not_client": 0.9, "second_object": 0.6, "abuse": 0.6,
    "known_client": 0.6, "refuse_phone": 0.6, "status": 0.6, "postponed": 0.6, "contact_other": 0.6, "human": 0.6,
}  # fmt: skip
_HEAVY = frozenset({"complaint", "withdrawal", "wrong_chat", "not_client", "abuse", "known_client"})
_VERY_SURE = 0.85
_ASKED_ABOUT = 0.3  # from here on to the threshold the bot asks rather than guesses
_CONFIRMED = ("human", "complaint", "withdrawal", "status", "question.price", "question.term", "question.installment",
              "question.guarantee")  # fmt: skip
# What its values are part of: it is read in the message as a whole.
_WITH_VALUES = frozenset({"contact_other", "contact_by", "second_object", "question.area_served"})
# Slots that a client may do without: «керек емес» to the question for one takes no request back.
_SPARED = frozenset({"plot", "materials", "budget", "rooms", "floors", "callback", "work"})
_ORDINARY = frozenset({"price", "term", "discount", "measurement", "materials", "area_served", "phone", "hours"})
_CHANNEL = re.compile(
    r"(?<!\w)(?:в[ао]тс|вацап|what|watsap|whap|телег|telegr|тг(?!\w)|смс|sms|сообщ|письм|пиш|напи[шс]|спис|жаз|хабарла"
    r"|text|messag|писат|чат|звон|вызов|набир|конырау|глух|слыш|заика|call)"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def in_place(acts: Acts, heard: Extraction, turn: Turn, memory: Memory) -> Acts:
    """The acts of a message with only those claims that stand in this talk."""
    if "injection" in acts:
        return replace(acts, names=acts.names - acts.claims.keys(), topics=(), claims={})
    text = turn.message.text
    claims = {label: sure for label, sure in acts.claims.items() if sure >= _SURE.get(label, 0)}
    if heard.slots or heard.partial_phone or heard.trouble:
        claims = _beside_values(claims, heard, turn)
    claims = _sorted_out(claims, acts, heard, turn, memory)
    if turn.asked == "confirm" and "yes" in acts and "no" not in acts and memory.confirming:
        claims[memory.confirming] = 1.0
    bare = replace(acts, names=frozenset(acts.names - acts.claims.keys()), topics=())
    asks = intents.asks_plainly(text) and not claims.keys() & _ANSWERED and "name_of_bot" not in acts
    found = intents.claimed(bare, claims, asks=asks)
    if "name_of_bot" in found and "name" not in heard.slots:
        found = replace(found, names=found.names | {"bot"})
    return replace(found, near=_near(text, heard) if not claims else "")


# Acts that a question mark belongs to: nothing else is asked then.
_ANSWERED = frozenset(
    {"human", "bot", "complaint", "trust", "withdrawal", "contact_by", "contact_other", "just_asking", "when_call",
     "status", "wrong_chat", "why_phone", "greeting", "not_client", "dear", "postponed", "urgency"}
)  # fmt: skip


def _beside_values(claims: Mapping[str, float], heard: Extraction, turn: Turn) -> dict[str, float]:
    """The claims that the words around the values bear by themselves."""
    rest = " ".join(heard.masked.split())
    words = _WORD.findall(rest)
    if not claims or not (words or "?" in rest):
        return {label: sure for label, sure in claims.items() if label in _WITH_VALUES and sure >= _VERY_SURE}
    alone = {
        f"{act.act}.{act.topic}" if act.topic else act.act
        for act in classifier.find(rest, turn.company.facts)
        if act.act != classifier.NONE
    }
    brings_asked = turn.asked in heard.slots or (turn.asked == "contact" and {"name", "phone"} & heard.slots.keys())
    kept = {}
    for label, sure in claims.items():
        if label in _WITH_VALUES:
            kept[label] = sure
        elif label in alone or (sure >= _VERY_SURE and len(words) > 1 and label not in _HEAVY):
            if label not in _HEAVY or not brings_asked or sure >= _VERY_SURE:
                kept[label] = sure
    return kept


def _sorted_out(
    claims: dict[str, float], acts: Acts, heard: Extraction, turn: Turn, memory: Memory
) -> dict[str, float]:
    """The claims without those that others, or the talk so far, speak against."""
    left = set(claims)
    named = heard.slots.keys()
    if "correction" in acts or memory.facts or turn.registered:
        left.discard("wrong_chat")
    if turn.asked in _SPARED or ("wish" in acts and "object_type" in named):
        left.discard("withdrawal")
    if {"complaint", "withdrawal"} & left:
        left -= {"contact_by", "refuse_phone", "second_object", "postponed", "just_asking", "known_client", "dear"}
        left -= {f"question.{topic}" for topic in _ORDINARY}
    if "complaint" in left:
        left -= {"withdrawal", "abuse", "urgency", "not_client"}
    if "withdrawal" in left:
        left -= {"unsure", "status", "when_call"}
    if "trust" in left:
        left -= {"abuse", "wrong_chat", "question.guarantee", "question.documents", "question.installment"}
    if "contact_by" in left and not _CHANNEL.search(intents.fold(turn.message.text)):
        left.discard("contact_by")
    if "contact_by" in left and "refuse_phone" not in acts.names - acts.claims.keys():
        left.discard("refuse_phone")
    if "wish" in acts or "object_type" in named:
        left.discard("not_client")
    if "object_type" not in memory.facts:
        left.discard("second_object")
    if "dear" in left and "?" not in turn.message.text:
        left.discard("question.price")
    if "human" in left:
        left -= {"bot", "question.phone"}
    if "when_call" in left:
        left -= {"human", "question.term", "question.hours"}
    if "contact_other" in left and not {"phone", "name"} & named and not heard.relative:
        left -= {"question.phone"}
    return {label: claims[label] for label in claims if label in left}


def _near(text: str, heard: Extraction) -> str:
    """What the message may mean, where that is worth a question."""
    if heard.slots or heard.partial_phone or len(_WORD.findall(text)) < 2:
        return ""
    label, sure = classifier.likeliest(text)
    return label if label in _CONFIRMED and sure >= _ASKED_ABOUT else ""
