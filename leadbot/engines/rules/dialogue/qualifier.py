"""The embedded qualifier: facts known plus what is missing, in order. No network, no clock, no state of its own."""

from __future__ import annotations

import re
from dataclasses import replace

from leadbot.engines.base import Decision, Turn
from leadbot.engines.rules.dialogue import contacts, hearing, intents, own_questions
from leadbot.engines.rules.dialogue.exchange import Exchange
from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.learn import ends_anew, take
from leadbot.engines.rules.dialogue.meaning import judge
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.orders import gives_orders
from leadbot.engines.rules.dialogue.replies import reply
from leadbot.engines.rules.dialogue.summary import draft, is_lead, lead_of
from leadbot.engines.rules.reading.extract import Extraction, extract
from leadbot.engines.rules.reading.times import names_a_day
from leadbot.engines.rules.words.language import script
from leadbot.texts import phrases
from leadbot.texts.asking import asking
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.trades import Setup, setup_of

__all__ = ["Rules", "draft"]


class Rules:
    """The engine that needs nothing: rules and tables."""

    name = "rules"
    needs_network = False

    def decide(self, turn: Turn) -> Decision:
        """Answer the last message.

        1. Take in what it says (facts) and does (acts).
        2. Bring the memory up to date.
        3. Answer, and ask for one thing that is missing.
        4. Propose the lead, where what is known makes one.
        """
        setup = setup_of(turn.company.setup, turn.company.tone, turn.company.gender)
        memory = Memory.of(turn.known, turn.company.fields)
        memory.turns = max(memory.turns, sum(line.author == "bot" for line in turn.history))
        heard, acts = _listen(turn, memory, setup)
        wished = next((one for one in LANGUAGES if f"speak_{one}" in acts), None)  # «можно на русском?»
        language = wished or heard.language or turn.language or script(turn.message.text) or turn.company.language
        setup = asking(setup, turn.company.fields)
        contacts.give_way(memory, heard)
        news = take(memory, turn, heard, acts, setup)
        acts = judge(turn, memory, heard, acts, news)
        contacts.count_told(memory, turn, setup, news, acts)
        is_there = is_lead(memory) or turn.registered
        text, act = reply(Exchange(turn, memory, setup, language, heard, acts, news, is_there, _last_said(turn)))
        memory.turns += 1
        has_phone = "phone" in memory.facts
        lead = lead_of(memory, turn.company, language) if is_there and has_phone else None  # as the answer left it
        return Decision(text, memory.known(), language, lead, act, is_another=news.begins)


def _listen(turn: Turn, memory: Memory, setup: Setup) -> tuple[Extraction, Acts]:
    """The facts and the acts of the message."""
    text = turn.message.text
    acts = intents.signs(text)
    if "injection" not in acts and gives_orders(text):
        acts = replace(acts, names=acts.names | {"injection"}, signs=acts.signs | {"injection"})
    asked = _spoken_of(memory, text) if "correction" in acts else turn.asked
    heard = extract(
        "" if "injection" in acts else text,
        asked=_answered(turn, memory, _ASKED_FOR.get(asked or "", asked)),
        language=turn.language,
        partial_phone=memory.partial,
        objects=turn.company.objects,
        setup=setup,
    )
    heard = own_questions.without_guesses(_without_ours(heard, turn.company.phone), turn)
    acts = _languages(acts, turn.language)
    if "object_type" in heard.slots:  # «ағылшын тілі» orders a course and asks for no other language
        acts = replace(acts, names=acts.names - {f"speak_{one}" for one in LANGUAGES})
    return heard, hearing.in_place(acts, heard, turn, memory)


def _languages(acts: Acts, spoken: str | None) -> Acts:
    """The acts without the languages that are but spoken of, or spoken already; «орысша емес» is no other «no»."""
    named = {one for one in LANGUAGES if f"speak_{one}" in acts}
    if not named:
        return acts
    none = {f"speak_{one}" for one in named if f"not_{one}" in acts or one == spoken}
    return replace(acts, names=acts.names - none - {"no"})


# Questions that are answered by a yes, or by the value of a slot.
_ASKED_FOR = {"known_phone": "contact", "same_phone": "phone"}


def _without_ours(heard: Extraction, our_phone: str) -> Extraction:
    """What was heard but for the company's own number: «ваш номер 8727…?» gives nobody to call."""
    ours = re.sub(r"\D", "", our_phone)
    numbers = [*filter(None, [heard.slots.get("phone")]), *heard.others.get("phone", ())]
    theirs = [found for found in numbers if (found.e164 or found.value)[-10:] not in ours]
    if len(theirs) == len(numbers):
        return heard
    slots = {slot: found for slot, found in heard.slots.items() if slot != "phone"}
    slots |= {"phone": theirs[0]} if theirs else {}
    return replace(heard, slots=slots, others={**heard.others, "phone": tuple(theirs[1:])})


def _answered(turn: Turn, memory: Memory, asked: str | None) -> str | None:
    """What the message answers: the question, or an area that was said back and is now put right by a plain number."""
    if asked is None and memory.refused.get("phone") and _A_NUMBER.search(turn.message.text):
        return "phone"  # he gives it after all, maybe in pieces
    area = memory.facts.get("area")
    said_back = area is not None and not area.get("sure", True)
    return "area" if said_back and _PLAIN_NUMBER.fullmatch(turn.message.text) else asked


def _spoken_of(memory: Memory, text: str) -> str | None:
    """The slot whose value a correction repeats («не 130, а 160»): what stands beside it is of the same kind."""
    words = re.findall(r"[^\W_]+", intents.fold(text))
    for slot in ("name", "area", "city"):
        value = re.findall(r"[^\W_]+", intents.fold(memory.value(slot) or ""))
        if value and value[0] in words:
            return slot
    if ends_anew(text):
        return None
    if "callback" in memory.facts and names_a_day(text):
        return "callback"  # «ой, лучше в субботу»
    return "area" if "area" in memory.facts and _ONE_NUMBER.fullmatch(text) else memory.asked


_A_NUMBER = re.compile(r"(?<!\d)(?:\+?7|8)[ -]?7\d\d[ -]?\d")
_PLAIN_NUMBER = re.compile(
    r"\W*[1-9]\d{0,3}(?:[.,]\d{1,2})?\W*(?:м|m|кв|m2|м2|м²|квадрат\w*|метр\w*|шаршы\w*)?\W*", re.IGNORECASE
)
# «наверное остановимся на 150»: one number of the size of an area, and no other digit.
_ONE_NUMBER = re.compile(r"\D*(?<![\d.,:])[1-9]\d{1,3}(?:[.,]\d{1,2})?(?![\d.,:]\d|\d)\D*")


def _last_said(turn: Turn) -> frozenset[str]:
    """The sentences of the bot's last message."""
    last = next((line.text for line in reversed(turn.history[:-1]) if line.author == "bot"), "")
    return frozenset(phrases.sentences(last))
