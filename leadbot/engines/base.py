"""What every engine is asked and what it answers: plain data, no Flask, no database, no clock.

An engine is a brain behind `Engine.decide(turn) -> Decision`. It only proposes: `leads.registration.register`
validates and writes, whoever proposed it.

`known` is what the talk has brought so far, a small dict that goes to JSON and is stored by us after every turn, so
that any engine can go on in the middle of any talk:

    {"facts": {slot: fact, ...},   # see SLOTS; a slot that is not known is absent
     "asked": "city",              # what the bot asked last: a slot, "contact" (name and phone in one) or null
     "state": {...}}               # what the embedded qualifier keeps for itself between turns

A fact is {"value": str, "quote": str, "seq": int, "start": int, "end": int, "sure": bool}: the value, the client's own
words it came from, the number of the message they stand in and where (offsets in code points), and whether it still has
to be said back. A phone has "e164" too, an area "m2" (a number, in square metres, null where the unit is another).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from leadbot import fields
from leadbot.fields import Fields
from leadbot.texts import trades
from leadbot.texts.asking import asking
from leadbot.texts.promise import WorkingSpan
from leadbot.texts.trades import Setup

# What a talk of any company can bring, in the order a manager reads it; one company's table is `CompanyCard.fields`.
SLOTS = fields.TABLE.keys

# A client is answered within so many seconds, whatever fails on the way (speech, the model and its retry together).
TURN_SECONDS = 12.0

Known = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One message of a talk: `author` is "client", "bot" or "manager", `seq` its number in the conversation, from 1."""

    author: str
    text: str
    seq: int


@dataclass(frozen=True, slots=True)
class CompanyFact:
    """A sentence the bot may quote, by language ({"ru": "...", "kk": "..."}).

    `topic` is "price", "term", "guarantee", "area_served", "documents", ... or a name of the company's own;
    `words` are further words by which a client's question about it is recognised.
    """

    topic: str
    text: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """What an engine may know of the company it speaks for."""

    name: str
    language: str = "ru"  # the managers' own: summaries are written in it
    time_zone: str = "Asia/Almaty"
    setup: str = "construction"  # the ready-made set-up: its objects, questions and phrases
    objects: tuple[str, ...] = ()  # further objects the company names itself, in the nominative
    facts: tuple[CompanyFact, ...] = ()
    order: tuple[str, ...] = ()  # what to ask before the contact, in this order; empty: as the set-up says
    greeting: Mapping[str, str] = field(default_factory=dict)
    later: tuple[str, ...] = ()  # what to ask once the contact is there
    optional: tuple[str, ...] = ()  # of these two: what is asked, but need not be answered
    chips: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # quick replies to the greeting, by language
    about: str = ""  # what the company does, in its own words
    persona: str = ""  # the bot's name, or who it is in the company's own words
    tone: str = ""
    gender: str = ""  # how it speaks of itself: "feminine", else masculine
    services: str = ""
    service_area: str = ""
    forbidden: tuple[str, ...] = ()  # topics the bot declines
    hide_names: bool = False  # from the model too, as phones are
    canary: str = ""  # a word in the model's instructions that no answer may bear
    phone: str = ""
    email: str = ""
    address: str = ""
    hours: str = ""  # as the company says them itself
    week: Mapping[str, str] = field(default_factory=dict)  # by language, where it has set its hours day by day
    fields: Fields = field(default_factory=lambda: fields.TABLE)  # with the trade's and the company's own

    @property
    def trade(self) -> Setup:
        """Its set-up in its tone, with the words of its own questions."""
        return asking(trades.setup_of(self.setup, self.tone, self.gender), self.fields)

    def hours_in(self, language: str) -> str:
        """When the company works: as it has set it day by day, else in its own words."""
        return self.week.get(language) or self.hours


@dataclass(frozen=True, slots=True)
class Turn:
    """One question to an engine. The last line of `history` is the client's message to answer."""

    history: tuple[TalkLine, ...]
    known: Known
    company: CompanyCard
    now: datetime  # aware, in the company's time zone
    language: str | None = None  # of the talk so far; None in its first turn
    registered: bool = False  # this episode of the talk already has its lead
    opening: WorkingSpan | None = None  # the company's next one, where it is closed at `now`
    answers_here: bool = True  # what a person writes reaches the client in this very chat
    seconds_left: float = TURN_SECONDS  # until the client must have an answer; speech may have used up some

    @property
    def message(self) -> TalkLine:
        return self.history[-1]

    @property
    def asked(self) -> str | None:
        asked: str | None = self.known.get("asked")
        return asked


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """A lead as an engine proposes it. City and object are canonical Russian whatever the language of the talk."""

    phone: str  # as stored: 8 and ten digits for Kazakhstan, else E.164
    phone_e164: str
    name: str | None = None
    city: str | None = None
    object_type: str | None = None
    area: str | None = None  # as shown: "150 м²"
    area_m2: float | None = None
    details: Mapping[str, str] = field(default_factory=dict)  # by key, what is known and has no column
    summary: str = ""
    # What a summary is made of besides the values, so that it can be put into another language: JSON of the engine's.
    told: dict[str, Any] | None = None
    language: str = "ru"
    contact_by: str | None = None  # how the client wants to be reached: call, whatsapp, telegram or message
    contact_name: str | None = None  # whom to call instead of him
    is_complaint: bool = False
    is_withdrawn: bool = False  # he has said that he needs it no more
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What a turn used up at the model: tokens as the server counted them, else as we estimate them.

    `sent` is the body of the last call, placeholders in it.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """An engine's answer.

    `register` is there whenever what is known makes a lead: the service creates it, or brings the one of this episode
    up to date; where `is_another` it is a further lead of the same client, beside the one he has. `act` says what else
    happened: "call_human", "complaint", "withdrawal", "not_client", "abuse", or nothing. `engine` is the name of who
    answered ("rules" or "model"), `note` why another one did not, `spent` what the model was asked for it.
    """

    text: str
    known: Known
    language: str
    register: LeadDraft | None = None
    act: str | None = None
    engine: str = "rules"
    note: str = ""
    spent: Spent | None = None
    is_another: bool = False


class Engine(Protocol):
    """A brain. `needs_network` tells the service not to hold a transaction while it thinks."""

    name: str
    needs_network: bool

    def decide(self, turn: Turn) -> Decision:
        """Answer the last message. Raises EngineError where it can't."""
        ...


class EngineError(Exception):
    """The engine gave no usable answer; the next one is asked. The text is a short reason without personal data.

    `spent` is what the attempt used up all the same.
    """

    spent: Spent | None = None


class EngineLate(EngineError):
    """No time was left to ask the engine: says nothing of it."""


class EngineDeclined(EngineError):
    """The engine works but would not, or should not, answer this message: no sign that the next call fails too."""
