"""What a client does, in its place of the talk: which claims of the classifier stand, given what else was heard.

A message that brings just the value that was asked for does nothing else, whatever its letters resemble. What costs a
client much where it is taken wrongly (a complaint, a withdrawal) must be surer than a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from leadbot.engines.base import CompanyFact, Turn
from leadbot.engines.rules import acts as classifier
from leadbot.engines.rules.dialogue import aims, intents, questions
from leadbot.engines.rules.dialogue.contacts import kin
from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.engines.rules.words.words import raw as words_of

_SURE_OF_A_WISH = 0.7  # below it what is said in a trade that takes any wish is the wish
_HEAVY = frozenset({"complaint", "withdrawal", "wrong_chat", "not_client", "abuse", "known_client"})
_VERY_SURE, _CERTAIN = 0.85, 0.95
_ASKED_ABOUT = 0.3  # from here on to the threshold the bot asks rather than guesses
_CONFIRMED = ("human", "complaint", "withdrawal", "status", "question.price", "question.term", "question.installment",
              "question.guarantee")  # fmt: skip
# What its values are part of: it is read in the message as a whole.
_WITH_VALUES = frozenset({"contact_other", "contact_by", "second_object", "wrong_chat", "question.area_served"})
# Slots that a client may do without: «керек емес» to the question for one takes no request back.
_SPARED = frozenset({"plot", "materials", "budget", "rooms", "floors", "callback", "work"})
_ORDINARY = frozenset({"price", "term", "discount", "measurement", "materials", "area_served", "phone", "hours"})
_CHANNEL = re.compile(
    r"(?<!\w)(?:в[ао]тс|вацап|what|watsap|whap|телег|telegr|тг(?!\w)|смс|sms|сообщ|письм|пиш|напи[шс]|спис|жаз|хабарла"
    r"|text|messag|писат|чат|звон|вызов|набир|конырау|глух|слыш|заика|call)"
)
# Somebody is blamed, or money wanted back; a leaking roof by itself is what a client comes with.
_BLAMES = re.compile(
    r"(?<!\w)(?:ваш|вы(?!\w)|вас(?!\w)|вам(?!\w)|сизд|сендер|уста|шебер|бригад|мастер|рабочи|строител|обещ|уаде|верн"
    r"|деньг|акша|кайтар|жалоб|шагым|претенз|передел|испорт|возмут|возмущ|бардак|отврат|недопустим|беспредел|безобраз"
    r"|сколько можно|брак(?!\w)|косяк|маскара|масқара|уят(?!\w)|сорак|сумдык|бузып|бул[дн]ир|плохо|криво|сделали|нашар"
    r"|сапасыз|жаман|недовол|ужас|кошмар|халтур|позор|издеват|never|your|you(?!\w)|refund|money|promis|complain"
    r"|disappoint|terrible|disgrac|disgust|awful|horribl|outrag|unaccept|unhappy|так и не|никто не)"
)
# «Мастера сделали на 70% и пропали, надо доделать»: others' work that is left to be finished, and no word of ours.
_LEFT_UNDONE = re.compile(
    r"(?<!\w)(?:пропал|исчез|брос|сбеж|кинул|ушли|уехал|недодел|не додел|не закончил|кашып|тастап|кетип кал|жоголып"
    r"|left|vanish|disappear|walked)"
)
_TO_FINISH = re.compile(
    r"(?<!\w)(?:додел|достро|законч|заверш|передел|исправ|аякта|битир|кайта жаса|жондеп|finish|complete|redo)"
)
_OF_OURS = re.compile(r"(?<!\w)(?:ваш|вы(?!\w)|вас(?!\w)|вам(?!\w)|у вас|сизд|сендер|you)")
# «Вы нам строили, фундамент треснул», "the stairs you built are creaking": our own work, and what has become of it.
_OUR_WORK = re.compile(
    r"(?<!\w)(?:вы(?: \w+){0,5} \w+ли(?!\w)|(?:после|от) ваш\w+"
    r"|ваш\w* (?:мастер|рабоч|бригад|строител|ремон|работ|плиточ|монта)"
    r"|у вас(?: \w+)? (?:заказ|покуп|дела|стро|стави|брал)\w+"
    r"|you(?:r \w+)? (?:built|made|did|installed|fixed|laid|painted)"
    r"|\w+(?:гандарын|гендерин|кандарын|кендерин|дыныз|диниз|псыз|псиз)\w*)"
)
_OUTRAGE = re.compile(
    r"(?<!\w)(?:безобраз|беспредел|позор|халтур|возмут|возмущ|недопустим|издеват|сколько можно|масқара|маскара"
    r"|уят(?!\w)|сорак|disgrac|unaccept|outrag)"
)
_MONEY_BACK = re.compile(
    r"(?<!\w)(?:акша\w* кайтар|верните (?:\w+ )?деньги|деньги (?:верн|назад|обратно)|money back|refund)"
)
_BROKEN = re.compile(
    r"(?<!\w)(?:тресн|трещ|теч|протек|потек|подтек|затек|затоп|капа|отвал|отпал|отклеи|отош|вздул|лопн|слома|провис|просел|осел|перекос"
    r"|гни|плесен|пузыр|облез|облуп|скрип|шата|не работа|не закрыва|не открыва|искр|дует|сгоре|выпа"
    r"|развал|рухн|обвал|крош|жарыл|агып|агад|тусип|кирап|шири|сынып|сынды|куйи|ажыра|истемей"
    r"|creak|leak|crack|broke|peel|fall|fell|loose|stuck|rott)"
)
# «В Караганде делаете», «Талдыққорғанға шығасыздар», "do you work in": a verb that asks of us.
_ASKS_OF_US = re.compile(
    r"\w(?:ете|ите|етесь|итесь|сыз|сиз|сыздар|сиздер|сын|син)(?!\w)|(?<!\w)(?:you|можно|можете|выезд)"
)
_ASKING = re.compile(
    r"(?<!\w)(?:как(?:ой|ая|ие|ую|ое|ого|их)|сколько|почем|когда|где|можно ли|есть ли|чем|кандай|канша|кашан|каида|неше"
    r"|what|which|how (?:much|many|long)|when|where)(?!\w)"
)
# «весной», «через год», «кейін»: when it will be, if not now. «Подумали, давайте 6 на 8» puts nothing off.
_LATER = re.compile(
    r"(?<!\w)(?:потом|позже|позднее|попозже|весн|летом|лету|осен|зим|год|месяц|недел|отпуск|сезон|пока|рано|не сейчас"
    r"|подума[ею]|посовет|отлож|кейин|кийин|жазда|жазга|кузде|коктем|кыс|ай(?:да|дан)|жыл|ойлан|ойланып|акылдас"
    r"|later|next|after|spring|summer|autumn|winter|month|year|think)"
)
_DAYS = re.compile(
    r"понедел|вторник|(?<!\w)сред[ауы]|четверг|пятниц|суббот|воскрес|выходн|праздник|сенби|демалыс|weekend|sunday|saturday"
)
_OPEN = re.compile(r"(?<!\w)(?:работа|график|режим|откры|закры|до скольк|жумыс|ашык|жабы|open|clos|hours)")
_COMING = re.compile(r"(?<!\w)(?:приех|приед|подъех|подъед|выех|выед|заех|келес|келе ал|come)")
# «Сколько стоит замер» asks about the visit.
_HAS_A_PRICE = frozenset({"question.measurement", "question.discount", "question.installment", "question.documents"})
# «Телефон: 8 701…», «адрес Талгар»: the name of a value beside it.
_VALUE_OF = {"question.phone": "phone", "question.address": "city", "question.materials": "materials"}
_PLAIN = frozenset({"yes", "no", "thanks", "greeting", "ack", "bye"})
_OF_ANSWERS = frozenset({"yes", "no", "correction", "unsure", "refuse"})
_FILLERS = frozenset(
    {*words_of("area.fillers"), "то", "примерно", "метра", "метров", "да", "ну", "вот", "это", "а", "если", "и", "ал"}
)
_WISHED = frozenset({"object_type", "city", "area", "phone"})
_FEW = 2  # words beside a value that say nothing more
_WORD = re.compile(r"[^\W\d_]{2,}")


def in_place(acts: Acts, heard: Extraction, turn: Turn, memory: Memory) -> Acts:
    """The acts of a message, given the signs in it, that stand in this talk."""
    facts = turn.company.facts
    acts = replace(acts, facts=intents.answers(facts))
    if "injection" in acts:
        return acts
    text = turn.message.text
    rest = _WORD.findall(heard.masked) if heard.slots or heard.partial_phone or heard.trouble else None
    rest = [word for word in rest if word.lower() not in _FILLERS] if rest is not None else None
    claims: dict[str, float] = {}
    if not _is_plain(acts, text) and (rest is None or rest or "?" in text):
        claims = intents.claims(text, facts)
        if len(_WORD.findall(text)) < _FEW:  # one word says little, and «фыв» nothing
            claims = {label: sure for label, sure in claims.items() if sure >= _VERY_SURE}
        if rest is not None:
            claims = _beside_values(claims, heard, turn, rest) | _asked_apart(heard, text, facts)
        claims = _sorted_out(claims | _borne_out(heard, text), acts, heard, turn, memory)
        claims = aims.aimed(claims, acts, heard, text, memory) | aims.calls_apart(text)
        if not claims and _asks_for_place(heard, text):
            claims = {"question.area_served": 1.0}
    if turn.asked == "confirm" and memory.confirming and _confirms(acts, heard, text, memory.confirming):
        claims[memory.confirming] = 1.0
    if not claims.keys() & (_ANSWERED | _HAS_A_PRICE) and questions.asks_for_price(text):
        claims["question.price"] = max(_VERY_SURE, claims.get("question.price", 0))
    answered = _ANSWERED if {"phone", "name"} & heard.slots.keys() or heard.relative else _ANSWERED - {"contact_other"}
    asks = _is_open(text, claims, answered, facts) and not {*acts.names, *claims} & _ANSWERED_SIGNS
    heeded = intents.claimed(acts, claims, asks=asks)
    if "wrong_chat" in claims:  # «емес еді» is no «нет» to our question
        heeded = replace(heeded, names=heeded.names - _OF_ANSWERS)
    if "name_of_bot" in heeded and "name" not in heard.slots:
        heeded = replace(heeded, names=heeded.names | {"bot"})
    is_bare = not (claims or heard.slots or acts.signs or heard.partial_phone)
    return replace(heeded, near=_near(text) if is_bare else "")


def _is_open(text: str, claims: Mapping[str, float], answered: frozenset[str], facts: tuple[CompanyFact, ...]) -> bool:
    """Does the message ask something that no act heard in it answers? «Я подумаю. А от какой суммы берётесь?» does."""
    if not claims.keys() & answered:
        return questions.asks(text)
    parts = [text[start:end] for start, end in questions.asked(text)]
    return parts != [text] and any(not intents.claims(part, facts).keys() & answered for part in parts)


def _confirms(acts: Acts, heard: Extraction, text: str, what: str) -> bool:
    """A yes outside of what he asks in his turn («гарантия есть?»); or his phone, given to a human, not a question."""
    if "no" in acts:
        return False
    said = " ".join(part for part in questions.CLAUSE.findall(text) if not part.endswith("?"))
    return ("phone" in heard.slots and what != "withdrawal") or ("yes" in acts and "yes" in intents.signs(said))


def _is_plain(acts: Acts, text: str) -> bool:
    """Is the message one word that the patterns know?"""
    return bool(acts.signs & _PLAIN) and len(text.split()) == 1 and "?" not in text


# Acts that a question mark belongs to: nothing else is asked then.
_ANSWERED = frozenset(
    {"human", "bot", "complaint", "trust", "withdrawal", "contact_by", "contact_other", "just_asking", "when_call",
     "status", "wrong_chat", "why_phone", "not_client", "dear", "postponed", "urgency"}
)  # fmt: skip


_ANSWERED_SIGNS = frozenset({"name_of_bot", "refuse", "refuse_name", "call_me", "rung"})


def _beside_values(claims: Mapping[str, float], heard: Extraction, turn: Turn, words: list[str]) -> dict[str, float]:
    """The claims that the words around the values bear by themselves."""
    if not claims or not words:
        return {label: sure for label, sure in claims.items() if label in _WITH_VALUES and sure >= _VERY_SURE}
    brings_asked = turn.asked in heard.slots or (turn.asked == "contact" and {"name", "phone"} & heard.slots.keys())
    asks = questions.asks(turn.message.text)
    if brings_asked and not asks and len(words) <= _FEW:  # «где то 120 кв» asks for no address
        claims = {label: sure for label, sure in claims.items() if "." not in label}
    kept, alone = {}, None
    for label, sure in claims.items():
        is_heavy = label in _HEAVY
        stands = label in _WITH_VALUES or ("." in label and asks)
        if _VALUE_OF.get(label) in heard.slots and not _asks_itself(label, turn):
            continue
        is_stated = label.partition(".")[2] in intents.topics() and not asks
        stands = stands or (len(words) > 1 and not is_stated and sure >= (_CERTAIN if is_heavy else _VERY_SURE))
        if label == "complaint" and _BLAMES.search(intents.fold(turn.message.text)):
            stands = stands or not brings_asked
        if not stands:
            alone = alone if alone is not None else intents.claims(" ".join(words), turn.company.facts)
            stands = label in alone
        if stands and not (is_heavy and brings_asked and sure < _VERY_SURE):
            kept[label] = sure
    return kept


def _asks_itself(label: str, turn: Turn) -> bool:
    """Is there a clause that asks and bears this claim? «МДФ, эмаль. Какой срок?» asks for no materials."""
    text, facts = turn.message.text, turn.company.facts
    return any(label in intents.claims(text[start:end], facts) for start, end in questions.asked(text))


def _asked_apart(heard: Extraction, text: str, facts: tuple[CompanyFact, ...]) -> dict[str, float]:
    """«Дом 120 кв, Канат 8701… Когда сможете приехать?»: the questions with no value in them, each by itself."""
    claims: dict[str, float] = {}
    for part in questions.CLAUSE.finditer(text):
        valued = any(part.start() <= found.start < part.end() for found in heard.slots.values())
        if part[0].endswith("?") and not valued and len(_WORD.findall(part[0])) >= _FEW:
            asked = {label: sure for label, sure in intents.claims(part[0], facts).items() if "." in label}
            claims |= asked or {"question.other": 1.0}
    return claims


def _no_questions(
    left: set[str], claims: Mapping[str, float], acts: Acts, named: Collection[str], folded: str
) -> set[str]:
    """The topics of `left` that only resemble what is asked: a day of the week, a refusal, a visit."""
    topics = {label for label in left if "." in label}
    none: set[str] = set()
    if "city" not in named and _DAYS.search(folded):
        none.add("question.area_served")  # «работаете в воскресенье?»
    if acts.names & {"refuse", "refuse_name"} or left & {"refuse_name", "refuse_phone"}:
        none |= {label for label in topics if claims[label] < _VERY_SURE}  # «без имени можно?»
    if "callback" in named and not _OPEN.search(folded):
        none.add("question.hours")  # «в субботу после обеда можно?»
    if "question.measurement" in left and _COMING.search(folded):
        none |= {"question.term", "question.hours"}  # «когда сможете приехать»
    return none


def _are_answers(
    left: set[str], claims: Mapping[str, float], acts: Acts, named: Collection[str], turn: Turn, memory: Memory
) -> set[str]:
    """What only looks like a question, where the message answers ours, puts something right, or names a wish."""
    folded = intents.fold(turn.message.text)
    none: set[str] = set()
    if "correction" in acts and named and "?" not in folded:  # «Косшы екен адресі»
        none |= {label for label in left if "." in label}
    asks = "?" in folded or _ASKING.search(folded) is not None
    if turn.asked in _SPARED and not asks:  # «ЛДСП» answers the question for the material
        none.add(f"question.{turn.asked}")
    if turn.company.trade.free and "object_type" not in memory.facts and not asks:  # «починить ноутбук»
        none |= {label for label in left if ("." in label or label == "human") and claims[label] < _SURE_OF_A_WISH}
    return none


def _sorted_out(
    claims: dict[str, float], acts: Acts, heard: Extraction, turn: Turn, memory: Memory
) -> dict[str, float]:
    """The claims without those that others, or the talk so far, speak against."""
    left = set(claims)
    named, folded = heard.slots.keys(), intents.fold(turn.message.text)
    has_wish = "object_type" in memory.facts and not turn.registered
    mild = claims.get("complaint", 0) < _VERY_SURE or has_wish or bool(named & {"city", "area"})
    left -= _are_answers(left, claims, acts, named, turn, memory)
    certain = claims.get("complaint", 0) >= _CERTAIN
    if not certain and _LEFT_UNDONE.search(folded) and _TO_FINISH.search(folded) and not _OF_OURS.search(folded):
        left.discard("complaint")
    if "complaint" in left and (
        (mild and not _BLAMES.search(folded)) or ("correction" in acts and named - {"object_type"} and not certain)
    ):
        left.discard("complaint")
    if "question.area_served" in left and not _ASKS_OF_US.search(folded) and "?" not in folded:
        left.discard("question.area_served")  # «то есть в Конаеве»
    if "city" in named and questions.asks(turn.message.text) and not _place_is_asked(heard, turn.message.text):
        left.discard("question.area_served")
    if "question.area_served" in left and "city" in named:
        left -= {"question.hours", "question.address"}
    left -= _no_questions(left, claims, acts, named, folded)
    is_known = "correction" in acts or memory.facts or turn.registered
    if named - {"object_type"} or (is_known and (named or claims.get("wrong_chat", 0) < _CERTAIN)):
        left.discard("wrong_chat")  # «ой, не туда: Косшы»
    spares = turn.asked in _SPARED and not aims.takes_back(turn.message.text, memory)
    if spares or ("wish" in acts and "object_type" in named):
        left.discard("withdrawal")
    if "wish" in acts or "object_type" in named:
        left.discard("not_client")
    if "object_type" not in memory.facts:
        left.discard("second_object")
    if named & _WISHED and not _LATER.search(folded):
        left.discard("postponed")
    if "contact_by" in left and "refuse_phone" not in acts.signs:
        left.discard("refuse_phone")
    if heard.partial_phone and "?" not in folded:
        left.discard("question.installment")  # «номер по частям: 8 777»
    if "contact_other" in left and not {"phone", "name"} & named and not heard.relative:
        left -= {"question.phone"}
    left = _outspoken(left, claims, folded)
    return {label: claims[label] for label in claims if label in left}


def _outspoken(left: set[str], claims: Mapping[str, float], folded: str) -> set[str]:
    """The claims without those that a weightier one among them speaks for."""
    if {"complaint", "withdrawal"} & left:
        left -= {"contact_by", "refuse_phone", "second_object", "postponed", "just_asking", "known_client", "dear"}
        left -= {f"question.{topic}" for topic in _ORDINARY}
    if "complaint" in left:
        left -= {"withdrawal", "abuse", "urgency", "not_client"}
    if "withdrawal" in left:
        left -= {"unsure", "status", "when_call"}
    if "known_client" in left:
        left -= {"question.documents"}  # «я заказывал у вас, договор № 45»
    if "trust" in left:
        left -= {"abuse", "wrong_chat", "question.guarantee", "question.documents", "question.installment"}
    if "contact_by" in left and not _CHANNEL.search(folded):
        left.discard("contact_by")
    if "dear" in left and "?" not in folded:
        left.discard("question.price")
    if "human" in left:  # «Hi, are you a real person?» calls nobody
        left -= {"question.phone", "bot" if claims["human"] >= claims.get("bot", 0) else "human"}
    if "when_call" in left:
        left -= {"human", "question.term", "question.hours"}
    return left


def _borne_out(heard: Extraction, text: str) -> dict[str, float]:
    """What the classifier holds likeliest, though not sure, and words beside it bear out."""
    label, sure = classifier.likeliest(text)
    folded = intents.fold(text)
    outrage = _OUTRAGE.search(folded) is not None
    if _MONEY_BACK.search(folded):
        return {"complaint": _CERTAIN}
    if _BROKEN.search(folded) and (outrage or _OUR_WORK.search(folded)):
        return {"complaint": _CERTAIN}
    calls_kin = label == "contact_other" and sure >= _ASKED_ABOUT and "phone" in heard.slots and kin(text) != ""
    return {label: _VERY_SURE} if calls_kin or (outrage and label == "complaint") else {}


def _asks_for_place(heard: Extraction, text: str) -> bool:
    """«В Актобе строите?»: a place, a verb that asks of us, and no object of his own."""
    asks_of_us = _ASKS_OF_US.search(intents.fold(text)) is not None
    return asks_of_us and _place_is_asked(heard, text) and "object_type" not in heard.slots


def _place_is_asked(heard: Extraction, text: str) -> bool:
    """Does a clause that asks name the place? Not in «Кызылорда. Так копаете или нет?»"""
    place = heard.slots.get("city")
    return place is not None and any(start <= place.start < end for start, end in questions.asked(text))


def _near(text: str) -> str:
    """What the message may mean, where that is worth a question."""
    if len(_WORD.findall(text)) < _FEW:
        return ""
    label, sure = classifier.likeliest(text)
    return label if label in _CONFIRMED and sure >= _ASKED_ABOUT else ""
