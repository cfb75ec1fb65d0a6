"""How and whom to reach: the client's way of contact, somebody else to call, the number he left when he was here."""

from __future__ import annotations

import itertools
import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.ask import next_slot
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News, note_other
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.engines.rules.words.words import raw, stems
from leadbot.texts.trades import Setup

CALL, WHATSAPP, TELEGRAM, MESSAGE = "call", "whatsapp", "telegram", "message"

_WAYS = (
    (WHATSAPP, re.compile(r"(?<!\w)(?:в[ао]тс|вацап|уатсап|what|watsap|wats|whap)")),
    (TELEGRAM, re.compile(r"(?<!\w)(?:телег|telegr|тг(?!\w))")),
    (MESSAGE, re.compile(
        r"(?<!\w)(?:смс|sms|сообщ|письм|пиш|напи[шс]|спис|писат|жаз|хат(?!\w)|текст|text|messag|write|чат|глух|не слыш"
        r"|слаб\w* слыш|заика|кулагым|естим|deaf|mute)"
        r"|(?:без|не|not|no|don.?t) (?:\w+ )?(?:звон|вызов|набир|call|phone|ring)"
        r"|конырау\w* (?:шал|сог|керек|ет)\w*ма|звонда\w*ма|звон\w+ (?:\w+ )?(?:нельзя|не (?:надо|нужно|стоит))"
        r"|плохо слыш"
    )),
    (CALL, re.compile(r"(?<!\w)(?:звон|позвон|перезвон|набер|конырау|call|ring)")),
)  # fmt: skip
_WHY = re.compile(r"(?<!\w)(?:неге|зачем|почему|why)(?!\w)[^?]*\?")  # «зачем писать?» is no wish for it
_KIN = tuple((item.split()[0], tuple(item.split()[1:])) for item in raw("contact.kin"))


_HIMSELF = re.compile(r"(?<!\w)(?:я|меня|мен|мени|i.?m|me|ya|menya)(?!\w)")
_NO_KIN, _NO_CASE = stems("contact.no_kin*"), 3  # «другой номер»; letters of «ана (нөмір)», «муж»
_NUMBER = ("номер", "номир", "телефон", "number", "phone")

_CONTACT = frozenset({"contact", "phone", "known_phone", "name"})


def give_way(memory: Memory, heard: Extraction) -> None:
    """What the client says himself goes before what his door has said of him."""
    for slot in memory.told.keys() & heard.slots.keys():
        if memory.facts.get(slot) == memory.told[slot]:
            del memory.facts[slot]


def count_told(memory: Memory, turn: Turn, setup: Setup, news: News, acts: Acts) -> None:
    """Let count what his door knows of the client, once it would be asked for or a person is to reach him.

    Not before: a greeting with a number makes no lead.
    """
    if not memory.told or turn.registered:
        return
    if "human" in acts or "complaint" in acts or next_slot(memory, turn, setup, news) in _CONTACT:
        memory.facts = {**memory.told, **memory.facts}


def way(text: str, *, has_account: bool = False) -> str:
    """How the client wants to be reached by these words, "" where they don't say, or name an account for it."""
    folded = _WHY.sub("", fold(text))
    found = next((name for name, pattern in _WAYS if pattern.search(folded)), "")
    return "" if has_account and found in (MESSAGE, CALL) else found


def other(memory: Memory, heard: Extraction, acts: Acts, text: str) -> str:
    """Whom to call instead of the client, by name or by what he is to him; "" where nobody is named.

    Only of a client whose own name is known: else who is named is the contact.
    """
    own, named = memory.value("name"), heard.slots.get("name")
    if own is None or "phone" not in heard.slots:
        return ""
    theirs = (named is not None and named.value == heard.relative) or _is_kins_number(text)
    theirs = theirs and ("correction" in acts or "phone" not in memory.facts)  # else it is a second number
    if not (theirs or "contact_other" in acts or memory.asked == "same_phone"):
        return ""
    if named is not None and named.value != own and own not in named.value.split():
        return named.value
    return heard.relative or kin(text)


def is_himself(memory: Memory, heard: Extraction, acts: Acts, text: str) -> bool:
    """«звоните жене Алие», and then «я Виктор»: is the name we hold another's, and this one his own?"""
    named, held = heard.slots.get("name"), memory.value("name")
    if named is None or not named.sure or held is None or held != memory.relative or named.value == held:
        return False
    return "introduces" in acts or _HIMSELF.search(fold(text)) is not None


def _is_kins_number(text: str) -> bool:
    """«әкемнің нөмірі …», «номер мужа …», "my wife's number"."""
    words = re.findall(r"[^\W\d_]+", fold(text))
    beside = (pair for one, other in itertools.pairwise(words) for pair in ((one, other), (other, one)))
    return any(number.startswith(_NUMBER) and len(whose) > _NO_CASE and kin(whose) for number, whose in beside)


def kin(text: str) -> str:
    """«жена» of «звоните жене»: who is meant, in the nominative."""
    words = [word for word in re.findall(r"[^\W\d_]+", fold(text)) if not word.startswith(_NO_KIN)]
    for name, beginnings in _KIN:
        if any(word.startswith(beginnings) for word in words):
            return name
    return ""


def is_same_number(memory: Memory, heard: Extraction, acts: Acts) -> bool:
    """Does a client who was here before say that his number is the same, or a yes to the question for it?"""
    if "phone" not in memory.client or "phone" in memory.facts or "phone" in heard.slots:
        return False
    if "same_number" in acts:
        return True
    return memory.asked == "known_phone" and "yes" in acts and "no" not in acts


def note_further(memory: Memory, news: News, heard: Extraction, acts: Acts) -> None:
    """Keep what else he can be reached by."""
    for found in heard.others.get("phone", ()):
        note_other(memory, news, found.value)
    if acts.contact:
        note_other(memory, news, acts.contact)
