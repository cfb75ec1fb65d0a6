"""Holds a talk with the embedded qualifier as the service does: known facts, language and registration carried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from leadbot.engines.base import CompanyCard, Decision, Known, LeadDraft, TalkLine, Turn
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.rules.dialogue.summary import draft

ALMATY = timezone(timedelta(hours=5))
COMPANY = CompanyCard(name="СтройКомпания")


class Talk:
    """One client's talk; `registered` counts how often it has made a lead."""

    def __init__(self, company: CompanyCard = COMPANY, hour: int = 15) -> None:
        self.company = company
        self.now = datetime(2026, 1, 28, hour, 30, tzinfo=ALMATY)
        self.known: Known = {}
        self.language: str | None = None
        self.history: list[TalkLine] = []
        self.registered = 0
        self.answers_here = True
        self.last: Decision | None = None

    def say(self, *texts: str) -> str:
        """Send messages one after the other; returns the answer to the last."""
        for text in texts:
            self.history.append(TalkLine("client", text, len(self.history) + 1))
            turn = Turn(
                tuple(self.history), self.known, self.company, self.now, self.language, self.registered > 0,
                answers_here=self.answers_here,
            )  # fmt: skip
            self.last = Rules().decide(turn)
            self.known, self.language = self.last.known, self.last.language
            self.history.append(TalkLine("bot", self.last.text, len(self.history) + 1))
            self.registered += self.last.register is not None and self.registered == 0
        return self.history[-1].text

    @property
    def asked(self) -> str | None:
        """What the bot has asked last."""
        return self.known["asked"]

    @property
    def act(self) -> str | None:
        """What else the last message did."""
        return self.last.act if self.last else None

    def value(self, slot: str) -> str | None:
        """What is known of a slot."""
        return self.known["facts"].get(slot, {}).get("value")

    def lead(self) -> LeadDraft | None:
        """The lead at the end of the talk."""
        return draft(self.known, self.company, self.language or "ru", final=True)

    def answers(self) -> list[str]:
        """All that the bot has said."""
        return [line.text for line in self.history if line.author == "bot"]


def talk_in(trade: str) -> Talk:
    """A talk with a company of this trade that can be found and called."""
    return Talk(replace(COMPANY, setup=trade, phone="+77273550101", address="Алматы, Абая 10"))
