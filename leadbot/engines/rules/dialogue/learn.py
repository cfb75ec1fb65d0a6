"""Takes what a message says into the memory: new facts, corrections, second numbers, what the client leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import own_questions
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.memory import Fact, Memory
from leadbot.engines.rules.reading import regions
from leadbot.engines.rules.reading.details import speaks_of_time
from leadbot.engines.rules.reading.extract import Extraction, Found
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.words import words
from leadbot.texts.trades import Setup

# «А офис где?» asks about the company's own office.
_ABOUT_US = frozenset({"address", "hours", "phone"})
# «А гарантия на крышу есть?» wishes for no further thing.
_ASIDE = frozenset({"guarantee", "installment", "documents"})
_OF_THE_WISH = frozenset({"object_type", "city", "area"})
# Acts that are no answer in one's own words.
_NO_ANSWER = frozenset(
    {
        "unsure",
        "refuse",
        "human",
        "abuse",
        "no_words",
        "off_topic",
        "greeting",
        "thanks",
        "bye",
        "later",
        "not_client",
        "dear",
    }
)
_THEIRS = words("learn.theirs")
_NEW_ENDING = re.compile(
    r"(?:последн\w+|в конце|на конце|соны|сонгы) (?:\w+ )?(?:цифр\w*|сан\w*|номир\w*)?(?: \w+)?[ :—-]{0,3}"
    r"(\d(?: ?\d){0,3})(?! ?\d)(?! ?(?:кв|м|соток|шар|этаж))"
)
_LEAST_WISH, _LONGEST_WISH = 2, 60  # words that tell what is wanted unasked; characters kept of them
_SIDES = re.compile(r"\d\s*(?:м\.?\s*)?(?:[xхXХ×*]|на|by)\s*\d")
_EACH, _WHOLE = words("learn.each_floor"), words("learn.whole_house")
_MOST_FLOORS, _SHORT_ANSWER = 5, 6  # storeys of a house; words of an answer about them
_FEW = 2  # words that are too few to be worth quoting
_CONTACT = frozenset({"name", "phone"})  # kept until a better one comes
_STEM = 4  # letters by which an inflected word is known again
_FIRST_WORDS = 100  # characters kept of the client's first words


@dataclass(slots=True)
class News:
    """What one message changed."""

    fresh: dict[str, Fact] = field(default_factory=dict)  # slots that were unknown
    changed: dict[str, Fact] = field(default_factory=dict)  # slots that now hold another value
    same: set[str] = field(default_factory=set)  # slots said again
    contact: str = ""  # an e-mail, an account or a second number
    wish: str = ""  # a further object

    def __bool__(self) -> bool:
        return bool(self.fresh or self.changed or self.same or self.contact or self.wish)

    @property
    def slots(self) -> set[str]:
        """All slots the message speaks of."""
        return self.fresh.keys() | self.changed.keys() | self.same


def take(memory: Memory, turn: Turn, heard: Extraction, acts: Acts, setup: Setup) -> News:
    """Bring the memory up to date with the message and say what is new."""
    news = News()
    for slot in heard.denied - heard.slots.keys() - _CONTACT:
        if _is_named(memory.facts.get(slot), turn.message.text):
            del memory.facts[slot]
    for slot in turn.company.fields.keys:
        found = heard.slots.get(slot)
        if found is None or _is_beside_the_point(slot, found, memory, acts, setup, turn.message.text):
            continue
        fact = _fact(found, turn.message.seq)
        if _completes(memory, setup, slot, fact):
            memory.facts[slot] = news.fresh[slot] = fact
        else:
            newer = turn.company.fields[slot].newest_counts
            _put(memory, news, slot, fact, newer or _may_replace(memory, heard, acts, slot, found))
    _of_one_floor(memory, news, turn)
    _name_of_a_relative(memory, news, turn, heard)
    _ending_of_phone(memory, news, turn)
    _answer_to_plot(memory, news, turn, acts)
    _answer_in_own_words(memory, news, turn, heard, acts)
    if value := own_questions.answer(turn, heard, acts):
        _put(memory, news, str(turn.asked), _whole(turn, value), replaces=True)
    _wish_in_own_words(memory, news, turn, heard, acts, setup)
    _further_contacts(memory, news, heard, acts)
    _no_longer_an_area(memory, heard)
    memory.partial = "" if "phone" in news.slots else heard.partial_phone
    if not memory.first and (news.slots & {"object_type", "work"} or _tells(turn.message.text)):
        memory.first = " ".join(turn.message.text.split())[:_FIRST_WORDS]
    return news


def storeys(memory: Memory) -> int:
    """How many floors the sides that were said may be multiplied by; 0 where that is no question."""
    area, floors = memory.facts.get("area"), memory.value("floors") or ""
    doubtful = area is not None and not area.get("sure", True) and bool(_SIDES.search(str(area["quote"])))
    return int(floors) if doubtful and floors.isdecimal() and 2 <= int(floors) <= _MOST_FLOORS else 0


def _of_one_floor(memory: Memory, news: News, turn: Turn) -> None:
    """«одного», «әр қабаты» to the question whether 10 × 12 is one floor's size or the house's."""
    count = 0 if "area" in news.slots or len(turn.message.text.split()) > _SHORT_ANSWER else storeys(memory)
    spoken = set(re.findall(r"\w+", fold(turn.message.text)))
    if not count or not spoken & (_EACH | _WHOLE):
        return
    area = memory.facts["area"]
    if spoken & _EACH and area.get("m2"):
        m2 = round(area["m2"] * count, 2)
        value = f"{m2:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " м²"
        memory.facts["area"] = news.changed["area"] = {**area, "value": value, "m2": m2, "sure": True}
    else:
        area["sure"] = True
        news.same.add("area")


def _no_longer_an_area(memory: Memory, heard: Extraction) -> None:
    """«701» to the question for the area, and then the rest of a phone: it was the phone's beginning."""
    area = memory.facts.get("area")
    goes_on = "phone" in heard.slots or len(heard.partial_phone) > len(memory.partial)
    if area and memory.partial and goes_on and str(area["quote"]).strip() == memory.partial:
        del memory.facts["area"]


def _is_named(fact: Fact | None, text: str) -> bool:
    """Does the text name the value we hold? Only that one can be taken back: «не в доме» leaves a cottage be."""
    return fact is not None and fold(fact["quote"])[:_STEM] in fold(text)


def _name_of_a_relative(memory: Memory, news: News, turn: Turn, heard: Extraction) -> None:
    """«ремонт у мамы, её зовут Галия», and then «её номер …»: she is the one to call."""
    memory.relative = heard.relative or memory.relative
    hers = any(word in _THEIRS for word in re.findall(r"\w+", fold(turn.message.text)))
    if memory.relative and hers and "phone" in news.fresh and "name" not in memory.facts:
        _put(memory, news, "name", _whole(turn, memory.relative) | {"sure": False}, replaces=True)


def ends_anew(text: str) -> str:
    """The digits of «последние цифры 41», which put the end of a number right; "" where none are said."""
    found = _NEW_ENDING.search(fold(text))
    return found[1].replace(" ", "") if found else ""


def _ending_of_phone(memory: Memory, news: News, turn: Turn) -> None:
    old, ending = memory.facts.get("phone"), ends_anew(turn.message.text)
    if old and ending and "phone" not in news.slots and old.get("e164"):
        mended = {key: str(old[key])[: -len(ending)] + ending for key in ("value", "e164")}
        if mended["e164"] != old["e164"]:
            _put(memory, news, "phone", {**_whole(turn, ""), **mended}, replaces=True)


def _told_apart(text: str, found: Found) -> bool:
    """Does the value stand in a sentence of its own, behind or before the question?"""
    begin = max(text.rfind(mark, 0, found.start) for mark in ".?!\n") + 1
    end = min((at for mark in ".?!\n" if (at := text.find(mark, found.end)) >= 0), default=len(text))
    return text[end : end + 1] != "?" and bool(text[:begin].strip() or text[end + 1 :].strip())


def _is_beside_the_point(slot: str, found: Found, memory: Memory, acts: Acts, setup: Setup, text: str) -> bool:
    """The company's own office in a question for it; the size of what has none; land, where its use is known."""
    if acts.topic in _ABOUT_US and "wish" not in acts and slot in _OF_THE_WISH:
        return not _told_apart(text, found)
    if "elsewhere" in acts and slot in _OF_THE_WISH and slot in memory.facts:
        return True  # «у брата такой же дом в Шымкенте»
    if acts.topic in _ASIDE and slot == "object_type" and slot in memory.facts and "wish" not in acts:
        return True
    if slot == "area":  # «35 метров» of a fence
        return not setup.suits(slot, memory.value("object_type"))
    return slot == "object_type" and slot in memory.facts and setup.is_vague(found.value)


def _tells(text: str) -> bool:
    return sum(word.isalpha() for word in text.split()) > _FEW


def _fact(found: Found, seq: int) -> Fact:
    fact: Fact = {
        "value": found.value, "quote": found.quote, "seq": seq, "start": found.start, "end": found.end,
        "sure": found.sure,
    }  # fmt: skip
    if found.e164:
        fact["e164"] = found.e164
    if found.unit or found.m2 is not None:
        fact["m2"] = found.m2
    return fact


def _put(memory: Memory, news: News, slot: str, fact: Fact, replaces: bool) -> None:
    """Store a fact: a new one, or over the old one where `replaces`."""
    old = memory.facts.get(slot)
    if old is None:
        memory.facts[slot] = news.fresh[slot] = fact
    elif old["value"] == fact["value"]:
        news.same.add(slot)
        old["sure"] = old.get("sure", True) or fact["sure"]
    elif replaces:
        memory.facts[slot] = news.changed[slot] = fact
    elif slot == "phone":
        _note_other(memory, news, fact["value"])
    elif slot == "object_type":
        news.wish = fact["value"]
        memory.wishes += [fact["value"]] if fact["value"] not in memory.wishes else []


def _may_replace(memory: Memory, heard: Extraction, acts: Acts, slot: str, found: Found) -> bool:
    """Does this value stand over the one we have? Only a correction, a surer one, or the newer of a passing detail."""
    old = memory.facts.get(slot)
    if old is None or slot in heard.denied:
        return True
    if slot == "name":
        return found.sure and _is_the_contact(memory, heard, acts, old, found)
    if slot == "object_type" and not found.sure:
        return False  # «вернее участок в Талгаре, в Есике у нас дача»
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
        return old is not None and setup.is_vague(old["value"]) and setup.rank(fact["value"]) < setup.rank(old["value"])
    return False


def _longer(old: Fact, found: Found) -> bool:
    return found.value != old["value"] and str(old["value"]) in found.value.split()


def _answer_to_plot(memory: Memory, news: News, turn: Turn, acts: Acts) -> None:
    """«да», «нет», «ещё ищем» after the question about the plot."""
    if turn.asked != "plot" or "plot" in news.slots:
        return
    value = "ищет" if "looking" in acts else "нет" if "no" in acts else "есть" if "yes" in acts else None
    if value:
        _put(memory, news, "plot", _whole(turn, value), replaces=True)


def _answer_in_own_words(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """An answer in free words to a question that has no table of values."""
    slot = turn.asked
    row = turn.company.fields.get(slot)
    if row is None or not (row.is_free and row.is_extracted):
        return
    if news.slots or heard.slots.get("city") or acts.topic or acts.names & _NO_ANSWER:
        return
    said = " ".join(heard.masked.split())
    if slot == "callback" and not speaks_of_time(said):
        return
    if any(letter.isalnum() for letter in said):
        _put(memory, news, row.key, _whole(turn, said[:80]), replaces=True)


def _wish_in_own_words(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts, setup: Setup) -> None:
    """What is wanted in a trade whose things no table holds: «торт на свадьбу», «зуб шатается»."""
    if not setup.free or "object_type" in memory.facts or "object_type" in news.slots:
        return
    if acts.names & (_NO_ANSWER - {"later"}) or (acts.topic and acts.topic != "other") or heard.trouble:
        return
    if turn.asked not in (None, "object_type") or (turn.asked is None and news.slots & _CONTACT):
        return
    said = " ".join(heard.masked.split()).strip(" ,.;!?-")
    if len(said.split()) < (1 if turn.asked else _LEAST_WISH):
        return
    words = said.split()
    while words and near.is_everyday(fold(words[0]).strip(".,!?")):
        del words[0]  # «нужен торт на свадьбу»
    while words and near.is_everyday(fold(words[-1]).strip(".,!?")):
        del words[-1]  # «видеограф керек еді»
    if words and any(letter.isalpha() for letter in "".join(words)):
        _put(memory, news, "object_type", _whole(turn, " ".join(words)[:_LONGEST_WISH].strip(" ,.")), replaces=True)


def _whole(turn: Turn, value: str) -> Fact:
    text = turn.message.text
    return {"value": value, "quote": text, "seq": turn.message.seq, "start": 0, "end": len(text), "sure": True}


def _further_contacts(memory: Memory, news: News, heard: Extraction, acts: Acts) -> None:
    for found in heard.others.get("phone", ()):
        _note_other(memory, news, found.value)
    if acts.contact:
        _note_other(memory, news, acts.contact)


def _note_other(memory: Memory, news: News, value: str) -> None:
    news.contact = value
    if value not in memory.others and value != memory.value("phone"):
        memory.others.append(value)
