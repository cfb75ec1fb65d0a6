"""Answers to what the client asks: the company's own facts, else honestly that a manager will tell."""

from __future__ import annotations

from leadbot.engines.rules.dialogue.exchange import Exchange, Reply
from leadbot.engines.rules.dialogue.intents import fold, topics_of
from leadbot.texts import phrases
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.promise import closed

_INSTEAD = ("answer.other", "noted")  # where the same question comes again
MOST_QUESTIONS = 3  # of a client, kept for the manager
SHORT = 4  # words of a greeting that is nothing else


def answer(scene: Exchange, made: Reply) -> None:
    """Answer the client's question from the company's facts, else honestly that a manager will."""
    acts = scene.acts
    if "when_call" in acts and not scene.registers:
        made.parts.append(_when_called(scene))
        return
    if any(f"speak_{one}" in acts for one in LANGUAGES):
        made.parts.append(scene.say("answer.language"))
        return
    for act, key in (("bot", "answer.bot"), ("why_phone", "answer.why_phone"), ("why_name", "answer.why_name")):
        if act in acts:
            made.parts.append(scene.say(key))
            return
    if asks(scene) and not ("dear" in acts and acts.topic == "other"):
        told = _told(scene, acts.topic or "other")
        if scene.just_said(told):  # he asks again: the same words won't help him
            _keep_question(scene)
            told = next((text for text in map(scene.say, _INSTEAD) if not scene.just_said(text)), "")
        made.kept = told  # a company's own sentence may be long: it is what he asked for
        made.parts.append(told)
        made.asks = made.asks and "?" not in told
    elif "dear" in acts and not scene.news:
        made.parts.append(scene.say("answer.dear"))
    elif "off_topic" in acts and not scene.news:
        made.parts.append(scene.say("off_topic"))


def _when_called(scene: Exchange) -> str:
    """When a manager will call, which he can but with a number."""
    if "phone" not in scene.memory.facts:
        return scene.say("answer.when_call.no_phone")
    opening = scene.turn.opening
    return (
        closed("thanks.closed", opening, scene.turn.now, scene.language) if opening else scene.say("answer.when_call")
    )


def asks(scene: Exchange) -> bool:
    """Does the message ask something of the company?

    «Здравствуйте, есть кто живой?» only greets, and who asks «do you make such things?» wishes for one.
    """
    acts = scene.acts
    if acts.topic != "other":
        return acts.topic is not None
    short = len(scene.turn.message.text.split()) <= SHORT or "anyone" in acts
    only_greets = "greeting" in acts and short
    return not only_greets and "object_type" not in scene.news.fresh


def _told(scene: Exchange, topic: str) -> str:
    """What the company says of a topic, or who will."""
    company, fact = scene.turn.company, scene.acts.fact
    if _declined(scene, topic):
        _keep_question(scene)
        return scene.say("answer.other")
    if fact is not None:
        text = fact.text.get(scene.language) or fact.text.get(company.language) or next(iter(fact.text.values()), "")
        if text:
            return scene.say("answer.price.fact", fact=text.strip()) if topic == "price" else text.strip()
    told = {"address": company.address, "hours": company.hours_in(scene.language), "phone": company.phone}
    if told.get(topic):
        return scene.say(f"answer.{topic}.fact")
    _keep_question(scene)
    return scene.say(f"answer.{topic}" if phrases.knows(f"answer.{topic}", scene.setup) else "answer.other")


def _declined(scene: Exchange, topic: str) -> bool:
    """Does the message speak of what the company has told its bot to leave to a manager, in its words or in others?"""
    said = f" {fold(scene.turn.message.text)}"
    left = [text for text in scene.turn.company.forbidden if text.strip()]
    return any(f" {fold(text)}" in said or topic in topics_of(text) for text in left)


def _keep_question(scene: Exchange) -> None:
    """Put the client's question on the lead: «передан» is true only then."""
    words = " ".join(scene.turn.message.text.split())[:80]
    kept = scene.memory.questions
    if words and words not in kept and len(kept) < MOST_QUESTIONS:
        kept.append(words)
