"""What the embedded qualifier remembers of a talk between turns: `known` of engines.base, opened for writing.

`known["state"]` is small JSON. Whatever is absent or of a wrong shape reads as empty: a talk may have been led by
another engine until now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from leadbot import fields
from leadbot.engines.base import Known
from leadbot.fields import Fields

Fact = dict[str, Any]

_COUNTS = ("asks", "refused")
_TEXTS = ("questions", "remarks", "others", "skipped")
_WORDS = ("partial", "relative", "first", "contact_by", "contact_name", "confirming")
_NUMBERS = ("fruitless", "abuse", "turns")
_FLAGS = (
    "not_client", "offered_human", "nameless", "complaint", "withdrawn", "urgent", "complaint_heard", "called",
)  # fmt: skip


@dataclass(slots=True)
class Parked:
    """An object beside the one the talk is about; `has_lead` where it has got a lead of its own."""

    facts: dict[str, Fact]
    has_lead: bool = False


@dataclass(slots=True)
class Memory:
    """The facts of a talk and how it has gone so far."""

    facts: dict[str, Fact] = field(default_factory=dict)
    asked: str | None = None
    asks: dict[str, int] = field(default_factory=dict)  # how often each slot, or "contact", has been asked
    refused: dict[str, int] = field(default_factory=dict)  # how often "phone" or "name" has been refused
    skipped: list[str] = field(default_factory=list)  # slots the client does not know yet
    questions: list[str] = field(default_factory=list)  # what he wants to know and only a manager can tell
    others: list[str] = field(default_factory=list)  # further numbers, e-mails, accounts
    remarks: list[str] = field(default_factory=list)  # what else a manager must read in the client's words
    parked: list[Parked] = field(default_factory=list)  # further objects with all that is known of them
    client: dict[str, Fact] = field(default_factory=dict)  # name and phone of one who was here before
    told: dict[str, Fact] = field(default_factory=dict)  # name and phone as his door knows them, not yet counted
    partial: str = ""  # digits of a phone that is not whole yet
    relative: str = ""  # whose number may follow: «ремонт у мамы, её зовут Галия»
    first: str = ""  # his first words that say something
    fruitless: int = 0  # turns in a row that brought nothing
    abuse: int = 0
    turns: int = 0
    not_client: bool = False
    offered_human: bool = False  # the last message asked whether to call a manager
    nameless: bool = False  # the name was asked twice and has not come
    contact_by: str = ""  # how he wants to be reached: call, whatsapp, telegram or message
    contact_name: str = ""  # whom to call instead of him
    confirming: str = ""  # the act he has been asked about: "withdrawal", "question.price"
    complaint: bool = False
    withdrawn: bool = False
    urgent: bool = False
    complaint_heard: bool = False  # and answered
    called: bool = False  # a manager has been called for him

    @classmethod
    def of(cls, known: Known, table: Fields | None = None) -> Self:
        """What `known` holds of a company's fields, copied: the caller's dict is never touched."""
        state = known.get("state")
        state = state if isinstance(state, dict) else {}
        table = table or fields.TABLE
        memory = cls(facts=_facts(known.get("facts"), table), asked=_text(known.get("asked")) or None)
        for name in _COUNTS:
            setattr(memory, name, _counts(state.get(name)))
        for name in _TEXTS:
            setattr(memory, name, _texts(state.get(name)))
        for name in _NUMBERS:
            setattr(memory, name, _number(state.get(name)))
        for name in _FLAGS:
            setattr(memory, name, state.get(name) is True)
        for name in _WORDS:
            setattr(memory, name, _text(state.get(name)))
        memory.client, memory.told = (_facts(state.get(name), table) for name in ("client", "told"))
        rows = state.get("parked")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and (facts := _facts(row.get("facts"), table)):
                memory.parked.append(Parked(facts, row.get("has_lead") is True))
        return memory

    def known(self) -> Known:
        """The JSON to store. What is empty is left out."""
        names = (*_COUNTS, *_TEXTS, *_NUMBERS, *_FLAGS, *_WORDS)
        state = {name: getattr(self, name) for name in names if getattr(self, name)}
        state |= {name: facts for name, facts in (("client", self.client), ("told", self.told)) if facts}
        if self.parked:
            state["parked"] = [asdict(each) for each in self.parked]
        return {"facts": self.facts, "asked": self.asked, "state": state}

    def value(self, slot: str) -> str | None:
        """The value of a slot, None where it is not known."""
        fact = self.facts.get(slot)
        return str(fact["value"]) if fact else None

    def take_up(self, facts: dict[str, Fact]) -> None:
        """Speak of this object from now on; whatever is known of the client himself stays."""
        own = {slot: fact for slot, fact in self.facts.items() if slot not in fields.TABLE.of_object}
        self.facts = own | facts

    def object_facts(self) -> dict[str, Fact]:
        """What is known of the object the talk is about."""
        return {slot: fact for slot, fact in self.facts.items() if slot in fields.TABLE.of_object}

    def times_asked(self, slot: str) -> int:
        """How often the client has been asked this; for name and phone the question for both counts once."""
        together = min(1, self.asks.get("contact", 0)) if slot in ("name", "phone") else 0
        return self.asks.get(slot, 0) + together


def _facts(raw: object, table: Fields) -> dict[str, Fact]:
    if not isinstance(raw, dict):
        return {}
    return {slot: dict(raw[slot]) for slot in table.keys if isinstance(raw.get(slot), dict) and raw[slot].get("value")}


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _texts(raw: object) -> list[str]:
    return [text for text in raw if isinstance(text, str)] if isinstance(raw, list) else []


def _number(raw: object) -> int:
    return raw if isinstance(raw, int) else 0


def _counts(raw: object) -> dict[str, int]:
    return {str(key): _number(count) for key, count in raw.items()} if isinstance(raw, dict) else {}


def renewed(known: Known) -> Known:
    """What a new episode of a talk begins with: who the client is, and nothing of what he wanted then."""
    before = Memory.of(known)
    client = {slot: fact for slot in ("name", "phone") if (fact := before.facts.get(slot) or before.client.get(slot))}
    return Memory(client=client).known() if "phone" in client else {}


def recognised(known: Known, name: str) -> Known:
    """What is known, with the name under which the company has the client's phone."""
    memory = Memory.of(known)
    memory.client = {"name": _unsaid(name)}
    return memory.known()


def with_contact(known: Known, *, name: str, phone: str, e164: str) -> Known:
    """What is known, with what the client's door says of him; what it leaves empty stays as it was told before.

    It counts once it would be asked for, or a person is to reach him: see `contacts.count_told`.
    """
    memory = Memory.of(known)
    memory.told |= ({"name": _unsaid(name)} if name else {}) | (
        {"phone": _unsaid(phone) | {"e164": e164}} if phone else {}
    )
    return memory.known()


def _unsaid(value: str) -> Fact:
    """A fact that stands in no words of the client."""
    return {"value": value, "quote": "", "seq": 0, "start": 0, "end": 0, "sure": True}


def confirming(known: Known, act: str) -> Known:
    """What is known, with the client asked whether he means this act."""
    memory = Memory.of(known)
    memory.asked, memory.confirming = "confirm", act
    return memory.known()
