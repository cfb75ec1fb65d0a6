"""Takes what a message says into the memory: new facts, corrections, second numbers, what the client leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from leadbot import fields
from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import contacts, own_questions, own_words, second, sides, storeys
from leadbot.engines.rules.dialogue.intents import Acts, fold, signs
from leadbot.engines.rules.dialogue.memory import Fact, Memory
from leadbot.engines.rules.dialogue.news import News, fact_of, note_other, put, whole
from leadbot.engines.rules.reading import phone_line, regions
from leadbot.engines.rules.reading.extract import Extraction, Found
from leadbot.engines.rules.words import preferred
from leadbot.engines.rules.words.words import words
from leadbot.texts.trades import Setup

# «А офис где?» asks about the company's own office.
_ABOUT_US = frozenset({"address", "hours", "phone"})
# «А гарантия на крышу есть?» wishes for no further thing.
_ASIDE = frozenset({"guarantee", "installment", "documents"})
_OF_THE_WISH = frozenset({"object_type", "city", "area"})
_THEIRS = words("learn.theirs")
_NEW_ENDING = re.compile(
    r"(?:последн\w+|в конце|на конце|соны|сонгы) (?:\w+ )?(?:цифр\w*|сан\w*|номир\w*)?(?: \w+)?[ :—-]{0,3}"
    r"(\d(?: ?\d){0,3})(?! ?\d)(?! ?(?:кв|м|соток|шар|этаж))"
)
_FEW = 2  # words that are too few to be worth quoting
_CONTACT = frozenset({"name", "phone"})  # kept until a better one comes
_STEM = 4  # letters by which an inflected word is known again
_FIRST_WORDS = 100  # characters kept of the client's first words
_REMARK = 120  # and of what a manager must read in them
_RESTATED = 6  # words up to which a message says a value anew
_LABELS = {
    "area": re.compile(r"(?<!\w)(?:площад|метраж|квадратур|аудан|колем|area|size|шаршы|кв(?!\w)|квадрат)"),
    "city": re.compile(
        r"(?<!\w)(?:город|кала|село|поселок|ауыл|city|town|ето (?:в|на)|об[ъь]?ект|екен|находит|it.?s in|location"
        r"|тут в)"
    ),
}


def take(memory: Memory, turn: Turn, heard: Extraction, acts: Acts, setup: Setup) -> News:
    """Bring the memory up to date with the message and say what is new."""
    news = News()
    _number_of_before(memory, news, turn, heard, acts)
    heard = _objects(memory, news, turn, heard, acts, setup)
    _set_aside(memory, news, turn, heard, acts)
    before, himself = memory.value("name"), contacts.is_himself(memory, heard, acts, turn.message.text)
    whom = contacts.other(memory, heard, acts, turn.message.text)
    if whom:
        memory.contact_name = news.contact_name = whom
        heard = replace(heard, slots={slot: found for slot, found in heard.slots.items() if slot != "name"})
    for slot in heard.denied - heard.slots.keys() - _CONTACT:
        if _is_named(memory.facts.get(slot), turn.message.text):
            del memory.facts[slot]
    for slot in turn.company.fields.keys:
        found = heard.slots.get(slot)
        if found is None or _is_beside_the_point(slot, heard, memory, acts, setup, turn.message.text):
            continue
        fact = fact_of(found, turn.message.seq)
        if slot == "object_type" and _is_but_where(memory, found, acts, setup):
            news.same.add(slot)
        elif _completes(memory, setup, slot, fact):
            memory.facts[slot] = news.fresh[slot] = fact
        else:
            is_whom = slot == "phone" and bool(whom)
            if is_whom and "phone" in memory.facts:
                note_other(memory, news, str(memory.facts["phone"]["value"]), of_old=True)
            newer = is_whom or (slot == "name" and himself) or turn.company.fields[slot].newest_counts
            put(memory, news, slot, fact, newer or _may_replace(memory, heard, acts, slot, found), setup)
    if "name" in news.changed and himself:
        memory.contact_name = news.contact_name = str(before)  # «звоните жене Назгуль», and then «меня зовут Дастан»
    _restated(memory, news, turn, heard, acts)
    storeys.answered(memory, news, turn)
    sides.put_right(memory, news, turn)
    _name_of_a_relative(memory, news, turn, heard)
    _ending_of_phone(memory, news, turn)
    _other_of_two(memory, news, turn, heard)
    _answer_to_plot(memory, news, turn, acts)
    own_words.answer(memory, news, turn, heard, acts)
    if value := own_questions.answer(turn, heard, acts):
        put(memory, news, str(turn.asked), whole(turn, value), replaces=True)
    own_words.wish(memory, news, turn, heard, acts, setup)
    contacts.note_further(memory, news, heard, acts)
    _no_longer_an_area(memory, heard)
    _way_of_contact(memory, news, turn, heard, acts)
    memory.partial = "" if "phone" in news.slots else heard.partial_phone
    if not memory.first and (news.slots & {"object_type", "work"} or _tells(turn.message.text)):
        memory.first = " ".join(turn.message.text.split())[:_FIRST_WORDS]
    return news


def _no_longer_an_area(memory: Memory, heard: Extraction) -> None:
    """«701» to the question for the area, and then the rest of a phone: it was the phone's beginning."""
    area = memory.facts.get("area")
    goes_on = "phone" in heard.slots or len(heard.partial_phone) > len(memory.partial)
    if area and memory.partial and goes_on and str(area["quote"]).strip() == memory.partial:
        del memory.facts["area"]


def _objects(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts, setup: Setup) -> Extraction:
    """What was heard for the object the talk is about; what speaks of another one is put where it belongs."""
    text, kind = turn.message.text, heard.slots.get("object_type")
    facts = {
        slot: fact_of(found, turn.message.seq) for slot, found in heard.slots.items() if slot in fields.TABLE.of_object
    }
    if "wrong_chat" in acts:  # «это автосервис?»
        return _without(heard, facts.keys())
    if "complaint" in acts:  # what he has had built is no wish, but tells which work he complains of
        return _without(heard, facts.keys() - ({"city", "object_type"} - memory.facts.keys()))
    if second.is_another(memory, heard, acts, setup, text):
        if kind is not None and second.is_said_before(heard, text):  # «3,20 на 2. И шкаф»
            size = replace(heard.slots["area"], corrects=True)
            news.further.append({slot: fact for slot, fact in facts.items() if slot != "area"})
            second.park(memory, news.further[-1])
            return replace(heard, slots={**_without(heard, facts.keys()).slots, "area": size})
        if kind is None:
            facts["object_type"] = memory.facts["object_type"]
        if ("same_place" in acts or _is_part(facts, setup)) and "city" not in facts and "city" in memory.facts:
            facts["city"] = memory.facts["city"]
        news.another, news.begins = facts, turn.registered
        if turn.registered:
            second.begin(memory, facts, " ".join(text.split())[:_FIRST_WORDS])
        else:
            second.park(memory, facts)
        return _without(heard, facts.keys())
    if kind is None or not second.is_parked(memory, kind) or kind.value == memory.value("object_type"):
        return heard
    if kind.corrects and not second.has_lead(memory, kind.value):
        second.drop(memory, kind)  # «не дом, только фундамент»: no further thing any more
        return heard
    if "first_of_all" in acts and not turn.registered and second.bring_forward(memory, kind):
        news.forward = True
        return _without(heard, {"object_type"})
    news.another = facts
    if second.has_lead(memory, kind.value):
        memory.remarks.append(" ".join(text.split())[:_REMARK])  # its card is there already: a person puts it right
    else:
        second.park(memory, facts)
    return _without(heard, facts.keys())


def _is_part(facts: Mapping[str, Fact], setup: Setup) -> bool:
    """A ceiling, a kitchen: what is but a part of a thing stands where that does."""
    return setup.rank(str(facts["object_type"]["value"])) >= second.PART


def _set_aside(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """«Дом и баня»: what is wanted in one breath with the object stands beside it; asked about, it is no wish yet."""
    only_asks = "?" in turn.message.text and "wish" not in acts and "area" not in heard.slots
    if only_asks or acts.names & {"complaint", "withdrawal", "elsewhere", "wrong_chat", "correction"}:
        return
    for thing in heard.further:
        facts = {slot: fact_of(found, turn.message.seq) for slot, found in thing.items()}
        kind = str(facts["object_type"]["value"])
        if kind == memory.value("object_type"):
            if "area" in facts:
                put(memory, news, "area", facts["area"], replaces=False)
        elif not second.has_lead(memory, kind):
            second.park(memory, facts)
            news.further.append(facts)


def _without(heard: Extraction, slots: Iterable[str]) -> Extraction:
    left = set(slots)
    return replace(heard, slots={slot: found for slot, found in heard.slots.items() if slot not in left})


def _number_of_before(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """«Тот же номер»: who he is was known before this talk. A name that came with the number is taken with it."""
    if contacts.is_same_number(memory, heard, acts):
        memory.facts["phone"] = news.fresh["phone"] = {**memory.client["phone"], "sure": True}
        news.same_number = True
    known = memory.client.get("name")
    if known and "name" not in memory.facts and "name" not in heard.slots and ("phone" in memory.facts or
                                                                               "phone" in heard.slots):  # fmt: skip
        memory.facts["name"] = news.fresh["name"] = {**known, "sure": True}


def _restated(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """«и площадь 95», «это в Талгаре»: a value said by its name is the right one now, with no word of correction."""
    text = turn.message.text
    if acts.topics or "elsewhere" in acts or len(text.split()) > _RESTATED or news.changed:
        return
    of_object = {slot for slot in heard.slots if slot in fields.TABLE.of_object}
    kind = heard.slots.get("object_type")
    if kind is not None and kind.value == memory.value("object_type"):
        of_object.discard("object_type")  # «гараж лучше 50 квадратов»
    for slot, label in _LABELS.items():
        found = heard.slots.get(slot)
        if found is not None and of_object == {slot} and slot in memory.facts and label.search(fold(text)):
            fact = fact_of(found, turn.message.seq)
            if fact["value"] != memory.facts[slot]["value"]:
                put(memory, news, slot, fact, replaces=True)


def _way_of_contact(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """«Только WhatsApp», «не звоните»: kept for the card; without the act a word beside the number says it too."""
    way = contacts.way(turn.message.text, has_account=bool(acts.contact)) if "contact_by" in acts else ""
    if way and way != memory.contact_by:
        memory.contact_by = news.contact_by = way


def _is_named(fact: Fact | None, text: str) -> bool:
    """Does the text name the value we hold? Only that one can be taken back: «не в доме» leaves a cottage be."""
    return fact is not None and fold(fact["quote"])[:_STEM] in fold(text)


def _name_of_a_relative(memory: Memory, news: News, turn: Turn, heard: Extraction) -> None:
    """«ремонт у мамы, её зовут Галия», and then «её номер …»: she is the one to call."""
    memory.relative = heard.relative or memory.relative
    hers = any(word in _THEIRS for word in re.findall(r"\w+", fold(turn.message.text)))
    if memory.relative and hers and "phone" in news.fresh and "name" not in memory.facts:
        put(memory, news, "name", whole(turn, memory.relative) | {"sure": False}, replaces=True)


def ends_anew(text: str) -> str:
    """The digits of «последние цифры 41», which put the end of a number right; "" where none are said."""
    found = _NEW_ENDING.search(fold(text))
    return found[1].replace(" ", "") if found else ""


def _ending_of_phone(memory: Memory, news: News, turn: Turn) -> None:
    old, ending = memory.facts.get("phone"), ends_anew(turn.message.text)
    if old and ending and "phone" not in news.slots and old.get("e164"):
        mended = {key: str(old[key])[: -len(ending)] + ending for key in ("value", "e164")}
        if mended["e164"] != old["e164"]:
            put(memory, news, "phone", {**whole(turn, ""), **mended}, replaces=True)


def _other_of_two(memory: Memory, news: News, turn: Turn, heard: Extraction) -> None:
    """«лучше на второй, первый жены», said of two numbers that were given before."""
    old, others = memory.facts.get("phone"), [phone_line.read(other) for other in memory.others]
    second = next((number for number in others if number), None)
    if old and second and not heard.slots and preferred.pointed(turn.message.text) == 1:
        memory.others.remove(second.value)
        put(memory, news, "phone", whole(turn, second.value) | {"e164": second.e164}, replaces=True)
        note_other(memory, news, str(old["value"]))


def _told_apart(text: str, found: Found) -> bool:
    """Does the value stand in a sentence of its own, behind or before the question?"""
    begin = max(text.rfind(mark, 0, found.start) for mark in ".?!\n") + 1
    end = min((at for mark in ".?!\n" if (at := text.find(mark, found.end)) >= 0), default=len(text))
    return text[end : end + 1] != "?" and bool(text[:begin].strip() or text[end + 1 :].strip())


def _is_beside_the_point(slot: str, heard: Extraction, memory: Memory, acts: Acts, setup: Setup, text: str) -> bool:
    """The company's own office in a question for it; the size of what has none; land, where its use is known."""
    topics, found = set(acts.topics), heard.slots[slot]
    if slot == "city" and "area_served" in topics and "city" in memory.facts:
        return True  # «а в Караганде делаете?»
    if topics & _ABOUT_US and "area_served" not in topics and "wish" not in acts and slot in _OF_THE_WISH:
        return not _told_apart(text, found)
    if "elsewhere" in acts and slot in _OF_THE_WISH and slot in memory.facts:
        return True  # «у брата такой же дом в Шымкенте»
    if topics & _ASIDE and slot == "object_type" and slot in memory.facts and "wish" not in acts:
        return True
    if slot == "area":  # «35 метров» of a fence; but «окна», and then «квартира 58»
        thing, place = memory.value("object_type"), heard.slots.get("object_type")
        return not setup.suits(slot, thing) and not (place and thing and setup.is_at(thing, place.value))
    return slot == "object_type" and slot in memory.facts and setup.is_vague(found.value)


def _is_but_where(memory: Memory, found: Found, acts: Acts, setup: Setup) -> bool:
    """«Забор нужен», and then «дом свой»: where it is to be, unless a wish or a correction speaks of it."""
    old = memory.value("object_type")
    if old is None or memory.parked or found.corrects or acts.names & {"wish", "also", "second_object", "correction"}:
        return False
    return setup.is_at(old, found.value)


def _tells(text: str) -> bool:
    return sum(word.isalpha() for word in text.split()) > _FEW


def _may_replace(memory: Memory, heard: Extraction, acts: Acts, slot: str, found: Found) -> bool:
    """Does this value stand over the one we have? Only a correction, a surer one, or the newer of a passing detail."""
    old = memory.facts.get(slot)
    if old is None or slot in heard.denied:
        return True
    if slot == "name":
        return found.sure and _is_the_contact(memory, heard, acts, old, found)
    if slot == "object_type" and not found.sure:
        return False  # «вернее участок в Талгаре, в Есике у нас дача»
    if slot == "area" and old.get("m2") is not None and found.m2 is None:
        return False  # «участок 10 соток» beside «дом 9 на 11»
    if found.corrects:
        return True
    if not old.get("sure", True) and found.sure:
        return True
    if slot == "phone":  # the first is his, unless he says to take the other
        if acts.names & {"correction", "prefer"} or memory.asked == "phone":
            return True
        return "also" not in acts and bool(acts.names & {"my_phone", "call_this"})
    if slot == "city" and regions.is_one(found.value):
        return False  # the town says more
    if slot == "city" and found.sure and heard.slots.keys() & {"object_type", "plot"}:
        return True  # where the thing itself is outranks a town named in passing
    return "correction" in acts and (found.sure or slot == "area")


def _is_the_contact(memory: Memory, heard: Extraction, acts: Acts, old: Fact, found: Found) -> bool:
    """Whom to call: who introduces himself, who gives the number, or the same person by a fuller name."""
    if "introduces" in acts or _longer(old, found) or not old.get("sure", True):
        return True
    if found.corrects or "correction" in acts:
        return not any(slot in memory.facts and slot != "name" for slot in heard.slots)  # it is the name he puts right
    number = heard.slots.get("phone")
    return number is not None and _may_replace(memory, heard, acts, "phone", number)


def _completes(memory: Memory, setup: Setup, slot: str, fact: Fact) -> bool:
    """Did land stand in for what is to be made on it, or for its size, or a region for the town, until now?"""
    old = memory.facts.get(slot)
    if slot == "area":
        return old is not None and old.get("m2", 0) is None and fact.get("m2") is not None
    if slot == "city":
        return old is not None and regions.is_one(old["value"]) and not regions.is_one(fact["value"])
    if slot == "object_type":
        if old is None or setup.is_vague(fact["value"]) >= setup.is_vague(old["value"]):
            return (
                old is not None
                and setup.rank(fact["value"]) < setup.rank(old["value"])
                and setup.is_vague(old["value"])
            )
        return setup.rank(fact["value"]) <= setup.rank(old["value"])
    return False


def _longer(old: Fact, found: Found) -> bool:
    return found.value != old["value"] and str(old["value"]) in found.value.split()


def _answer_to_plot(memory: Memory, news: News, turn: Turn, acts: Acts) -> None:
    """«да», «нет», «ещё ищем» after the question about the plot."""
    if turn.asked != "plot" or "plot" in news.slots or news.contact_name:
        return
    said = acts
    if news.slots & _CONTACT:  # «Марат, 8707…, дуалды да» is no «да»: a clause begins with it
        said = signs(
            " ".join(clause.split()[0] for clause in re.split(r"[,.;!?\n]", turn.message.text) if clause.split())
        )
    value = "ищет" if "looking" in acts else "нет" if "no" in said else "есть" if "yes" in said else None
    if value:
        put(memory, news, "plot", whole(turn, value), replaces=True)
