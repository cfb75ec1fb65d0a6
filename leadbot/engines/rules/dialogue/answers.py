"""Answers to what the client asks: the company's own facts, else honestly that a manager will tell."""

from __future__ import annotations

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules import acts as classifier
from leadbot.engines.rules.dialogue import intents, questions, served
from leadbot.engines.rules.dialogue.exchange import Exchange, Reply
from leadbot.engines.rules.dialogue.intents import OTHER, fold, topics_of
from leadbot.engines.rules.reading.extract import extract
from leadbot.texts import phrases
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.promise import closed

_INSTEAD = ("answer.other", "answer.other.again", "noted")  # where the same question comes again
SHORT = 4  # words of a greeting that is nothing else
SERVICE, REST = "service", "rest"  # whether the company does what is asked for; what is asked beside the topics we know
QUESTION = 160  # characters kept of a question
LIKELY = 0.2  # what a clause is about, where the whole message has said so surely
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

    «Здравствуйте, есть кто живой?» only greets.
    """
    acts = scene.acts
    if acts.topics != (OTHER,):
        return bool(acts.topics)
    short = len(scene.turn.message.text.split()) <= SHORT or "anyone" in acts
    return not ("greeting" in acts and short and "object_type" not in scene.heard.slots)


def _questions(scene: Exchange, made: Reply) -> None:
    """An answer to each topic; those that only a manager can answer are named in one sentence."""
    told: list[str] = []
    left: list[str] = []
    for topic in _topics(scene):
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


def _topics(scene: Exchange) -> list[str]:
    """What is asked, each once: the topics, whether we do such work, and what else a clause asks."""
    text, topics = scene.turn.message.text, [topic for topic in scene.acts.topics if topic != OTHER]
    parts = questions.asked(text)
    if (not topics or _is_of_service(scene, topics)) and _asks_for_service(scene, parts):
        return [SERVICE]
    if not topics:
        return [OTHER]
    if len(parts) > len(topics) and any(_is_of_none(scene, text[start:end]) for start, end in parts):
        topics.append(REST)
    return topics


def _is_of_service(scene: Exchange, topics: list[str]) -> bool:
    """«Бани в Каскелене строите?» asks about the thing, where the company has said nothing of its places."""
    return topics == ["area_served"] and "area_served" not in scene.acts.facts


def _asks_for_service(scene: Exchange, parts: list[tuple[int, int]]) -> bool:
    """«Скважины бурите?»: does a clause that asks name the thing that is wanted?"""
    found = scene.heard.slots.get("object_type")
    is_new = "object_type" in scene.news.fresh or scene.news.another or scene.news.wish or scene.news.further
    return found is not None and bool(is_new) and any(start <= found.start < end for start, end in parts)


def _is_of_none(scene: Exchange, clause: str) -> bool:
    """Does this clause ask about none of the topics that were heard in the whole?"""
    claims = intents.claims(clause, scene.turn.company.facts)
    heard = {label.partition(".")[2] or label for label in claims}
    label, sure = classifier.likeliest(clause)
    if sure >= LIKELY:
        heard.add(label.partition(".")[2] or label)
    return not heard & {*scene.acts.topics, *scene.acts.names}


def _told(scene: Exchange, topic: str) -> str:
    """What the company says of a topic; "" where it says nothing."""
    company = scene.turn.company
    if topic == SERVICE and _offers(scene):
        return scene.say("answer.service.yes")
    if topic in (SERVICE, REST) or _declined(scene, topic):
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
    """Does the price speak of one thing, and is what the client wants another that has no area, as a fence?"""
    wanted = scene.memory.value("object_type")
    if wanted is None or scene.setup.measures != "m2" or scene.setup.suits("area", wanted):
        return False
    found = extract(text, setup=scene.setup, objects=scene.turn.company.objects)
    named = {thing["object_type"].value for thing in (found.slots, *found.further) if "object_type" in thing}
    return len(named) == 1 and wanted not in named


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


def _offers(scene: Exchange) -> bool:
    """Is what is asked for among the things that the bot itself offers?"""
    wanted = scene.heard.slots["object_type"].value
    offered = {chip["ru"].lower() for chip in scene.setup.chips.get("object_type", ())}
    return {wanted, scene.setup.object_name(wanted, "ru").lower()} & {*offered, *scene.turn.company.objects} != set()


def _left(scene: Exchange, topics: list[str]) -> str:
    """Who will answer what we can't: a sentence of its own for one topic, one for several together."""
    topics = [topic for topic in topics if topic != REST] or topics
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
