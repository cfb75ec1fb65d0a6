"""The talk on the first page, held by the embedded qualifier: an example, and a visitor's own.

A visitor's talk is stored nowhere. It travels in his page, signed, and is worth nothing after an hour; it belongs to no
company, makes no lead, and calls no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from itsdangerous import BadData, URLSafeTimedSerializer

from leadbot.database.session import utcnow
from leadbot.engines.base import CompanyCard, Known, TalkLine, Turn
from leadbot.engines.embedded import Rules
from leadbot.errors import Invalid, LeadbotError
from leadbot.state import state
from leadbot.texts import phrases, text_input
from leadbot.texts import trades as setups

COMPANY = {"ru": "СтройДом", "kk": "СтройДом", "en": "StroyDom"}
SHOWN = ("object_type", "area", "city", "phone", "name")  # numbered in this order
# People mix Russian and Kazakh within one talk.
SAID = {
    "ru": ("Хочу построить дом, 10 на 12", "Алматыда", "Канат, 8 705 000 12 34"),
    "kk": ("үй салғым келеді, 10 на 12", "Алматыда", "Канат, 8 705 000 12 34"),
    "en": ("I want to build a house, 10 by 12", "In Almaty", "Kanat, 8 705 000 12 34"),
}
TEXT_MOST = 500
TURNS_MOST = 20
LASTS_SECONDS = 3600
CARRIED_MOST = 60_000  # characters


class TalkOver(LeadbotError):
    """The visitor's talk is too old, too long, or was tampered with."""

    status = 410
    code = "talk_over"
    text = "This talk is over. Start a new one"


@dataclass(frozen=True)
class DemoPiece:
    """A stretch of a message; `proof` numbers the fact that was taken from it."""

    text: str
    proof: int | None = None


@dataclass(frozen=True)
class Said:
    """One bubble."""

    author: str
    pieces: tuple[DemoPiece, ...]


@dataclass(frozen=True)
class DemoTalk:
    """A talk and the facts it brought: slot, value as stored, number of its proof.

    `carried` is a visitor's talk as his page keeps it, empty for the example; `chips` answer the last question.
    """

    company: str
    talk: tuple[Said, ...]
    facts: dict[str, tuple[str, int]]
    is_lead: bool
    carried: str = ""
    chips: tuple[str, ...] = ()


class Talk(NamedTuple):
    """How far a talk has come: who said what, what is known of it, its language, whether it made a lead."""

    lines: tuple[tuple[str, str], ...] = ()
    known: Known = {}
    speaks: str | None = None
    is_lead: bool = False


@cache
def example(language: str) -> DemoTalk:
    """The talk for readers of this language; held once a process, the qualifier always answers it alike."""
    talk = Talk()
    for text in SAID[language]:
        talk = _answered(talk, text, language, datetime(2026, 1, 28, 12, tzinfo=UTC))
    return _shown(talk, language)


def say(text: object, carried: str, language: str) -> DemoTalk:
    """A visitor's message answered: his talk as it now stands. Raises Invalid, TalkOver."""
    clean = text_input.message(text, "text", most=TEXT_MOST)
    if not clean:
        raise Invalid("Fill in this field", field="text")
    talk = _read(carried) if carried else Talk()
    if len(talk.lines) >= 2 * TURNS_MOST:
        raise TalkOver
    return _own(_answered(talk, clean, language, utcnow().astimezone(ZoneInfo("Asia/Almaty"))), language)


def so_far(carried: str, language: str) -> DemoTalk:
    """A visitor's talk as his page has it, or the example where there is none or it is over."""
    try:
        return _own(_read(carried), language) if carried else example(language)
    except TalkOver:
        return example(language)


def _own(talk: Talk, language: str) -> DemoTalk:
    chips = phrases.chips(talk.known.get("asked"), talk.speaks or language, setups.load())
    return _shown(talk, language, carried=_serializer().dumps(talk), chips=chips)


def _answered(talk: Talk, text: str, language: str, now: datetime) -> Talk:
    lines = (*talk.lines, ("client", text))
    history = tuple(TalkLine(author, words, number) for number, (author, words) in enumerate(lines, 1))
    company = CompanyCard(name=COMPANY[language], language=language)
    decision = Rules().decide(Turn(history, talk.known, company, now, talk.speaks, talk.is_lead))
    is_lead = talk.is_lead or decision.register is not None
    return Talk((*lines, ("bot", decision.text)), decision.known, decision.language, is_lead)


def _shown(talk: Talk, language: str, **more: Any) -> DemoTalk:
    facts = talk.known.get("facts", {})
    found = {slot: facts[slot] for slot in SHOWN if slot in facts}
    numbers = {slot: number for number, slot in enumerate(found, 1)}
    lines = (TalkLine(author, text, seq) for seq, (author, text) in enumerate(talk.lines, 1))
    said = tuple(Said(line.author, _pieces(line, found, numbers)) for line in lines)
    values = {slot: (fact["value"], numbers[slot]) for slot, fact in found.items()}
    return DemoTalk(COMPANY[language], said, values, talk.is_lead, **more)


def _pieces(line: TalkLine, found: dict[str, dict[str, object]], numbers: dict[str, int]) -> tuple[DemoPiece, ...]:
    """The line cut where its facts begin and end."""
    spans = sorted((fact["start"], fact["end"], slot) for slot, fact in found.items() if fact["seq"] == line.seq)
    pieces, at = [], 0
    for start, end, slot in spans:
        if not (isinstance(start, int) and isinstance(end, int)) or start < at:
            continue
        pieces += [DemoPiece(line.text[at:start]), DemoPiece(line.text[start:end], numbers[slot])]
        at = end
    return tuple(piece for piece in (*pieces, DemoPiece(line.text[at:])) if piece.text)


def _read(carried: str) -> Talk:
    try:
        if len(carried) > CARRIED_MOST:
            raise BadData("too long")
        lines, known, speaks, is_lead = _serializer().loads(carried, max_age=LASTS_SECONDS)
    except BadData:
        raise TalkOver from None
    return Talk(tuple((author, text) for author, text in lines), known, speaks, is_lead)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(state().config.signing_keys, salt="leadbot: talk on /")
