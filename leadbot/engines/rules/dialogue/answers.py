"""Answers to what the client asks: the company's own facts, else honestly that a manager will tell."""

from __future__ import annotations

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.dialogue import served
from leadbot.engines.rules.dialogue.exchange import Exchange, Reply
from leadbot.engines.rules.dialogue.intents import OTHER, fold, topics_of
from leadbot.engines.rules.reading.extract import extract
from leadbot.texts import phrases
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.promise import closed

_INSTEAD = ("answer.other", "noted")  # where the same question comes again
SHORT = 4  # words of a greeting that is nothing else
QUESTION = 160  # characters kept of a question
# Facts that show whom one deals with, the likeliest first; as many of them are told.
_PROOFS, _PROOFS_TOLD = ("trust", "documents", "guarantee", "portfolio"), 2


def answer(scene: Exchange, made: Reply) -> None:
    """Answer every question of the message, each once, and what else wants a word before the next question."""
    acts = scene.acts
    if any(f"speak_{one}" in acts for one in LANGUAGES):
        made.parts.append(scene.say("answer.language"))
        return
    if "when_call" in acts and not scene.registers:
        made.keep(_when_called(scene))
    if "bot" in acts:
        made.keep(_who_speaks(scene))
    if "trust" in acts:
        made.keep(_trust(scene))
    for act in ("why_phone", "why_name"):
        if act in acts and not (act == "why_phone" and "why_name" in acts and "phone" not in acts.topics):
            made.keep(scene.say(f"answer.{act}"))
    if asks(scene) and not ("dear" in acts and acts.topics == (OTHER,)):
        _questions(scene, made)
    elif "dear" in acts and not scene.news:
        made.parts.append(scene.say("answer.dear"))
    elif "off_topic" in acts and not scene.news:
        made.parts.append(scene.say("off_topic"))


def asks(scene: Exchange) -> bool:
    """Does the message ask something of the company?

    «Здравствуйте, есть кто живой?» only greets, and who asks «do you make such things?» wishes for one.
    """
    acts = scene.acts
    if acts.topics != (OTHER,):
        return bool(acts.topics)
    short = len(scene.turn.message.text.split()) <= SHORT or "anyone" in acts
    only_greets = "greeting" in acts and short
    return not only_greets and "object_type" not in scene.news.fresh and not scene.news.another


def _questions(scene: Exchange, made: Reply) -> None:
    """An answer to each topic; those that only a manager can answer are named in one sentence."""
    told: list[str] = []
    left: list[str] = []
    for topic in scene.acts.topics:
        text = _told(scene, topic)
        if text and text not in told:
            told.append(text)
        elif not text:
            left.append(topic)
    if left:
        keep_question(scene)
        told.append(_left(scene, left))
    again = [text for text in told if scene.just_said(text)]
    if again and len(again) == len(told):  # he asks again: the same words won't help him
        keep_question(scene)
        told = [next((text for text in map(scene.say, _INSTEAD) if not scene.just_said(text)), "")]
    for text in told:
        made.keep(text)
        made.asks = made.asks and "?" not in text


def _told(scene: Exchange, topic: str) -> str:
    """What the company says of a topic; "" where it says nothing."""
    company = scene.turn.company
    if _declined(scene, topic):
        return ""
    text = _of(scene, scene.acts.facts.get(topic))
    if topic == "price" and _is_of_another(scene, text):
        return ""
    if text and topic == "price":
        return scene.say("answer.price.fact", fact=phrases.stopped(text))
    if topic == "area_served":
        return _area_served(scene, text)
    if text:
        return text
    own = {"address": company.address, "hours": company.hours_in(scene.language), "phone": company.phone}
    return scene.say(f"answer.{topic}.fact") if own.get(topic) else ""


def _is_of_another(scene: Exchange, text: str) -> bool:
    """Does the company's price speak of one thing alone, and the client of another?"""
    found = extract(text, setup=scene.setup, objects=scene.turn.company.objects)
    named = {thing["object_type"].value for thing in (found.slots, *found.further) if "object_type" in thing}
    wanted = scene.memory.value("object_type")
    return len(named) == 1 and wanted is not None and wanted not in named and not scene.setup.is_vague(wanted)


def _of(scene: Exchange, fact: CompanyFact | None) -> str:
    if fact is None:
        return ""
    company = scene.turn.company
    text = fact.text.get(scene.language) or fact.text.get(company.language) or next(iter(fact.text.values()), "")
    return text.strip()


def _area_served(scene: Exchange, text: str) -> str:
    """A yes or a no to the place that was asked about, as far as it follows from the company's words."""
    place = scene.heard.slots.get("city")
    if not text or place is None:
        return text
    covered = served.covers(text, place.value)
    where = phrases.where(place.value, scene.language)
    if covered is None or (where is None and not covered):
        return text
    if not covered and "city" in scene.news.fresh:  # where nothing is built stands no house of his
        del scene.memory.facts["city"], scene.news.fresh["city"]
    if covered:
        return scene.say("served.yes.here", in_city=where) if where else scene.say("served.yes")
    return phrases.join([scene.say("served.no", in_city=where or "", In_city=phrases.capital(where or "")), text])


def _left(scene: Exchange, topics: list[str]) -> str:
    """Who will answer what we can't: a sentence of its own for one topic, one for several together."""
    if len(topics) == 1:
        known = phrases.knows(f"answer.{topics[0]}", scene.setup) and not _declined(scene, topics[0])
        return scene.say(f"answer.{topics[0]}" if known else "answer.other")
    named = [
        phrases.say(f"topic.{topic}", scene.language)
        for topic in topics
        if phrases.knows(f"topic.{topic}", scene.setup)
    ]
    if not named:
        return scene.say("answer.other")
    return scene.say("answer.several", topics=phrases.listed(named, scene.language))


def _when_called(scene: Exchange) -> str:
    """When a manager will call, which he can but with a number."""
    if "phone" not in scene.memory.facts:
        return scene.say("answer.when_call.no_phone")
    opening = scene.turn.opening
    return (
        closed("thanks.closed", opening, scene.turn.now, scene.language) if opening else scene.say("answer.when_call")
    )


def _who_speaks(scene: Exchange) -> str:
    """That it is a bot, by name where it has one."""
    persona, key = scene.turn.company.persona, "answer.bot"
    if "name_of_bot" in scene.acts:
        key = "answer.bot.name" if persona else "answer.bot.no_name"
    text = scene.say(key, persona=persona)
    return scene.say("answer.bot.again") if scene.just_said(text) else text


def _trust(scene: Exchange) -> str:
    """Whom the client deals with, in the company's own facts; without any a manager shows the papers."""
    facts = [_of(scene, scene.acts.facts.get(topic)) for topic in _PROOFS if not _declined(scene, topic)]
    told = [fact for fact in facts if fact][:_PROOFS_TOLD]
    if scene.turn.company.address:
        told.append(scene.say("answer.address.fact"))
    if not told:
        keep_question(scene)
        return scene.say("trust.manager")
    return phrases.join([scene.say("trust"), *told])


def _declined(scene: Exchange, topic: str) -> bool:
    """Does the message speak of what the company has told its bot to leave to a manager, in its words or in others?"""
    said = f" {fold(scene.turn.message.text)}"
    left = [text for text in scene.turn.company.forbidden if text.strip()]
    return any(f" {fold(text)}" in said or topic in topics_of(text) for text in left)


def keep_question(scene: Exchange) -> None:
    """Put the client's question on the lead: «передан» is true only then."""
    _keep(scene.memory.questions, scene.turn.message.text, QUESTION)


def keep_remark(scene: Exchange) -> None:
    """Put the client's words on the lead, for the manager to read."""
    _keep(scene.memory.remarks, scene.turn.message.text, QUESTION)


def _keep(kept: list[str], text: str, most: int) -> None:
    words = " ".join(text.split())[:most]
    if words and words not in kept:
        kept.append(words)
