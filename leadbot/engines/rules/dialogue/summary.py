"""What a manager gets of a talk: the lead that the facts make, and a summary he can call from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from leadbot.engines.base import CompanyCard, Known, LeadDraft
from leadbot.engines.rules.dialogue.memory import Fact, Memory
from leadbot.fields import TABLE, Field, Fields, Surface
from leadbot.texts import phrases
from leadbot.texts.asking import asking
from leadbot.texts.trades import Setup, setup_of

LIMIT = 300  # characters of a summary, but for the client's questions
_QUOTE_END = re.compile("([»”])\\.$")


def draft(known: Known, company: CompanyCard, language: str, *, final: bool = False) -> LeadDraft | None:
    """The lead that what is known makes, None while it makes none.

    A lead needs a phone, and a name or the certainty that none will come: it was refused, or asked for twice. `final`
    says that the talk has ended or gone idle: a phone alone is a lead then. Nobody but a client makes one.
    """
    memory = Memory.of(known, company.fields)
    if final:
        memory.facts = {**memory.told, **memory.facts}
    return lead_of(memory, company, language) if is_lead(memory, final=final) else None


def is_lead(memory: Memory, *, final: bool = False) -> bool:
    """Does what is remembered make a lead? See `draft`."""
    if "phone" not in memory.facts or memory.not_client or memory.withdrawn:
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
        summary=summary(memory, asking(setup_of(company.setup), company.fields), company.language, company.fields),
        language=language,
        contact_by=memory.contact_by or None,
        contact_name=memory.contact_name or None,
        is_complaint=memory.complaint,
        is_withdrawn=memory.withdrawn,
        is_urgent=memory.urgent,
    )


def object_line(facts: Mapping[str, Fact], setup: Setup, language: str) -> str:
    """«офис 120 м², Алматы»: an object in a few words."""
    part = Memory(facts=dict(facts))
    size, place = _size_and_place(part, language)
    return ", ".join(filter(None, (" ".join(filter(None, (_wish(part, setup, language), size))), place)))


def summary(memory: Memory, setup: Setup, language: str, table: Fields = TABLE) -> str:
    """A few sentences a manager can call from, in his own language.

    What is wanted, how big and where; then details and the client's first words, as far as LIMIT has room; then all
    the questions that wait for him.
    """
    wish = ", ".join(filter(None, (_wish(memory, setup, language), *_size_and_place(memory, language))))
    parts = [phrases.capital(wish)] if wish else []
    details = [
        _detail(row, memory, setup, language)
        for row in sorted(table.at(Surface.SUMMARY), key=lambda row: row.summary_order)
        if memory.value(row.key) and not _said(row.key, memory, setup)
    ]
    if details:
        parts.append(phrases.capital(", ".join(details)))
    more = [phrases.small(object_line(each.facts, setup, language)) for each in memory.parked if not each.has_lead]
    if any(more):
        parts.append(f"{phrases.label('more', language)}: {'; '.join(filter(None, more))}")
    said = list(_said_by_client(memory, language))
    spare = []
    if memory.others:
        spare.append(f"{phrases.label('also', language)}: {', '.join(memory.others)}")
    if memory.first and not any(one.startswith(memory.first) for one in (*memory.questions, *memory.remarks)):
        spare.append(f"{phrases.label('words', language)}: {phrases.quoted(memory.first, language)}")
    text = _fit([_fit(parts), *said, *spare], kept=len(said) + 1)
    return _QUOTE_END.sub(r"\1", text) or phrases.say("summary.empty", language)


def _said_by_client(memory: Memory, language: str) -> Iterator[str]:
    """All questions that were passed on, and what else the bot has said a manager will read: none is left out."""
    for name, said in (("questions", memory.questions), ("remarks", memory.remarks)):
        if said:
            yield f"{phrases.label(name, language)}: {'; '.join(phrases.quoted(one, language) for one in said)}"


def _fit(parts: list[str], kept: int = 0) -> str:
    """As many parts as have room, one sentence each, the first `kept` of them in any case; a part that is too long by
    itself is cut at a word."""
    text = phrases.join(parts[:kept])
    for part in parts[kept:]:
        longer = phrases.join(filter(None, (text, part)))
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
