"""What a manager gets of a talk: the lead that the facts make, and a summary he can call from."""

from __future__ import annotations

from leadbot.engines.base import CompanyCard, Known, LeadDraft
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.fields import TABLE, Field, Fields, Place
from leadbot.texts import phrases
from leadbot.texts.asking import asking
from leadbot.texts.trades import Setup, of

LIMIT = 300  # characters of a summary

_QUOTE_ENDS = ("»", "”")


def draft(known: Known, company: CompanyCard, language: str, *, final: bool = False) -> LeadDraft | None:
    """The lead that what is known makes, None while it makes none.

    A lead needs a phone, and a name or the certainty that none will come: it was refused, or asked for twice. `final`
    says that the talk has ended or gone idle: a phone alone is a lead then. Nobody but a client makes one.
    """
    memory = Memory.of(known, company.fields)
    return lead_of(memory, company, language) if is_lead(memory, final=final) else None


def is_lead(memory: Memory, *, final: bool = False) -> bool:
    """Does what is remembered make a lead? See `draft`."""
    if "phone" not in memory.facts or memory.not_client:
        return False
    return "name" in memory.facts or final or memory.nameless or memory.refused.get("name", 0) > 0


def lead_of(memory: Memory, company: CompanyCard, language: str) -> LeadDraft:
    """The lead of a memory that makes one."""
    phone, area = memory.facts["phone"], memory.facts.get("area", {})
    return LeadDraft(
        phone=phone["value"],
        phone_e164=phone.get("e164") or phone["value"],
        name=memory.value("name"),
        city=memory.value("city"),
        object_type=memory.value("object_type"),
        area=area.get("value"),
        area_m2=area.get("m2"),
        details={row.key: value for row in company.fields.details if (value := memory.value(row.key))},
        summary=summary(memory, asking(of(company.setup), company.fields), company.language, company.fields),
        language=language,
    )


def summary(memory: Memory, setup: Setup, language: str, table: Fields = TABLE) -> str:
    """One or two sentences a manager can call from, in his own language, at most LIMIT characters.

    What is wanted, how big and where; then details; then the client's questions and his first words, as far as there
    is room.
    """
    wish = ", ".join(filter(None, (_wish(memory, setup, language), *_size_and_place(memory, language))))
    parts = [phrases.capital(wish)] if wish else []
    details = [
        _detail(row, memory, setup, language)
        for row in sorted(table.at(Place.SUMMARY), key=lambda row: row.summary_order)
        if memory.value(row.key) and not _said(row.key, memory, setup)
    ]
    if details:
        parts.append(phrases.capital(", ".join(details)))
    if memory.wishes:
        more = ", ".join(setup.object_name(one, language) for one in memory.wishes)
        parts.append(f"{phrases.label('more', language)}: {more}")
    questions = [question for question in memory.questions if not memory.first.startswith(question)]
    if questions:
        asked = "; ".join(phrases.quoted(question, language) for question in questions)
        parts.append(f"{phrases.label('questions', language)}: {asked}")
    if memory.others:
        parts.append(f"{phrases.label('also', language)}: {', '.join(memory.others)}")
    if memory.first:
        parts.append(f"{phrases.label('words', language)}: {phrases.quoted(memory.first, language)}")
    return _fit(parts) or phrases.say("summary.empty", language)


def _fit(parts: list[str]) -> str:
    """As many parts as have room, one sentence each; a part that is too long by itself is cut at a word."""
    text = ""
    for part in parts:
        sentence = part if part.endswith((".", "!", "?", *_QUOTE_ENDS)) else part + "."
        longer = f"{text}{'.' * text.endswith(_QUOTE_ENDS)} {sentence}".strip()
        if len(longer) <= LIMIT:
            text = longer
        elif not text:
            text = longer[: LIMIT - 1].rsplit(" ", 1)[0] + "…"
    return text


def _wish(memory: Memory, setup: Setup, language: str) -> str:
    """«строительство дома», «үй салу», “house: construction”."""
    thing = memory.value("object_type")
    work = memory.value("work")
    done = setup.works.get(work or "", {}).get(language) or work or ""
    if not thing or not done:
        return setup.object_name(thing, language) if thing else done
    if thing.lower() == done.lower():
        return done
    if language == "ru":
        genitive = None if setup.is_order(work) else setup.genitive(thing)
        return f"{done} {genitive}" if genitive else f"{done}: {thing}"
    name = setup.object_name(thing, language)
    if setup.is_order(work):
        return f"{done}: {name}"
    return f"{_done_to(name, done)} {done}" if language == "kk" else f"{name}: {done}"


def _done_to(name: str, done: str) -> str:
    """«үй» of «үй салу», «ас үй жиһазын» of «ас үй жиһазын жасау»: what belongs to something takes an ending."""
    return f"{name}н" if " " in name and name.endswith(("ы", "і")) and done.endswith("у") else name


def _size_and_place(memory: Memory, language: str) -> tuple[str, str]:
    area, city = memory.value("area") or "", memory.value("city") or ""
    return phrases.measure(area, language), phrases.town(city, language)


def _said(slot: str, memory: Memory, setup: Setup) -> bool:
    """Has the size been said already, the land's being the one that is asked for?"""
    return setup.land and slot == "plot" and memory.value("plot") == memory.value("area")


def _detail(row: Field, memory: Memory, setup: Setup, language: str) -> str:
    """«участок есть», «бюджет: 15 млн»: a value that has a phrase of its own reads as that."""
    value = memory.facts[row.key]["value"]
    if phrases.knows(f"{row.key}={value}", setup):
        return phrases.say(f"{row.key}={value}", language, setup)
    label = phrases.label(row.key, language, setup)
    return f"{label if row.is_own else label.lower()}: {value}"
