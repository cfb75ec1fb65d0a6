"""Answers that leave the qualifying aside: complaint, call for a human, withdrawal, wrong chat, abuse, no client.

Here nothing is sold: no question is asked but for the phone, and that where a person can't answer without it.
"""

from __future__ import annotations

import re

from leadbot.engines.rules.dialogue.answers import asks, keep_remark
from leadbot.engines.rules.dialogue.ask import open_
from leadbot.engines.rules.dialogue.exchange import Exchange, Reply
from leadbot.engines.rules.dialogue.intents import OTHER, Acts, fold
from leadbot.texts import phrases
from leadbot.texts.promise import closed

FRUITLESS = 3  # turns in a row without fruit after which a human is offered
# «Так никто и не позвонил», «уже час жду», «хабарласпады ғой»: he waits in vain.
_IN_VAIN = re.compile(
    r"(?<!\w)(?:никто|никого|так и не|до сих пор|все еще|не (?:по|пере)?звон|не набра|уже \w+ (?:жду|час|день|дня)"
    r"|час\w* жду|жду уже|второй день|забыли|ешким|ели|хабарласпа|звондама|шалма\w*ды|кутип отыр"
    r"|nobody|no one|still|yet|haven.?t)"
)
# «Ну и сколько ждать», «мне звонка ждать или тут ответите», «қашан жауап береді».
_WAITS = re.compile(
    r"(?<!\w)(?:жд(?:ать|у|ем)|подожд|ожида|кут(?:ем|у|ип|ейин|е)|wait|(?:от|пере|по)?(?:вет|веч|звон)\w*|свяж\w*"
    r"|приде?т|подойд|подключ|будет|жауап|хабарлас|answer|reply|how long)"
)
_SAYS = 2  # words of a complaint that goes on
# Acts by which one who has complained begins something else.
_ANEW = frozenset(
    {"thanks", "bye", "greeting", "human", "bot", "withdrawal", "wrong_chat", "status", "when_call", "contact_by",
     "contact_other", "second_object", "spared", "renewed", "injection", "other_language", "off_topic"}
)  # fmt: skip


def reply(scene: Exchange) -> Reply | None:
    """The answer to what comes before any question of ours; None where the talk takes its usual course."""
    memory, acts = scene.memory, scene.acts
    offered, memory.offered_human = memory.offered_human, False
    if memory.not_client and not scene.turn.registered:
        key = "not_client.email" if scene.turn.company.email else "not_client"
        return Reply([scene.say(key)], asks=False, act="not_client")
    if "complaint" in acts or _still_complains(scene):
        return _complaint(scene)
    if ("human" in acts or (offered and agrees(acts))) and not scene.registers:
        return _human(scene)
    if "withdrawal" in acts:
        return _withdrawal(scene)
    if "renewed" in acts:
        return _renewed(scene)
    if _waits_for_human(scene):
        return _human(scene)
    if "status" in acts or ("when_call" in acts and _waits_in_vain(scene)):
        return _status(scene)
    if scene.registers or scene.news:
        return None
    if "wrong_chat" in acts:
        _forget_last(scene)
        return Reply([scene.say("wrong_chat")], asks=False)
    if "spared" in acts and not asks(scene):
        keep_remark(scene)
        made = Reply(asks=not scene.turn.registered)
        _say_new(scene, made, scene.say("after.added" if scene.turn.registered else "noted"), scene.say("after.read"))
        return made
    return _trouble(scene)


def _trouble(scene: Exchange) -> Reply | None:
    """Abuse, a talk that gets nowhere, another language, no words at all."""
    memory, acts = scene.memory, scene.acts
    if "abuse" in acts:
        return Reply([scene.say("abuse" if memory.abuse < 2 else "abuse.again")], asks=memory.abuse < 2, act="abuse")
    if memory.fruitless >= FRUITLESS:
        memory.fruitless, memory.offered_human = 0, True
        return Reply([scene.say("fruitless")], asks=False)
    if "other_language" in acts:
        return Reply([scene.say("other_language")], asks=False)
    return Reply([scene.say("no_words")]) if "no_words" in acts else None


def agrees(acts: Acts) -> bool:
    return "yes" in acts and "no" not in acts


def _complaint(scene: Exchange) -> Reply:
    """Regret, and a person at once: by the number that is known, else by one that is asked for."""
    keep_remark(scene)
    made = Reply(asks=False, act="complaint")
    again, phone = scene.memory.complaint_heard, scene.memory.value("phone")
    scene.memory.complaint_heard = True
    if again and phone and not scene.turn.opening:
        _say_new(scene, made, scene.say("complaint.again.phone", phone=phone), scene.say("complaint.more"))
    elif again:
        _say_new(scene, made, scene.say("complaint.again"), scene.say("complaint.more"))
    else:
        made.keep(scene.say("complaint"))
    _how_he_answers(scene, made, calling=not again)
    if scene.registers and not scene.memory.value("name"):
        made.asks = True
    return made


def _still_complains(scene: Exchange) -> bool:
    """Whoever has complained goes on: what he says now belongs to it, unless it asks or wants what we know of."""
    acts, said = scene.acts, scene.turn.message.text.split()
    if not scene.memory.complaint_heard or len(said) < _SAYS or acts.names & _ANEW:
        return False
    if acts.topics not in ((), (OTHER,)) and not (acts.topics == ("term",) and _asks_when_answered(scene)):
        return False
    is_short = len(said) < 2 * _SAYS and acts.names & {"yes", "no", "ack"}
    news = scene.news
    is_new = news.slots & {"name", "phone", "object_type"} or news.contact or news.wish or news.another or news.further
    return not is_short and not is_new


def _say_new(scene: Exchange, made: Reply, *texts: str) -> None:
    """The first of these texts that was not said just now."""
    made.keep(next((text for text in texts if not scene.just_said(text)), texts[-1]))


def _human(scene: Exchange) -> Reply:
    """A manager is called, and the client hears how and when he will answer."""
    made = Reply(asks=False, act="call_human")
    scene.memory.called = True
    if "bot" in scene.acts:
        made.keep(phrases.sentences(scene.say("answer.bot"))[0])
    _how_he_answers(scene, made, calling=True)
    return made


def _waits_for_human(scene: Exchange) -> bool:
    """A manager has been called into this chat, and the client asks when and where he will answer."""
    acts = scene.acts
    if not scene.memory.called or not scene.turn.answers_here or scene.news:
        return False
    asks_when = bool({"when_call", "status"} & acts.names) or acts.topics in (("term",), (OTHER,))
    return asks_when and _asks_when_answered(scene)


def _asks_when_answered(scene: Exchange) -> bool:
    return _WAITS.search(fold(scene.turn.message.text)) is not None


def _renewed(scene: Exchange) -> Reply:
    """He has not taken his request back, though it seemed so; a manager who has heard of that hears of this, too."""
    keep_remark(scene)
    made = Reply(asks=not scene.turn.registered, act="call_human" if scene.turn.registered else None)
    made.keep(scene.say("withdrawal.renewed"))
    return made


def _forget_last(scene: Exchange) -> None:
    """What he wrote before was meant for somebody else: it is none of a manager's business."""
    before = [line.text for line in scene.turn.history[:-1] if line.author == "client"][-1:]
    scene.memory.remarks = [remark for remark in scene.memory.remarks if remark not in before]


def _how_he_answers(scene: Exchange, made: Reply, *, calling: bool) -> None:
    """«Зову менеджера», and where the answer will come: into this chat, by phone, or at the next opening."""
    turn, memory = scene.turn, scene.memory
    phone, company_phone = memory.value("phone"), turn.company.phone
    if turn.opening:
        key = "handoff.closed" if turn.answers_here else "handoff.closed.call"
        made.keep(closed(key, turn.opening, turn.now, scene.language))
        made.asks = made.act == "call_human"
    elif made.act == "call_human" and turn.answers_here:
        text = scene.say("answer.human.phone" if company_phone else "answer.human")
        _say_new(scene, made, text, scene.say("limit.calls"), scene.say("handoff.waiting"))
        return
    elif calling:
        made.keep(scene.say("answer.human.call", phone=phone) if phone else scene.say("answer.human.bare"))
    if not phone and not made.asks and not _ask_phone(scene, made) and calling and not turn.opening:
        made.keep(scene.say("answer.human.here"))


def _ask_phone(scene: Exchange, made: Reply) -> bool:
    """Ask for the phone, or for a yes to the one he left before; False where he has been asked often enough."""
    memory = scene.memory
    if "phone" in memory.client and memory.asks.get("known_phone", 0) == 0:
        made.asked = "known_phone"
        memory.asks["known_phone"] = 1
        made.keep(scene.say("known_phone.plain", last=str(memory.client["phone"]["value"])[-2:]))
        return True
    if not open_(memory, "phone"):
        return False
    first = memory.times_asked("phone") == 0
    made.asked = "phone"
    memory.asks["phone"] = memory.asks.get("phone", 0) + 1
    made.keep(scene.say("phone.A" if first else "phone.C"))
    return True


def _withdrawal(scene: Exchange) -> Reply:
    """He needs it no more: nobody disturbs him; what is registered a manager hears of."""
    made = Reply(asks=False, act="withdrawal")
    key = "withdrawal.after" if scene.turn.registered else "withdrawal.before"
    text = scene.say(key)
    made.keep(scene.say("after.ack") if scene.just_said(text) else text)
    return made


def _waits_in_vain(scene: Exchange) -> bool:
    return _IN_VAIN.search(fold(scene.turn.message.text)) is not None


def _status(scene: Exchange) -> Reply:
    """What has become of his request: the managers are reminded of it, or it is looked for by his phone."""
    phone = scene.memory.value("phone")
    keep_remark(scene)
    if scene.turn.registered and phone:
        key = (
            "status.waits"
            if scene.memory.complaint or _IN_VAIN.search(fold(scene.turn.message.text))
            else "status.after"
        )
        made = Reply(asks=False, act="call_human")
        made.keep(scene.say("status.again" if scene.just_said(scene.say(key, phone=phone)) else key, phone=phone))
        return made
    made = Reply(asks=False)
    if phone or scene.registers:
        made.keep(scene.say("status.passed"))
        made.asks = True
    elif scene.memory.client.get("phone") and scene.memory.asks.get("known_phone", 0) == 0:
        made.keep(scene.say("status.passed"))
        _ask_phone(scene, made)
    else:
        made.keep(scene.say("status.find"))
        made.asked = "phone"
        scene.memory.skipped += [slot for slot in scene.setup.order if slot not in scene.memory.facts]
        scene.memory.asks["phone"] = scene.memory.asks.get("phone", 0) + 1
    return made
