"""What one message changed in what is known, and how a fact is put there."""

from __future__ import annotations

from dataclasses import dataclass, field

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import second
from leadbot.engines.rules.dialogue.memory import Fact, Memory
from leadbot.engines.rules.reading.extract import Found
from leadbot.texts.trades import Setup


@dataclass(slots=True)
class News:
    """What one message changed."""

    fresh: dict[str, Fact] = field(default_factory=dict)  # slots that were unknown
    changed: dict[str, Fact] = field(default_factory=dict)  # slots that now hold another value
    same: set[str] = field(default_factory=set)  # slots said again
    contact: str = ""  # an e-mail, an account or a second number
    wish: str = ""  # a further object
    another: dict[str, Fact] = field(default_factory=dict)  # what was said of another object than the one until now
    further: list[dict[str, Fact]] = field(default_factory=list)  # what is wanted beside the object of the message
    begins: bool = False  # that object gets a lead of its own
    forward: bool = False  # an object put aside has become the first
    contact_by: str = ""
    contact_name: str = ""
    same_number: bool = False  # the known number it is

    def __bool__(self) -> bool:
        found = self.fresh or self.changed or self.same or self.contact or self.wish or self.another or self.further
        return bool(found or self.forward or self.contact_by or self.contact_name)

    @property
    def slots(self) -> set[str]:
        """All slots the message speaks of."""
        return self.fresh.keys() | self.changed.keys() | self.same


def fact_of(found: Found, seq: int) -> Fact:
    fact: Fact = {
        "value": found.value, "quote": found.quote, "seq": seq, "start": found.start, "end": found.end,
        "sure": found.sure,
    }  # fmt: skip
    if found.e164:
        fact["e164"] = found.e164
    if found.unit or found.m2 is not None:
        fact["m2"] = found.m2
    return fact


def whole(turn: Turn, value: str) -> Fact:
    text = turn.message.text
    return {"value": value, "quote": text, "seq": turn.message.seq, "start": 0, "end": len(text), "sure": True}


def put(memory: Memory, news: News, slot: str, fact: Fact, replaces: bool, setup: Setup | None = None) -> None:
    """Store a fact: a new one, or over the old one where `replaces`."""
    old = memory.facts.get(slot)
    if old is None:
        memory.facts[slot] = news.fresh[slot] = fact
    elif old["value"] == fact["value"]:
        news.same.add(slot)
        old["sure"] = old.get("sure", True) or fact["sure"]
    elif replaces and slot == "object_type" and not old.get("sure", True):
        memory.facts[slot] = news.fresh[slot] = fact  # what was but guessed at is not put right
    elif replaces:
        memory.facts[slot] = news.changed[slot] = fact
    elif slot == "phone":
        note_other(memory, news, fact["value"])
    elif slot == "object_type":
        if setup is not None and setup.is_within(old["value"], fact["value"]):
            news.same.add(slot)  # «ванная», and then «квартира в Актобе»: where it is
            return
        news.wish = fact["value"]
        if setup is None or not second.holds(setup, fact["value"], old["value"]):
            second.park(memory, {"object_type": fact})


def note_other(memory: Memory, news: News, value: str, *, of_old: bool = False) -> None:
    news.contact = value
    if value not in memory.others and (of_old or value != memory.value("phone")):
        memory.others.append(value)
