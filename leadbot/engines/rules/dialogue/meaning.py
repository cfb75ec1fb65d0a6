"""What acts mean in their place of the talk: «нет» to the question for a phone refuses it, to another it does not."""

from __future__ import annotations

from dataclasses import replace

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import questions
from leadbot.engines.rules.dialogue.intents import OTHER, Acts
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News
from leadbot.engines.rules.reading.extract import Extraction

_SHORT = 3  # words of an answer that is but a «нет»
# Acts that move nothing on: a turn that has no others brought no fruit.
_IDLE = frozenset(
    {"yes", "no", "no_words", "abuse", "off_topic", "injection", "other_language", "correction", "also", "of_area"}
)

_OF_NAME, _OF_PHONE = frozenset({"why_name", "refuse_name"}), frozenset({"why_phone", "refuse_phone"})


def judge(turn: Turn, memory: Memory, heard: Extraction, acts: Acts, news: News) -> Acts:
    """The acts with what follows from them ("refused_phone", "refused_name", ...), noted in the memory."""
    names = acts.names
    if "injection" in names:
        names |= {"off_topic"}
    if acts.signs & _OF_NAME and not acts.signs & _OF_PHONE:
        names -= _OF_PHONE  # «имя не скажу»: the patterns know which of the two
    memory.confirming = ""
    if "still_wants" in names and memory.withdrawn:
        names |= {"renewed"}
    _mark(memory, names, news)
    _note_client(memory, heard, names)
    names |= _refusals(turn, memory, names, news)
    if "refuse" in names and turn.asked in turn.company.fields.askable:
        names |= {"unsure"}  # «не скажу» to the question for the area
    if acts.contact and memory.refused.get("phone"):
        memory.refused["phone"] = 2  # he has left what he wanted to leave
    asked = "area" if {"unsure", "of_area"} <= names and "area" not in memory.facts else turn.asked
    if "unsure" in names and asked not in (None, "name", "phone", "contact", *news.slots, *memory.skipped):
        memory.skipped.append(str(asked))
    _count(memory, acts, news, names)
    topics = acts.topics
    if ({"unsure", "of_area"} <= names and not questions.asked(turn.message.text)) or _echoes(turn, acts, news):
        topics = ()  # «не знаю сколько» asks for no price
    return replace(acts, names=names, topics=topics)


def _mark(memory: Memory, names: frozenset[str], news: News) -> None:
    """What a manager must know of the client, whatever else is said later."""
    if "withdrawal" in names:
        memory.withdrawn = True
    elif memory.withdrawn and (news or names & {"wish", "still_wants"}):
        memory.withdrawn = False  # he wants it after all
    memory.complaint = memory.complaint or "complaint" in names
    memory.urgent = memory.urgent or "urgency" in names


def _echoes(turn: Turn, acts: Acts, news: News) -> bool:
    """«Как звать? Геннадий»: the bot's own question, repeated before the answer."""
    slots = news.fresh.keys() & ({"name", "phone"} if turn.asked == "contact" else {str(turn.asked)})
    answer = min((news.fresh[slot]["start"] for slot in slots), default=0)
    return (
        acts.topics == (OTHER,) and bool(slots) and all(end <= answer for _, end in questions.asked(turn.message.text))
    )


def _note_client(memory: Memory, heard: Extraction, names: frozenset[str]) -> None:
    """A job seeker or a supplier stays one until he wishes for something the company makes."""
    wishes = "wish" in names
    if "not_client" in names and not wishes:
        memory.not_client = True
    elif wishes and "object_type" in heard.slots:
        memory.not_client = False


def _refusals(turn: Turn, memory: Memory, names: frozenset[str], news: News) -> set[str]:
    """The refusals of this message: in so many words, or by a «нет» to the question for it."""
    curt = "no" in names and len(turn.message.text.split()) <= _SHORT
    refuses = not news and ("refuse" in names or curt)
    is_of_name = bool(names & _OF_NAME) and not names & _OF_PHONE
    found = set()
    for slot, asking in (("phone", ("phone", "contact")), ("name", ("name",))):
        if slot in memory.facts:
            continue
        again = slot in memory.refused and turn.asked is None and "refuse" in names
        if slot == "phone" and turn.asked == "known_phone" and "no" in names and not news:
            _forget_number(memory)
            continue
        if names & {"complaint", "withdrawal", "contact_by", "human", "spared", "wrong_chat"}:
            continue
        in_turn = turn.asked == "contact" and slot == "name" if is_of_name else turn.asked in asking
        if f"refuse_{slot}" in names or again or (refuses and in_turn):
            memory.refused[slot] = memory.refused.get(slot, 0) + 1
            found.add(f"refused_{slot}")
    return found


def _count(memory: Memory, acts: Acts, news: News, names: frozenset[str]) -> None:
    """How long the talk has brought nothing, how often it was rude, whether a name can still be hoped for."""
    memory.fruitless = 0 if news or acts.topic or names - _IDLE else memory.fruitless + 1
    memory.abuse += "abuse" in names
    if "phone" in memory.facts and "name" not in memory.facts and "phone" not in news.fresh:
        memory.nameless = memory.nameless or memory.times_asked("name") >= 2


def _forget_number(memory: Memory) -> None:
    """«Нет» to the number he left before: another one is asked for."""
    memory.client.pop("phone", None)
