"""What an act is aimed at, where its words mislead: a part is spared, not the whole; a day is booked, no letter wanted.

Written for folded text (see `intents.fold`).
"""

from __future__ import annotations

import re

from leadbot.engines.rules import acts as classifier
from leadbot.engines.rules.dialogue import questions
from leadbot.engines.rules.dialogue.ask import WRITTEN
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.words import stems

_SURE = 1.0
_VERY_SURE = 0.85
_LIKELY = 0.5  # of a clause that names a person
_STEM, _LEAST = 4, 4  # letters by which a thing is known again; those of a word that may name one
# «X не надо», «не нужен X», «X керек емес»: the word on either side of the denial.
_FILLING = r"(?:(?:уже|пока|мне|нам|больше|вообще|тоже|точно|наверно\w*|совсем|енди|маган|бизге|ол|just|really) )*"
_DENIED = re.compile(
    rf"(?:(?<!\w)(\w+) )?{_FILLING}(?:(?<!\w)(?:не (?:надо|нуж\w+|потребу\w+)|кере(?:к емес|ги жок|к жок)|кажет емес"
    rf"|кажети жок|(?:don.?t|do not) need|no need for))(?!\w)(?: (?:the |a |any )?(\w+))?"
)
# What stands for the request as a whole, and what is done with one: to be spared it is to take the request back.
_WHOLE = stems("aims.whole*")
# No name of a thing: what is or was done, what is like something.
_NO_THING = re.compile(
    r"\w+(?:ть|ти|чь|ться|тись|ing|[аяиыеш]л[аои]?(?:с[ья])?|[дт][ыи][кмн]?|[ыи]п|ой|ого|[иы]х|ому|[ая]я|[ыи]е|[ыи]й)"
)
_KAZAKH_DOING = re.compile(r"\w+[лртдгнзбмау]у")
_NO_MORE = re.compile(r"(?<!\w)(?:уже|больше|передум|раздум|енди|any ?more|no longer)")
# «Если дорого, то не надо», «қымбат болса керек емес»: said of a case that has not come.
_IF = re.compile(
    r"(?<!\w)(?:если|раз(?: уж)?|if) [^.;!?]{1,60}не (?:надо|нуж|буд|хо)"
    r"|(?<!\w)\w*(?:са|се) (?:\w+ )?керек (?:емес|жок)|(?<!\w)if [^.;!?]{1,60}(?:don.?t|not) "
)
# «Жексенбіге жазыңыз», «сағат 11-ге жазып қойыңыз»: the Kazakh "write" with a day or an hour in the dative books it.
_FOR_THEN = r"(?<!\w)(?:\d{1,2}(?:[:.]\d\d)?[ -]?|\w{0,8}(?:сенби|жума|ертен|бугин|кун|апта))(?:ге|га|ке|ка)(?!\w)"
_BOOKS = re.compile(rf"{_FOR_THEN}.*(?<!\w)жаз|(?<!\w)жаз(?!гы|да|ым).*{_FOR_THEN}")
_BY_LETTER = re.compile(
    r"(?<!\w)(?:в[ао]тс|вацап|уатсап|whats|телег|смс|sms|хат(?!\w)|хабарлама|чат)|конырау|звон|шалма|call"
)
_RING = re.compile(
    r"(?<!\w)(?:(?:по|пере)?звон(?:ите|и(?!\w)|дасын|дан|да(?!\w)|ить)|набер\w+|конырау шал(?!ма)\w*|call me|ring me)"
)
_NO_RING = re.compile(
    r"(?<!\w)(?:не|без|don.?t|not|no) (?:\w+ )?(?:\w*звон|наб|call|ring)|шалма|звонда?ма|звонок\w* не"
)
_FEAR = re.compile(r"(?<!\w)(?:бо[юи]\w*с|боимся|страшн|пуга|волну|коркам|коркып|afraid|scared|nervous)")
_DECEIT = re.compile(
    r"(?<!\w)(?:обма|мошен|разв[оеё]д|кид|кинут|кинете|довер|надежн|предопл|аванс|деньг|пропад|исчез|алда|алаяк"
    r"|сеним|лохотрон|scam|cheat|trust|fraud|money|халтур|качеств|сапа|отзыв)"
)
# Who threatens with a court or with what he will write is not asking, and the law is his word for a complaint.
_WILL = (
    r"(?:пода(?:м|дим|ю|ем)|пойд[уе]м?|обра(?:щусь|тимся|щаюсь)|напиш(?:у|ем)|пишу|остав(?:лю|им)|расскаж(?:у|ем)"
    r"|жаз(?:ам|амын|амыз|ып)\w*|бер(?:ем|емин|емиз)|тусир\w+|жуги\w+|will|gonna|going)"
)
_COURT = (
    r"(?:(?:в|через) суд|сотка|прокуратур\w*|потребит\w+|полици\w*|жалоб\w*|претензи\w*|отзыв\w*|шагым\w*|пикир\w*"
    r"|court|sue|reviews?|complaint)"
)
_THREATENS = re.compile(rf"(?<!\w)(?:{_COURT} (?:\w+ ){{0,4}}{_WILL}|{_WILL} (?:\w+ ){{0,4}}{_COURT})(?!\w)")
_OR_ELSE = re.compile(
    r"(?<!\w)(?:если (?:вы |\w+ )?не|иначе|а то|ейтпесе|айтпесе|болмаса|otherwise|or else|unless|if you)"
)
_NAMED_SO = re.compile(
    r"(?<!\w)(?<!без )(?<!нет )(?<!no )(?:жалоб\w*|шагым\w*|претензи\w*|complaint\w*)(?!\w)(?! (?:\w+ )?(?:нет|жок))"
)
_PERSON = re.compile(r"(?<!\w)(?:адам|кис[иы]|человек|людь?м|люди|живо|менедж|оператор|manager|human|person|operator)")
_CLAUSES = 6  # that are looked into
_READ = 400  # characters of a message that are read: what is longer tells a story


def aimed(claims: dict[str, float], acts: Acts, heard: Extraction, text: str, memory: Memory) -> dict[str, float]:
    """The claims as they are meant; what follows from the words beside them is added."""
    folded = fold(text[:_READ])
    left = dict(claims)
    part = _part(folded, heard, memory)
    if part or "still_wants" in acts or _IF.search(folded):
        left.pop("withdrawal", None)
    thing = heard.slots.get("object_type")
    is_alone = not heard.slots.keys() - {"object_type"} and (not thing or thing.value == memory.value("object_type"))
    if is_alone and _NO_MORE.search(folded) and not (part or memory.parked) and takes_back(text, memory):
        left["withdrawal"] = _SURE
    if part and not heard.slots and "complaint" not in left:
        left["spared"] = _SURE
    if _BOOKS.search(folded) and not _BY_LETTER.search(folded):
        left.pop("contact_by", None)
        left["books"] = _SURE
    if (memory.contact_by in WRITTEN or "why_phone" in left) and not heard.slots.keys() & {"phone"}:
        left = _to_be_rung(left, text)
    if left.get("trust", _SURE) < _VERY_SURE and _FEAR.search(folded) and not _DECEIT.search(folded):
        del left["trust"]  # «боюсь, будет больно»
    return {"complaint": _SURE} if _complains(left, folded, memory) else left


def calls_apart(text: str) -> dict[str, float]:
    """«Вы бот? Мне нужен человек»: a call for a person in a clause of its own, whatever the other clauses ask."""
    text = text[:_READ]
    if not _PERSON.search(fold(text)):
        return {}
    for part in questions.CLAUSE.findall(text)[:_CLAUSES]:
        if _PERSON.search(fold(part)) and not part.endswith("?"):
            label, sure = classifier.likeliest(part)
            if label == "human" and sure >= _LIKELY:
                return {label: sure}
    return {}


def _to_be_rung(claims: dict[str, float], text: str) -> dict[str, float]:
    """«Неге жазады? Маған звондасын»: a call is wanted after all, and no reason for it is asked."""
    stated = fold(" ".join(part for part in questions.CLAUSE.findall(text[:_READ]) if not part.endswith("?")))
    if not _RING.search(stated) or _NO_RING.search(stated):
        return claims
    left = {label: sure for label, sure in claims.items() if label not in ("why_phone", "when_call")}
    return left | {"contact_by": _SURE, "rung": _SURE}


def _complains(claims: dict[str, float], folded: str, memory: Memory) -> bool:
    if _THREATENS.search(folded):
        return memory.complaint or _OR_ELSE.search(folded) is not None
    return _NAMED_SO.search(folded) is not None and (memory.complaint or "status" in claims)


def _part(folded: str, heard: Extraction, memory: Memory) -> bool:
    """«Подоконник не надо»: is what he can do without but a part of what he wants?"""
    if "object_type" not in memory.facts:
        return False
    thing = heard.slots.get("object_type")
    if thing is not None and thing.value == memory.value("object_type"):
        return False
    return any(
        _names_a_part(before, folded, memory)
        or (_names_a_part(after, folded, memory) and not _is_whole(before, memory))
        for before, after in _DENIED.findall(folded)
    )


def takes_back(text: str, memory: Memory) -> bool:
    """«Шкаф енді керек емес»: is it the very thing he wanted that he does not need?"""
    return any(_is_wanted(word, memory) for found in _DENIED.findall(fold(text[:_READ])) for word in found if word)


def _is_whole(word: str, memory: Memory) -> bool:
    """Is this the thing that is wanted, or the request itself?"""
    return word.startswith(_WHOLE) or _is_wanted(word, memory)


def _names_a_part(word: str, folded: str, memory: Memory) -> bool:
    if len(word) < _LEAST or near.is_common(word) or _NO_THING.fullmatch(word):
        return False
    return not ("кере" in folded and _KAZAKH_DOING.fullmatch(word)) and not _is_whole(word, memory)


def _is_wanted(word: str, memory: Memory) -> bool:
    known = (memory.facts.get(slot) for slot in ("object_type", "work"))
    named = [one for fact in known if fact for one in fold(f"{fact['value']} {fact['quote']}").split()]
    return any(one[: min(_STEM, len(one) - 1)] == word[: min(_STEM, len(one) - 1)] for one in named if len(one) > 2)
