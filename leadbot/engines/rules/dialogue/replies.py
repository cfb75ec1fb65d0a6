"""What to answer: statements for what the message did, then one question for what is missing."""

from __future__ import annotations

import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import outside
from leadbot.engines.rules.dialogue.answers import answer, asks, keep_remark
from leadbot.engines.rules.dialogue.ask import MOST, WRITTEN, next_slot, question
from leadbot.engines.rules.dialogue.exchange import Exchange, Reply, receipted_once, unsaid_of
from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.saying_back import (
    added,
    announced,
    aside,
    corrected,
    further,
    phone_trouble,
    say_back,
)
from leadbot.engines.rules.dialogue.summary import object_line
from leadbot.texts import phrases
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.promise import closed

_MORE_THAN_A_GREETING = {"bot", "human", "abuse", "off_topic", *(f"speak_{language}" for language in LANGUAGES)}
_SIDES = re.compile(r"\d ?[xх*×] ?\d")
_STORY = 3  # words of a message above which it says something, though no slot
LONG = 2_000  # characters that are read of a message; the rest is stored only


def reply(scene: Exchange) -> tuple[str, str | None]:
    """The text to send and what else happened. Notes in the memory what has been asked."""
    made = outside.reply(scene) or _inside(scene)
    turn = _as_registered(scene.turn) if scene.registers else scene.turn
    asked = next_slot(scene.memory, turn, scene.setup, scene.news) if made.asks else None
    text = _join(scene, made, asked)
    if asked:
        last_wording = asked != "known_phone" and text.endswith(scene.say(f"{asked}.C"))
        scene.memory.asks[asked] = MOST if last_wording else scene.memory.asks.get(asked, 0) + 1
    scene.memory.asked = asked or made.asked
    return text, made.act


# --- the usual course ------------------------------------------------------------------------------------------------


def _inside(scene: Exchange) -> Reply:
    """Answer what is asked, say back what is doubtful, and go on."""
    made = Reply()
    if len(scene.turn.message.text) > LONG:
        made.parts.append(scene.say("text.long"))
    _greet(scene, made)
    answer(scene, made)
    if scene.registers:
        _thank(scene, made)
    elif scene.turn.registered:
        _after(scene, made)
    else:
        _before(scene, made)
    return made


def _greet(scene: Exchange, made: Reply) -> None:
    """Return a greeting once, by the hour of the company's day; a message that only greets hears who answers."""
    acts, memory = scene.acts, scene.memory
    known = memory.client.get("name")
    if known and scene.first and not scene.registers:
        made.keep(scene.say("hello.back", name=known["value"]))
        return
    if "greeting" not in acts or not scene.first or scene.registers:
        return
    salem = "salem" in acts and scene.language == "kk"
    hello = scene.say("hello.salem") if salem else phrases.hello(scene.turn.now.hour, scene.language)
    if scene.news or asks(scene) or acts.names & _MORE_THAN_A_GREETING:
        made.parts.append(hello)
        made.hello = hello
        return
    own = scene.turn.company.greeting.get(scene.language, "").strip()
    if own and "?" not in own:
        made.parts.append(own)
    elif next_slot(memory, scene.turn, scene.setup, scene.news) == "object_type":
        company = scene.turn.company
        who = phrases.opening(company.name, company.persona, scene.language, scene.setup)
        made.parts.append(own or f"{hello} {who}")
        made.asks, made.asked = False, "object_type"
        memory.asks["object_type"] = 1
    else:
        made.parts.append(hello)


_ANSWERED = 40  # characters more, where a question is answered in the message that makes the lead


def _thank(scene: Exchange, made: Reply) -> None:
    """The lead is made: who will call and where, then what else was said, then at most one question more."""
    memory, opening = scene.memory, scene.turn.opening
    if "refused_name" in scene.acts:
        made.parts.append(scene.say("refuse.name"))
    if "human" in scene.acts and not opening:  # else the client hears when he will be called
        made.parts.insert(0, scene.say("answer.human.bare"))
    name, phone = memory.value("name") or "", memory.facts["phone"]["value"]
    key = "thanks.write" if scene.news.contact_by in WRITTEN and not opening else "thanks"
    thanks = scene.say(key if name else f"{key}.no_name", name=name, phone=phone)
    if opening:
        key = "thanks.closed.write" if memory.contact_by in WRITTEN else "thanks.closed"
        thanks += " " + closed(key, opening, scene.turn.now, scene.language)
    made.keep(thanks)
    _contact_said(scene, made)
    aside(scene, made)
    say_back(scene, made)
    if "human" in scene.acts:
        made.asks, made.act = False, "call_human"
    elif made.asks and (slot := next_slot(memory, _as_registered(scene.turn), scene.setup, scene.news)):
        made.parts.append(scene.say("after.ask"))
        kept = (part for part in made.parts if part in made.kept)
        said = phrases.join((*kept, _question(scene, slot, warm=False)))
        if len(said) > phrases.LIMIT + (0 if opening else _ANSWERED):
            made.parts.pop()  # asked after his next message
            made.asks = False


def _contact_said(scene: Exchange, made: Reply) -> None:
    """How he will be reached, and who else, where this message said it."""
    news, memory = scene.news, scene.memory
    if "name" in news.changed and not scene.registers:
        corrected(scene, made)
    if news.contact_name and "phone" in memory.facts:
        phone = memory.facts["phone"]["value"]
        made.keep(scene.say("contact_name", phone=phone, name=phrases.capital(news.contact_name)))
    if news.contact_by:
        made.keep(scene.say(f"contact_by.{news.contact_by}"))


def _as_registered(turn: Turn) -> Turn:
    return Turn(turn.history, turn.known, turn.company, turn.now, turn.language, registered=True)


def _after(scene: Exchange, made: Reply) -> None:
    """The lead is there: say what has been put right or added, else that a manager has it."""
    acts, news = scene.acts, scene.news
    _passing(scene, made)
    if news.begins:
        what = object_line(scene.memory.object_facts(), scene.setup, scene.language)
        made.keep(scene.say("second.noted", what=what))
        made.asks, made.asked = False, "same_phone"
    elif news.contact_name or news.contact_by:
        _contact_said(scene, made)
    elif "phone" in news.changed:
        made.parts.append(scene.say("after.phone", phone=news.changed["phone"]["value"]))
    elif corrected(scene, made):
        pass
    elif scene.turn.asked == "same_phone" and acts.names & {"yes", "no"} and not news:
        _same_phone(scene, made)
    elif phone_trouble(scene, made):
        made.asks, made.asked = False, "phone"
    elif news.another or news.wish or news.further:
        further(scene, made)
    elif news:
        made.parts.append(added(scene))
        say_back(scene, made)
    elif not made.parts:
        _nothing_new(scene, made)


def _same_phone(scene: Exchange, made: Reply) -> None:
    """The answer to «Перезвоним на тот же номер?»"""
    if "no" in scene.acts:
        made.parts.append(scene.say("phone.A"))
        made.asks, made.asked = False, "phone"
    else:
        made.parts.append(scene.say("second.phone", phone=scene.memory.facts["phone"]["value"]))


def _nothing_new(scene: Exchange, made: Reply) -> None:
    acts = scene.acts
    parting = _parting(acts)
    if not parting and acts.near:
        _confirm(scene, made)
    elif "anyone" in acts and not parting:
        made.parts += [scene.say("here"), scene.say("after.other")]
        made.asks = False
    else:
        if not parting and len(scene.turn.message.text.split()) > _STORY:
            keep_remark(scene)
            parting = "after.read"
        made.parts.append(scene.say(parting or "after.other"))
        made.asks = False


def _confirm(scene: Exchange, made: Reply) -> None:
    """What he may mean is asked rather than guessed."""
    act, _, topic = scene.acts.near.partition(".")
    ask = scene.say("confirm.topic", topic=scene.say(f"topic.{topic}")) if topic else scene.say(f"confirm.{act}")
    scene.memory.confirming = scene.acts.near
    made.parts.append(ask)
    made.asks, made.asked = False, "confirm"


def _passing(scene: Exchange, made: Reply) -> None:
    """What is said beside the values: that it is urgent, that it can wait, that he only asks."""
    acts, news = scene.acts, scene.news
    if "urgency" in acts:
        made.keep(scene.say("urgent"))
        keep_remark(scene)
    elif "postponed" in acts:
        keep_remark(scene)
        if not scene.registers:
            made.parts.append(scene.say("postponed.after" if scene.turn.registered else "postponed"))
            made.asks = made.asks and bool(news)
    elif "just_asking" in acts and not scene.turn.registered:
        if not asks(scene) and not news:
            made.parts.append(scene.say("just_asking"))
        made.asks = made.asks and bool(news.fresh)


def _parting(acts: Acts) -> str:
    """How to answer a goodbye, thanks or an «ok»; "" where there is none of them."""
    if "bye" in acts and "thanks" not in acts:
        return "bye"
    if acts.names & {"thanks", "bye"}:
        return "after.thanks"
    return "after.ack" if acts.names & {"yes", "ack"} else ""


def _before(scene: Exchange, made: Reply) -> None:
    """No lead yet: refusals, what is not known, trouble with the phone, corrections; then the next question."""
    acts, news = scene.acts, scene.news
    _passing(scene, made)
    if news.contact_by or news.contact_name:
        _contact_said(scene, made)
    elif "refused_phone" in acts:
        _refused_phone(scene, made)
    elif "refused_name" in acts:
        made.parts.append(scene.say("refuse.name"))
    elif phone_trouble(scene, made) or announced(scene, made):
        made.asks, made.asked = False, "phone"
    elif corrected(scene, made):
        pass
    elif news:
        _noted(scene, made)
    elif _means_known_number(scene):
        made.keep(scene.say("known_phone.absent"))
        made.asks, made.asked = False, "phone"
    elif "bye" in acts or (scene.memory.withdrawn and acts.names & {"thanks", "yes", "no", "ack"}):
        made.parts.append(scene.say(_parting(acts) or "after.ack"))
        made.asks = False
    elif "unsure" in acts:
        made.parts.append(scene.say("skip"))
    elif not made.parts and not acts.names & _SAYS_NOTHING:
        _not_a_word_of_it(scene, made)


_SAYS_NOTHING = frozenset(
    {"thanks", "yes", "no", "ack", "greeting", "anyone", "contact_by", "urgency", "postponed", "just_asking",
     "known_client", "second_object", "same_number", "contact_other"}
)  # fmt: skip


def _means_known_number(scene: Exchange) -> bool:
    """«Мой номер у вас есть» where it is not: who says so has written elsewhere."""
    if "same_number" not in scene.acts or "phone" in scene.memory.facts or "phone" in scene.memory.client:
        return False
    return scene.turn.asked in ("phone", "contact") or "known_client" in scene.acts


def _noted(scene: Exchange, made: Reply) -> None:
    news = scene.news
    say_back(scene, made)
    if aside(scene, made):
        pass
    elif news.forward:
        what = object_line(scene.memory.object_facts(), scene.setup, scene.language)
        made.parts.append(scene.say("second.first", what=what))
    elif news.contact and not news.slots:
        made.parts.append(scene.say("noted"))


def _not_a_word_of_it(scene: Exchange, made: Reply) -> None:
    """A few strange words are not understood; more of them are a story, which the manager will read."""
    if scene.acts.near:
        _confirm(scene, made)
    elif _says_something(scene):
        keep_remark(scene)
        made.parts.append(scene.say("noted"))
    elif len(scene.turn.message.text.split()) <= _STORY:
        made.parts.append(scene.say("not_understood"))


def _says_something(scene: Exchange) -> bool:
    """A story; and in a trade whose things no table holds any few words, such as the make of a car."""
    said = scene.turn.message.text.split()
    if len(said) > _STORY:
        return scene.turn.asked not in ("name", "phone", "contact") or scene.setup.free
    text = scene.turn.message.text
    counts = any(sign.isdigit() for sign in text) and sum(sign.isalpha() for sign in text) >= _STORY  # «3 тополя»
    if _SIDES.search(text):  # «150х150» of a window
        return "object_type" in scene.memory.facts
    tells = len(said) > 1 and sum(sign.isalnum() for sign in text) > _STORY
    return tells and "object_type" in scene.memory.facts and (scene.setup.free or counts)


def _refused_phone(scene: Exchange, made: Reply) -> None:
    """One reason and one alternative, then no more of it."""
    again = "refuse.2.phone" if scene.turn.company.phone else "refuse.2"
    key = "noted" if scene.news.contact else "refuse.1" if scene.memory.refused.get("phone", 0) < 2 else again
    made.parts.append(scene.say(key))
    made.asks = False


# --- putting it together ---------------------------------------------------------------------------------------------


def _join(scene: Exchange, made: Reply, asked: str | None) -> str:
    """Statements and one question, nothing of it said in the bot's last message, at most phrases.LIMIT characters but
    for what the client has asked."""
    unsaid = [(unsaid_of(part, scene.last), part in made.kept) for part in receipted_once(scene, made.parts)]
    parts = [part for part, _ in unsaid if part]
    if asked == "plot" and parts == [made.hello] and phrases.where(scene.memory.value("city") or "", scene.language):
        parts = []  # that question bears a greeting of its own
    ending = unsaid_of(_question(scene, asked, warm=not parts), scene.last) if asked else ""
    spare = [part for part, kept in unsaid if part and not kept]
    while spare and len(phrases.join([*parts, ending])) > phrases.LIMIT and len(parts) > (0 if ending else 1):
        parts.remove(spare.pop(0 if made.kept else -1))
    return phrases.join((*parts, ending)) or _otherwise(scene)


def _question(scene: Exchange, asked: str, *, warm: bool) -> str:
    """The question, with an acknowledgement where the client's answer was none to the question before."""
    if asked == "name":
        warm = warm and "phone" in scene.news.fresh
    elif asked == "phone":
        warm = warm and "name" in scene.news.fresh
    elif asked != "plot":
        warm = warm and not scene.first and (scene.turn.asked == "plot" or not scene.news)
    return question(asked, scene.memory, scene.language, scene.setup, warm=warm, first=scene.first)


def _otherwise(scene: Exchange) -> str:
    """Something to say where all else has just been said."""
    keys = ["after.other", "after.added", "noted"] if scene.turn.registered else ["noted", "wait", "ok"]
    if scene.memory.complaint:  # he has left no request
        keys = ["after.read", "noted", "ok"]
    elif _parting(scene.acts) and not scene.news:
        keys = ["ok", *keys]
    texts = [scene.say(key) for key in keys]
    return next((text for text in texts if not scene.just_said(text)), texts[-1])
