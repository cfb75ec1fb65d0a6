"""What every page with a talk shows: its lines since the last look, what is known by now, who answered how quickly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from flask import Flask, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, lazy_pgettext

from leadbot.bot import company_settings
from leadbot.bot.budget import Cost
from leadbot.conversations import hand_off
from leadbot.fields import CONTACT, TABLE, Kind
from leadbot.models import Conversation, Message, TalkNote
from leadbot.texts import formats, names, phrases
from leadbot.texts.catalogues import language
from leadbot.web.errors import error_text

# Why the model did not answer; what is not named here is no fault of time or of the line.
NOTES = {
    "timeout": lazy_gettext("AI did not answer in time"),
    "no time left": lazy_gettext("AI did not answer in time"),
    "no connection": lazy_gettext("no connection to AI"),
    "connection broke": lazy_gettext("no connection to AI"),
    "resting after failures": lazy_gettext("AI is resting after failures"),
    "over budget": lazy_gettext("the AI budget is used up"),
    "spared": lazy_gettext("many messages at once, AI was spared"),
    "voice.big": lazy_gettext("the voice message is too long to be put into words"),
    "voice.kept": lazy_gettext("voice recognition is not connected"),
    "voice.unclear": lazy_gettext("the voice message could not be understood"),
    "answer.other": lazy_gettext("a fault on our side"),
}

# What the bot asks about, as it stands in a sentence.
ABOUT = {
    "name": lazy_pgettext("asked", "the name"),
    "phone": lazy_pgettext("asked", "the phone"),
    "city": lazy_pgettext("asked", "the city"),
    "object_type": lazy_pgettext("asked", "the object"),
    "area": lazy_pgettext("asked", "the area"),
    "plot": lazy_pgettext("asked", "the plot of land"),
    "rooms": lazy_pgettext("asked", "the rooms"),
    "floors": lazy_pgettext("asked", "the floors"),
    "work": lazy_pgettext("asked", "the work"),
    "budget": lazy_pgettext("asked", "the budget"),
    "materials": lazy_pgettext("asked", "the materials"),
    "callback": lazy_pgettext("asked", "the time for a call"),
}


def init_app(app: Flask) -> None:
    """Give templates the words for who answered, what clients call a manager, and for errors."""
    app.jinja_env.globals["shown_to_clients"] = lambda person: hand_off.shown_to_clients(person, language())
    app.jinja_env.filters.update(milliseconds=milliseconds, engine_note=engine_note, said=error_text, cost=cost)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a talk brings: its name, its value and the client's words for it, or nothing yet."""

    slot: str
    label: str
    value: str = ""
    quote: str = ""
    is_next: bool = False

    @property
    def about(self) -> str:
        """Its name within a sentence; a company's own question is quoted."""
        return str(ABOUT[self.slot]) if self.slot in ABOUT else phrases.quoted(self.label, language())


@dataclass(frozen=True, slots=True)
class Share:
    """How many answers one engine gave, and how long it mostly took."""

    engine: str
    answers: int
    took_ms: int


def facts(talk: Conversation | None, wanted: Iterable[str] = ()) -> list[Fact]:
    """What is known, and of what is `wanted` also what is not; in the order a manager reads it."""
    known = talk.known.get("facts", {}) if talk else {}
    asked = talk.known.get("asked") if talk else "object_type"  # what the greeting asks
    asked_slots = set(CONTACT) if asked == "contact" else {asked}
    table = company_settings.fields()
    return [
        Fact(
            slot,
            names.label(slot, language(), table),
            in_words(slot, known[slot]["value"]),
            known[slot].get("quote", ""),
        )
        if slot in known
        else Fact(slot, names.label(slot, language(), table), is_next=slot in asked_slots)
        for slot in table.keys
        if slot in known or slot in set(wanted)
    ]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a talk, and the notes that stand below them."""

    lines: list[Message]
    notes: list[TalkNote]


def with_notes(lines: list[Message], notes: list[TalkNote]) -> list[Stretch]:
    """The lines cut where notes stand between them."""
    stretches: list[Stretch] = []
    rest = lines
    for seq, below in groupby(notes, key=lambda note: note.after_seq):
        stretches.append(Stretch([line for line in rest if line.seq <= seq], list(below)))
        rest = [line for line in rest if line.seq > seq]
    return [*stretches, Stretch(rest, [])] if rest else stretches


def in_words(slot: str, stored: str | None) -> str:
    """A value as a reader of this page writes it."""
    if not stored:
        return ""
    if slot == "phone":
        return formats.phone(stored)
    text = names.value(slot, stored, language())
    if (row := TABLE.get(slot)) and row.kind is Kind.SIZE:
        text = formats.area(text, language())
    return text[:1].upper() + text[1:]


def shares(lines: Iterable[Message]) -> list[Share]:
    """Who answered how often and how quickly, by engine."""
    took: dict[str, list[int]] = {}
    for line in lines:
        if line.engine and line.engine_ms is not None:
            took.setdefault(line.engine, []).append(line.engine_ms)
    return [Share(engine, len(ms), round(median(ms))) for engine, ms in took.items()]


def cost(spent: Cost) -> str:
    """“AI: 2,080 tokens · 0.23 ₸”; the sum only where the company has given a price."""
    tokens = str(_("AI: %(n)s tokens", n=formats.number(spent.tokens, language())))
    if spent.tenge is None:
        return tokens
    sum_ = f"{spent.tenge:.2f}"
    return f"{tokens} · {sum_ if language() == 'en' else sum_.replace('.', ',')}{formats.NBSP}₸"


def after() -> int:
    """The number of the last line the page already shows."""
    return max(0, request.values.get("after", 0, type=int))


def milliseconds(value: int) -> str:
    """4 ms, 1.2 s; the comma where it belongs."""
    if value < 1000:
        text = _("%(n)s ms", n=value)
    else:
        seconds = f"{value / 1000:.1f}"
        text = _("%(n)s s", n=seconds if language() == "en" else seconds.replace(".", ","))
    return str(text).replace(" ", formats.NBSP)


def engine_note(note: str) -> str:
    """Why another engine had to answer, in a few words."""
    reason = note.partition(": ")[2] or note
    return str(NOTES.get(reason, lazy_gettext("AI gave no usable answer")))
