"""What to ask next, and in which of its wordings."""

from __future__ import annotations

import re

from leadbot.engines.base import Known, Turn
from leadbot.engines.rules.dialogue.intents import fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News
from leadbot.engines.rules.words.words import stems
from leadbot.fields import Fields
from leadbot.texts import phrases
from leadbot.texts.trades import Setup

# What happens this minute: whoever tells of it is rung first, and then asked where it is.
_EMERGENCY = stems("ask.emergency*")
MOST = 2  # times anything is asked
WRITTEN = frozenset({"whatsapp", "telegram", "message"})  # ways of contact by which nobody is called


def next_slot(memory: Memory, turn: Turn, setup: Setup, news: News) -> str | None:
    """The slot to ask for now, "contact" for name and phone in one question, None when nothing is left to ask.

    A phone without a name comes first: one word more and it is a lead. Then the order of the company or of its trade,
    the contact last; with the lead made, what the company asks after it.
    """
    if "phone" in memory.facts and not turn.registered and open_(memory, "name"):
        return "name"
    if memory.complaint or memory.withdrawn:  # nothing is sold to him now
        return None if turn.registered or memory.withdrawn else _contact(memory)
    if _plot_is_due(memory, setup, news):
        return "plot"
    is_known = "object_type" in memory.facts or _is_emergency(memory)
    if memory.urgent and is_known and not turn.registered and (slot := _contact(memory)):
        return slot  # a burst pipe is no time for square metres
    return _of_order(memory, turn, setup) or (None if turn.registered else _contact(memory))


def _is_emergency(memory: Memory) -> bool:
    told = " " + " ".join(re.findall(r"\w+", fold(" ".join(memory.remarks))))
    return any(f" {beginning}" in told for beginning in _EMERGENCY)


def _of_order(memory: Memory, turn: Turn, setup: Setup) -> str | None:
    """What the company wants to know, in its order; of a further object, what is not known of it, once."""
    company = turn.company
    for slot in (*(company.order or setup.order), *(company.later if turn.registered else ())):
        row = company.fields.get(slot)
        if row is None:
            continue
        is_known = slot == "object_type" and setup.is_order(memory.value("work"))
        most = 1 if is_known or slot in company.optional or not row.is_required else MOST
        if open_(memory, slot, most) and _makes_sense(slot, memory, setup):
            return slot
    return None


def _contact(memory: Memory) -> str | None:
    """The question for the phone: with the name, alone, or for a yes to the one he left before."""
    if "phone" in memory.facts or not open_(memory, "phone"):
        return None
    if "phone" in memory.client and memory.asks.get("known_phone", 0) < MOST:
        return "known_phone"
    if "name" in memory.facts or memory.refused.get("name") or "name" in memory.client:
        return "phone"
    return "contact" if memory.asks.get("contact", 0) < MOST else None


def again(known: Known, language: str, setup: Setup, table: Fields | None = None) -> tuple[str, Known]:
    """What was asked last, in its last wording, and what is known with that noted.

    Empty where nothing waits for an answer, or where it has been asked often enough.
    """
    memory = Memory.of(known, table)
    asked = memory.asked
    if not asked or memory.asks.get(asked, 0) >= MOST or not phrases.knows(f"{asked}.C", setup):
        return "", known
    memory.asks[asked] = MOST
    return phrases.say(f"{asked}.C", language, setup), memory.known()


def _makes_sense(slot: str, memory: Memory, setup: Setup) -> bool:
    """Has the trade a question for this slot, and does it fit what is wanted?"""
    if slot in ("name", "phone") or not phrases.knows(f"{slot}.A", setup):
        return False
    return setup.suits(slot, memory.value("object_type"))


def open_(memory: Memory, slot: str, most: int = MOST) -> bool:
    """Is this slot unknown, and may it still be asked, as one that is asked `most` times?"""
    fact = memory.facts.get(slot)
    if fact and not (slot == "area" and fact.get("m2", 0) is None):  # land alone: the building is still to be asked
        return False
    if slot in memory.skipped or memory.refused.get(slot, 0) >= (MOST if slot == "phone" else 1):
        return False
    return memory.times_asked(slot) < most


def _plot_is_due(memory: Memory, setup: Setup, news: News) -> bool:
    """Object and city together in the first message: the plot is asked at once, where one is needed.

    An unanswered question about it is repeated once, in other words, if the client's answer brought nothing.
    """
    if "plot" in memory.facts or "plot" in memory.skipped:
        return False
    if memory.asked == "plot":
        return memory.asks.get("plot", 0) < MOST and not news
    if memory.turns or not {"object_type", "city"} <= news.fresh.keys():
        return False
    work = memory.value("work")
    return memory.value("object_type") in setup.plot_objects and (work is None or work in setup.plot_works)


def question(slot: str, memory: Memory, language: str, setup: Setup, *, warm: bool = False, first: bool = False) -> str:
    """The question for a slot in the wording of this asking; `warm` allows an acknowledgement before it.

    `first` is the bot's first message of the talk: only there the question about the plot names the town.
    """
    if slot == "known_phone":
        return _known_phone(memory, language)
    if memory.contact_by in WRITTEN and slot in ("phone", "contact"):
        return phrases.say(f"{slot}.write", language, setup)
    where = slot == "object_type" and "work" in memory.facts and phrases.knows("object_type.where", setup)
    if where and (memory.asks.get(slot) or setup.is_order(memory.value("work"))):
        return phrases.say("object_type.where", language, setup)  # what is to be done has been said
    if memory.asks.get(slot):
        return phrases.say(f"{slot}.C", language, setup)
    if slot == "plot":
        return _plot(memory, language, setup, first=first, warm=warm)
    if slot == "object_type" and "work" in memory.facts:
        text = phrases.say("object_type.B", language, setup)  # «ремонт»: of what?
        return text if warm else phrases.sentences(text)[-1]
    if warm and slot == "phone":
        return phrases.say("phone.B", language, setup, name=memory.facts["name"]["value"])
    if warm and slot == "area":
        return _area(memory, language, setup)
    return phrases.say(f"{slot}.{'B' if warm else 'A'}", language, setup)


def _known_phone(memory: Memory, language: str) -> str:
    last, name = str(memory.client["phone"]["value"])[-2:], memory.value("name") or _name(memory)
    if memory.asks.get("known_phone"):
        return phrases.say("known_phone.C", language, last=last)
    return phrases.say("known_phone.A" if name else "known_phone.plain", language, last=last, name=name)


def _name(memory: Memory) -> str:
    known = memory.client.get("name")
    return str(known["value"]) if known else ""


def _plot(memory: Memory, language: str, setup: Setup, *, first: bool, warm: bool) -> str:
    place = phrases.where(memory.value("city") or "", language)
    if first and place:
        text = phrases.say("plot.A", language, setup, in_city=place, In_city=phrases.capital(place))
    else:
        text = phrases.say("plot.B", language, setup)
    return text if warm else phrases.sentences(text)[-1]  # after other sentences the question alone


def _area(memory: Memory, language: str, setup: Setup) -> str:
    form = setup.forms.get(memory.value("object_type") or "")
    if form is None:
        return phrases.say("area.A", language, setup)
    return phrases.say("area.B", language, setup, object_gen=form[language], Object_gen=phrases.capital(form[language]))
