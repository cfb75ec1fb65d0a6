"""Answers and wishes that no table of values holds: the client's own words are the value."""

from __future__ import annotations

import re

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue import intents, questions
from leadbot.engines.rules.dialogue.intents import Acts, fold
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News, put, whole
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.engines.rules.reading.times import speaks_of_time
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.words import words as words_of
from leadbot.texts.trades import Setup

# Acts that are no answer in one's own words.
NO_ANSWER = frozenset(
    {
        "unsure",
        "refuse",
        "human",
        "abuse",
        "no_words",
        "off_topic",
        "greeting",
        "thanks",
        "bye",
        "not_client",
        "bot",
        "complaint",
        "withdrawal",
        "trust",
        "status",
        "when_call",
        "wrong_chat",
        "why_phone",
        "spared",
        "contact_by",
        "just_asking",
        "postponed",
    }
)
_LEAST_WISH, _LONGEST_WISH = 2, 60  # words that tell what is wanted unasked; characters kept of them
_OF_IT, _LEAST_THING = ("price", "term"), 4  # topics that are asked of a thing in one breath with its name; its letters
_WISHING = words_of("wish.words")
_CONTACT = frozenset({"name", "phone"})
_NODS, _SHORT = frozenset({"yes", "no", "ack"}), 4  # what only nods; words of an answer before a question
_OF_GREETINGS = frozenset({"бе", "ме", "ма", "ба", "день", "вечер", "утро", "дня", "вам", "всем"})
_WANTED = re.compile(r" (?:керек|кажет|қажет)(?: (?:еді|еди|болып|болған|болды|тұр|тур))*(?: |$)", re.IGNORECASE)
# «Орнатасыздар», «жөндейсіз бе»: in Kazakh what is done is named by -у.
_YOU_DO = re.compile(r"(?<=\w)(\w)(?:[ае]|(?<=[аеіыө])й)с[ыіи]з(?:дар|дер)?(?: [мбп][ае])?(?!\w)")


def answer(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts) -> None:
    """An answer in free words to a question that has no table of values."""
    slot = turn.asked
    row = turn.company.fields.get(slot)
    if row is None or not (row.is_free and row.is_extracted):
        return
    if news.slots or heard.slots.get("city") or acts.names & NO_ANSWER:
        return
    said = _before_asking(turn, heard, acts) if acts.topic else " ".join(heard.masked.split())
    if slot == "callback" and not speaks_of_time(said):
        return
    if slot != "callback" and ("books" in acts or (not acts.topic and questions.asks(turn.message.text))):
        return
    if any(letter.isalnum() for letter in said):
        put(memory, news, row.key, whole(turn, said[:80]), replaces=True)


def _before_asking(turn: Turn, heard: Extraction, acts: Acts) -> str:
    """«Велюр. А сроки какие?»: the short answer that stands before a question of his own; "" where none does."""
    asked = questions.asked(turn.message.text)
    if not asked or acts.names & _NODS:
        return ""
    said = heard.masked[: asked[0][0]].strip(" ,.;!-\n").split()
    names = [word for word in said if not near.is_everyday(fold(word).strip(".,!"))]
    return " ".join(said) if names and len(said) <= _SHORT else ""


def _is_but_a_wish(word: str) -> bool:
    """«хочу», «заказать»: no part of what is wanted."""
    bare = fold(word).strip(".,!?")
    return near.is_everyday(bare) or bare in _WISHING


def _greets(word: str) -> bool:
    bare = fold(word).strip(".,!?")
    return bare in _OF_GREETINGS or "greeting" in intents.signs(bare)


def _named(words: list[str]) -> str:
    """What is wanted, as a name of it: «кондиционер орнату керек еді офиске» and «кондиционер орнатасыздар» are too."""
    thing = _WANTED.sub(" ", " ".join(words))
    return _YOU_DO.sub(lambda verb: verb[1] + "у", thing)


def wish(memory: Memory, news: News, turn: Turn, heard: Extraction, acts: Acts, setup: Setup) -> None:
    """What is wanted in a trade whose things no table holds: «торт на свадьбу», «зуб шатается»."""
    if not setup.free or "object_type" in memory.facts or "object_type" in news.slots:
        return
    if (
        acts.names & (NO_ANSWER - {"postponed", "greeting"})
        or acts.topic not in (None, "other", *_OF_IT)
        or heard.trouble
    ):
        return
    if "contact_other" in acts and "wish" not in acts:
        return  # «күйеуіме звондаңыздар»
    asked = None if "object_type" in heard.denied else turn.asked  # «жөндеу емес, эвакуатор керек»
    if asked not in (None, "object_type") or (asked is None and news.slots & _CONTACT):
        return
    said = " ".join(heard.masked.split()).strip(" ,.;!?-")
    if len(said.split()) < (1 if asked else _LEAST_WISH):
        return
    words = said.split()
    while words and (_is_but_a_wish(words[0]) or _greets(words[0])):
        del words[0]  # «хочу заказать торт на свадьбу»
    if "greeting" in intents.signs(" ".join(words)):
        return
    while words and near.is_everyday(fold(words[-1]).strip(".,!?")):
        del words[-1]  # «видеограф керек еді»
    if acts.topic in _OF_IT and (asked or not any(len(word) >= _LEAST_THING for word in words)):
        return  # «сколько стоит?» names nothing
    if words and any(letter.isalpha() for letter in "".join(words)):
        put(memory, news, "object_type", whole(turn, _named(words)[:_LONGEST_WISH].strip(" ,.")), replaces=True)
