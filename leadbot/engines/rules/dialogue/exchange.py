"""One exchange of a talk: the message with all that is known around it, and the answer in the making."""

from __future__ import annotations

from dataclasses import dataclass, field

from leadbot.engines.base import Turn
from leadbot.engines.rules.dialogue.intents import Acts
from leadbot.engines.rules.dialogue.memory import Memory
from leadbot.engines.rules.dialogue.news import News
from leadbot.engines.rules.reading.extract import Extraction
from leadbot.texts import phrases
from leadbot.texts.trades import Setup


@dataclass(slots=True)
class Reply:
    """An answer in the making. `asks` is False where nothing may be asked this time."""

    parts: list[str] = field(default_factory=list)
    asks: bool = True
    asked: str | None = None  # what the statements themselves ask for
    hello: str = ""  # the greeting among them
    kept: list[str] = field(default_factory=list)  # the statements that stay however long the answer gets
    act: str | None = None

    def keep(self, text: str) -> None:
        """A statement that is not left out for want of room: what the client asked for."""
        if text and text not in self.parts:
            self.parts.append(text)
            self.kept.append(text)


@dataclass(frozen=True, slots=True)
class Exchange:
    """All that an answer is made from."""

    turn: Turn
    memory: Memory
    setup: Setup
    language: str
    heard: Extraction
    acts: Acts
    news: News
    lead: bool  # what is known makes one
    last: frozenset[str]  # the sentences of the bot's last message, none of which is said again

    @property
    def first(self) -> bool:
        """Is this the bot's first message?"""
        return self.memory.turns == 0

    @property
    def registers(self) -> bool:
        """Does this message make the lead?"""
        return self.lead and not self.turn.registered

    def say(self, key: str, **values: str) -> str:
        """A phrase in the language of the talk; the company's own data fill its placeholders."""
        company = self.turn.company
        own = {"company": company.name, "company_phone": company.phone, "email": company.email,
               "address": company.address, "hours": company.hours_in(self.language)}  # fmt: skip
        return phrases.say(key, self.language, self.setup, **(own | values))

    def just_said(self, text: str) -> bool:
        """Does this text hold a sentence of the bot's last message?"""
        return not self.last.isdisjoint(phrases.sentences(text))


_RECEIPTS = ("noted", "after.added", "after.read", "after.other")
_PASSED_ON = ("answer.other", "answer.other.again", "answer.when_call")


def receipted_once(scene: Exchange, parts: list[str]) -> list[str]:
    """The parts with one «менеджер увидит» at most, and none beside what says so itself."""
    receipts = {scene.say(key) for key in _RECEIPTS}
    is_told = any(scene.say(key) in parts for key in _PASSED_ON)
    kept = []
    for part in parts:
        if part not in receipts or not is_told:
            kept.append(part)
        is_told = is_told or part in receipts
    return kept


def unsaid_of(text: str, last: frozenset[str]) -> str:
    """The text without the sentences that were said in the message before."""
    return " ".join(sentence for sentence in phrases.sentences(text) if phrases.stopped(sentence) not in last)
