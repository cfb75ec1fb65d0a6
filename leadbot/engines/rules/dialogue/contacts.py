"""How and whom to reach: the client's way of contact, somebody else to call, the number he left when he was here."""

from __future__ import annotations

import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.ask import next_slot
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.engines.rules.words.words import raw
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
    if "contact_other" not in acts or "phone" not in heard.slots:
        return ""
    own, named = memory.value("name"), heard.slots.get("name")
    if own is None:
        return ""
    if named is not None and named.value != own and own not in named.value.split():
        return named.value
    return heard.relative or kin(text)


def kin(text: str) -> str:
    """«жена» of «звоните жене»: who is meant, in the nominative."""
    words = re.findall(r"[^\W\d_]+", fold(text))
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
