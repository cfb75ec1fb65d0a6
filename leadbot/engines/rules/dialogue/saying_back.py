"""Said back to the client: what has been put right, what is not sure, and a phone that is none yet."""

from __future__ import annotations

import re

from leadbot.engines.rules.dialogue.answers import keep_remark
from leadbot.engines.rules.dialogue.exchange import Exchange, Reply
from leadbot.engines.rules.dialogue.intents import fold
from leadbot.engines.rules.dialogue.storeys import storeys
from leadbot.engines.rules.dialogue.summary import object_line
from leadbot.engines.rules.words import near
from leadbot.texts import phrases

_SOME = 2  # words no table holds that are worth reading
_BEGINNING = 7  # digits up to which a number is taken for the beginning of one, not for one that lacks a digit
_DIMENSIONS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:[xхXХ×*]|на|by)\s*(\d+(?:[.,]\d+)?)")


def phone_trouble(scene: Exchange, made: Reply) -> bool:
    """A number that is too short, too long, or something else than a phone."""
    heard, digits = scene.heard, scene.memory.partial
    if "phone" in scene.news.slots or not heard.trouble:
        return False
    if heard.trouble in ("iin", "card"):
        if "phone" in scene.memory.facts:
            return False
        text = scene.say(f"phone.{heard.trouble}")
    elif heard.trouble == "long" or not digits or (len(digits) > _BEGINNING and not _goes_on(scene, digits)):
        text = scene.say(f"phone.{heard.trouble or 'short'}", n=str(heard.trouble_digits or len(digits)))
    else:
        text = scene.say("phone.partial", digits=digits)
    if scene.just_said(text):
        start = phrases.sentences(text)[0]  # «Начало записано: 8775820.»
        text = start if digits and not scene.just_said(start) else scene.say("phone.C")
    made.parts.append(text)
    return True


def _goes_on(scene: Exchange, digits: str) -> bool:
    """Does the client send his number piece by piece?"""
    return sum(sign.isdigit() for sign in scene.turn.message.text) < len(digits)


def announced(scene: Exchange, made: Reply) -> bool:
    """«Мой номер» and no digits yet: they come in the next message."""
    words = scene.turn.message.text
    calls = "call_me" in scene.acts
    if (
        not (calls or "my_phone" in scene.acts)
        or "phone" in scene.memory.facts
        or any(sign.isdigit() for sign in words)
    ):
        return False
    if len(words.split()) > 3:
        return False
    made.parts.append(scene.say("phone.A" if calls else "phone.C"))
    return True


def corrected(scene: Exchange, made: Reply) -> bool:
    """«Исправил, город: Астана.»; the first changed slot speaks for all."""
    table = scene.turn.company.fields
    slot = next((slot for slot in scene.news.changed if table[slot].is_said_back), None)
    if slot is None:
        return False
    value = _shown(scene, slot, scene.news.changed[slot]["value"])
    made.parts.append(
        scene.say("corrected", label=phrases.label(slot, scene.language, scene.setup).lower(), value=value)
    )
    aside(scene, made)
    return True


def further(scene: Exchange, made: Reply) -> None:
    """«Записал и это: забор.»"""
    news = scene.news
    wish = scene.setup.object_name(news.wish, scene.language) if news.wish else ""
    lines = [object_line(facts, scene.setup, scene.language) for facts in (news.another, *news.further) if facts]
    what = phrases.listed(list(dict.fromkeys(filter(None, lines))) or [wish], scene.language)
    made.keep(scene.say("second.parked", what=phrases.small(what)) if what.strip() else scene.say("noted"))
    if "also" in scene.acts and _untold(scene) >= _SOME:
        keep_remark(scene)  # «веранду, и дорожку ещё к калитке»: a person reads the rest


def _untold(scene: Exchange) -> int:
    """How many words of the message are neither values nor everyday ones."""
    words = re.findall(r"[^\W\d_]{3,}", scene.heard.masked)
    return sum(not near.is_common(fold(word)) for word in words)


def _beside(scene: Exchange) -> str:
    """«Записал: дом и баня.», where the first thing comes in the same breath."""
    news = scene.news
    if "object_type" not in news.fresh or not news.further or news.another:
        return ""
    first = object_line({"object_type": news.fresh["object_type"]}, scene.setup, scene.language)
    lines = [first, *(object_line(facts, scene.setup, scene.language) for facts in news.further)]
    return scene.say("second.both", what=phrases.listed([phrases.small(line) for line in lines], scene.language))


def aside(scene: Exchange, made: Reply) -> bool:
    """What is wanted beside the object, where this message said it."""
    news = scene.news
    if both := _beside(scene):
        made.keep(both)
    elif news.another or news.wish or news.further:
        further(scene, made)
    else:
        return False
    return True


def added(scene: Exchange) -> str:
    """«Добавил к заявке: в субботу.», where the values can be named."""
    news = scene.news
    told = [
        _shown(scene, slot, fact["value"])
        for slot, fact in (news.fresh | news.changed).items()
        if slot not in ("name", "phone", "object_type")
    ]
    return (
        scene.say("after.added.what", what=phrases.listed(told, scene.language)) if told else scene.say("after.added")
    )


def say_back(scene: Exchange, made: Reply) -> None:
    """Repeat what is not sure, so that the client can put it right."""
    for slot, fact in scene.news.fresh.items():
        if fact["sure"]:
            continue
        if slot == "city":
            made.parts.append(scene.say("back.city", city=_shown(scene, slot, fact["value"])))
        elif slot == "area":
            sides = _DIMENSIONS.search(fact["quote"])
            values = {"a": sides[1], "b": sides[2]} if sides else {}
            values["area"] = _shown(scene, slot, fact["value"])
            if sides and storeys(scene.memory) and not scene.registers:
                made.parts.append(scene.say("back.floors", **values))
                made.asks = False
                continue
            made.parts.append(scene.say("back.dimensions" if sides else "back.area", **values))
        elif slot == "phone" and not scene.registers:
            made.parts.append(scene.say("phone.foreign", phone=fact["value"]))


def _shown(scene: Exchange, slot: str, value: str) -> str:
    """A stored value in the language of the talk."""
    if slot == "city":
        return phrases.town(value, scene.language)
    if slot in ("area", "plot"):
        return phrases.measure(value, scene.language)
    if slot == "object_type":
        return scene.setup.object_name(value, scene.language)
    return value
