"""Another object of the same client: told from a correction, kept apart from the first, made a lead of its own."""

from __future__ import annotations

import re

from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.memory import Fact, Memory, Parked
from leadbot.engines.rules.reading.extract import Extraction, Found
from leadbot.texts.trades import Setup

_SENTENCE = re.compile(r"[.!?]\s|\n")
PART = 2  # rank of what is a part of a thing, as a roof of a house


def is_another(memory: Memory, heard: Extraction, acts: Acts, setup: Setup, text: str) -> bool:
    """Does the message speak of another object than the talk has until now?

    Another kind, with a size or place of its own or with words such as «ещё» and «теперь»; or the same kind with both
    such words and values. What corrects, denies, asks or complains speaks of no other.
    """
    found, old = heard.slots.get("object_type"), memory.facts.get("object_type")
    if old is None or acts.names & {"complaint", "withdrawal"} or "object_type" in heard.denied:
        return False
    if "elsewhere" in acts and "second_object" not in acts:
        return False
    own = _own(memory, heard)
    says_so = "second_object" in acts or "another" in acts
    says_so = says_so or (found is not None and "also" in acts and "city" in own)  # «и ещё ванну у тёщи в Каскелене»
    if found is not None and (found.corrects or not (found.sure or says_so) or setup.is_land(found.value)):
        return False
    if setup.is_land(old["value"]) or is_parked(memory, found):
        return False
    if found is None:
        return says_so and "second_object" in acts and len(own) > 0 and bool({"area", "plot"} & own)
    if found.value == old["value"]:
        return "correction" not in acts and ((says_so and bool(own)) or own >= {"city", "area"})
    if "correction" in acts and not says_so:
        return False
    belongs = holds(setup, found.value, old["value"]) or holds(setup, old["value"], found.value)
    size = heard.slots.get("area")
    if belongs and size and size.start < found.start and "area" not in memory.facts:
        return False  # «150 квадратов, подвал бөлек»: the thing's own size, and a word of its part
    if not says_so and (belongs or not old.get("sure", True)):
        return False
    if _only_asks(acts, text):
        return False
    return says_so or bool({"city", "area"} & heard.slots.keys() & memory.facts.keys())  # else they are this one's


def holds(setup: Setup, thing: str, part: str) -> bool:
    """Is the one a thing by itself, and the other a part of such: a house and a roof?"""
    return setup.rank(part) == PART and setup.rank(thing) != PART


def is_parked(memory: Memory, found: Found | None) -> bool:
    """Is this object one that has been put aside?"""
    return found is not None and any(each.facts.get("object_type", {}).get("value") == found.value
                                     for each in memory.parked)  # fmt: skip


def park(memory: Memory, facts: dict[str, Fact]) -> None:
    """Put an object aside, for the summary of the first."""
    kind = facts.get("object_type", {}).get("value")
    for each in memory.parked:
        if not each.has_lead and each.facts.get("object_type", {}).get("value") == kind:
            each.facts |= facts
            return
    memory.parked.append(Parked(facts))


def is_said_before(heard: Extraction, text: str) -> bool:
    """Does the size stand in a sentence of its own, before the one that names the other object?"""
    size, thing = heard.slots.get("area"), heard.slots["object_type"]
    return size is not None and size.end < thing.start and bool(_SENTENCE.search(text[size.end : thing.start]))


def drop(memory: Memory, found: Found) -> None:
    """Forget this object among those put aside."""
    memory.parked = [each for each in memory.parked if each.facts.get("object_type", {}).get("value") != found.value]


def has_lead(memory: Memory, kind: str) -> bool:
    """Has an object of this kind got a lead of its own?"""
    return any(each.has_lead and each.facts.get("object_type", {}).get("value") == kind for each in memory.parked)


def begin(memory: Memory, facts: dict[str, Fact], text: str) -> None:
    """Speak of this object from now on: the one before has its lead, and what was said of it stays there."""
    memory.parked = [each for each in memory.parked if each.has_lead]
    memory.parked.append(Parked(memory.object_facts(), has_lead=True))
    memory.take_up(facts)
    memory.first, memory.partial, memory.questions, memory.remarks = text, "", [], []
    memory.skipped = []
    memory.asks = {slot: times for slot, times in memory.asks.items() if slot in ("name", "phone", "contact")}
    memory.urgent = memory.complaint = memory.withdrawn = False


def bring_forward(memory: Memory, found: Found) -> bool:
    """«Сначала квартиру»: the object put aside becomes the one the lead is about. False where there is none such."""
    for each in memory.parked:
        if not each.has_lead and each.facts.get("object_type", {}).get("value") == found.value:
            before = memory.object_facts()
            place = {"city": before["city"]} if "city" in before else {}  # of things named together
            memory.take_up(place | each.facts)
            each.facts = before
            return True
    return False


def _own(memory: Memory, heard: Extraction) -> set[str]:
    """Slots that hold another value than the object we know."""
    return {
        slot
        for slot in ("city", "area", "plot")
        if slot in heard.slots and slot in memory.facts and heard.slots[slot].value != memory.facts[slot]["value"]
    }


def _only_asks(acts: Acts, text: str) -> bool:
    """«а баню тоже строите?» wishes for nothing yet."""
    return bool(acts.topics) and "wish" not in acts and "?" in text
