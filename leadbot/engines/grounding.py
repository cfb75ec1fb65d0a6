"""Is what a model proposes in the client's own words?

The model proposes, our extractors dispose: a proposed value becomes a fact only where the extractors find the same
value in a message of the client (a phone by its digits, a city, object or area after normalising). Names, places and
objects that no table knows must stand there word for word, up to an ending, and be something that the extractors would
take for one in answer to our question. Everything else is dropped, and so is what stands in a message that gives a
machine orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from leadbot.engines.base import TalkLine, Turn
from leadbot.engines.privacy import digits_of
from leadbot.engines.rules.dialogue.orders import gives_orders
from leadbot.engines.rules.reading.extract import Found, extract
from leadbot.engines.rules.words.near import is_common
from leadbot.engines.rules.words.text import fold
from leadbot.fields import Field
from leadbot.texts import trades

Fact = dict[str, Any]

LITERAL = ("name", "city", "object_type")  # slots whose tables can never be complete
LITERAL_CHARACTERS = 60
LITERAL_WORDS = 4
STEM_LETTERS = 3  # a word with another ending shares at least so many letters
ENDING_LETTERS = 4
_WORD = re.compile(r"\w+")


def grounded(proposal: Mapping[str, str], turn: Turn) -> dict[str, Fact]:
    """The proposed values that the client really said, as facts with the words they came from."""
    facts: dict[str, Fact] = {}
    for slot, value in proposal.items():
        for line in reversed(
            [line for line in turn.history if line.author == "client" and not gives_orders(line.text)]
        ):
            found = _find(slot, value, line, turn)
            if found is not None:
                facts[slot] = fact(found, line.seq)
                break
    return facts


def fact(found: Found, seq: int) -> Fact:
    """A finding as `known` keeps it, see base.py."""
    kept: Fact = {
        "value": found.value, "quote": found.quote, "seq": seq, "start": found.start, "end": found.end,
        "sure": found.sure,
    }  # fmt: skip
    if found.e164:
        kept["e164"] = found.e164
    if found.unit or found.m2 is not None:
        kept["m2"] = found.m2
    return kept


def _find(slot: str, value: str, line: TalkLine, turn: Turn) -> Found | None:
    row = turn.company.fields.get(slot)
    if row is None or not row.is_extracted:
        return _quoted(value, line.text, row) if row else None
    wanted = _read(slot, value, turn)
    for found in _all_read(slot, line.text, turn):
        is_ours = slot == "phone" and (found.e164 or found.value)[-10:] in digits_of(turn.company.phone)
        if not is_ours and _same(slot, value, wanted, found):
            return found
    if slot not in LITERAL or wanted is None or wanted.sure:
        return None  # what our tables know has been looked for, and judged: «моего мужа зовут Серик» names no client
    if slot == "name" and (_is_everyday(value) or not _gives_contact(line, turn)):
        return None
    return _literal(value, line.text)


def _read(slot: str, text: str, turn: Turn) -> Found | None:
    return next(iter(_all_read(slot, text, turn)), None)


def _all_read(slot: str, text: str, turn: Turn) -> Iterable[Found]:
    """What our extractors make of a text that answers the question for this slot."""
    heard = extract(
        text,
        asked=slot,
        language=turn.language,
        objects=turn.company.objects,
        setup=trades.setup_of(turn.company.setup),
    )
    first = heard.slots.get(slot)
    return (*([first] if first else []), *heard.others.get(slot, ()))


def _same(slot: str, value: str, wanted: Found | None, found: Found) -> bool:
    if slot == "phone":
        ours = found.e164 or digits_of(found.value)
        return ours == (wanted.e164 or digits_of(wanted.value) if wanted else digits_of(value))
    return fold(found.value) in {fold(value), fold(wanted.value) if wanted else ""}


def _gives_contact(line: TalkLine, turn: Turn) -> bool:
    """Is this where a client says who he is: in answer to our question, or beside his phone?"""
    is_answer = line.seq == turn.message.seq and turn.asked in ("name", "contact")
    return is_answer or _read("phone", line.text, turn) is not None


def _literal(value: str, text: str) -> Found | None:
    """The value word for word in the text, up to endings: «Бурабай» in «Бурабайда», «теплица» in «теплицу»."""
    wanted = value.split()
    if not wanted or len(wanted) > LITERAL_WORDS or len(value) > LITERAL_CHARACTERS:
        return None
    if not all(part.replace("-", "").isalpha() for part in wanted):
        return None
    words = list(_words(text))
    for i in range(len(words) - len(wanted) + 1):
        here = words[i : i + len(wanted)]
        if all(_alike(part, word) for part, (word, _) in zip(wanted, here, strict=True)):
            start, end = here[0][1], here[-1][1] + len(here[-1][0])
            return Found(value=value, quote=text[start:end], start=start, end=end, sure=False)
    return None


def _quoted(value: str, text: str, row: Field) -> Found | None:
    """The client's own words for a value that no table knows: all its words in a row in the text, up to endings.

    What is kept are his words, not the model's, or the quick reply that they repeat.
    """
    wanted = [part.group() for part in _WORD.finditer(value)]
    words = list(_WORD.finditer(text))
    for i in range(len(words) - len(wanted) + 1) if wanted else ():
        here = words[i : i + len(wanted)]
        if all(_alike(part, word.group()) for part, word in zip(wanted, here, strict=True)):
            start, end = here[0].start(), here[-1].end()
            said = text[start:end]
            replies = (reply for replies in row.chips.values() for reply in replies)
            chosen = next((reply for reply in replies if fold(reply) == fold(said)), said)
            return Found(value=chosen[: row.most], quote=said, start=start, end=end, sure=True)
    return None


def _is_everyday(value: str) -> bool:
    """Is any of these an ordinary word, that only a model could take for a name?"""
    return any(is_common(fold(word)) for word in value.split())


def _words(text: str) -> Iterable[tuple[str, int]]:
    """Each word with where it begins."""
    start = None
    for i, char in enumerate(text + " "):
        if char.isalpha() or (char == "-" and start is not None):
            start = i if start is None else start
        elif start is not None:
            yield text[start:i], start
            start = None


def _alike(value: str, word: str) -> bool:
    """The same word, perhaps with another ending."""
    a, b = fold(value), fold(word)
    if a == b:
        return True
    common = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return common >= STEM_LETTERS and len(a) - common <= 2 and len(b) - common <= ENDING_LETTERS
