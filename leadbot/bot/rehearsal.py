"""Rehearsal: the kept talks held once more by the draft and by what is published, and what comes out otherwise.

Nothing of a talk is stored and nobody is told: the engines are asked, and that is all. Only what a live model costs is
written down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from leadbot.accounts import users
from leadbot.bot import budget, company_settings, engine_choice, publishing, scenarios
from leadbot.database.session import db
from leadbot.engines.base import CompanyCard, Decision, Engine, Known, TalkLine, Turn
from leadbot.engines.embedded import draft as lead_of
from leadbot.engines.recorded import Recorded
from leadbot.models import User

LEAD = "lead"  # the field of a difference in the decision to register
LIVE_SECONDS = 60.0  # for a rehearsal with a model; what does not fit is left out and said so

Turns = tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class RehearsalOutcome:
    """What a talk comes to: whether it makes a lead, and what is known at its end, by slot."""

    is_lead: bool
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that comes out otherwise; None where there is nothing. `field` is a slot, or LEAD: "yes" or None."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One talk, and what the draft changes in it."""

    scenario_id: int
    name: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All talks that were held, and how many there was no time for."""

    talks: tuple[Rehearsed, ...] = ()
    left_out: int = 0

    @property
    def total(self) -> int:
        return len(self.talks)

    @property
    def same(self) -> int:
        return sum(not talk.differences for talk in self.talks)

    @property
    def different(self) -> tuple[Rehearsed, ...]:
        return tuple(talk for talk in self.talks if talk.differences)


@dataclass(frozen=True, slots=True)
class _Script:
    """A scenario as plain data: no row is touched while engines think."""

    id: int
    name: str
    turns: Turns
    language: str | None


class _Metered:
    """The company's own engine, each turn paid for from its day; the embedded engine once that is used up."""

    name = "metered"
    needs_network = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decide(self, turn: Turn) -> Decision:
        ticket = budget.reserve(company_settings.company(), None)
        db.session.commit()
        if ticket is None:
            return engine_choice.rules().decide(turn)
        decision = self._engine.decide(turn)
        budget.settle(ticket, decision.spent)
        db.session.commit()
        return decision


def run() -> Rehearsal:
    """Hold all kept talks by the embedded engine; what a model said in them is taken as it was recorded."""
    rules = engine_choice.rules()

    def engines(script: _Script) -> tuple[Engine, Engine]:
        recorded = Recorded(_answers_of_model(script.turns), rules)
        return recorded, recorded

    return _hold(engines)


def run_live(*, by: User) -> Rehearsal:
    """Hold them with the company's engine and with the draft's, a model where there is one: that costs time and tokens.

    Raises Forbidden for anyone but an owner.
    """
    users.check_is_owner(by)
    own = company_settings.company()
    published, drafted = (
        _Metered(engine) if engine.needs_network else engine
        for engine in (engine_choice.engine(own), engine_choice.engine(own, publishing.draft().values))
    )
    return _hold(lambda script: (published, drafted), seconds=LIVE_SECONDS)


def has_model() -> bool:
    """Is there a model to rehearse with?"""
    return engine_choice.engine(company_settings.company()).needs_network


def _hold(engines_for: Callable[[_Script], tuple[Engine, Engine]], seconds: float | None = None) -> Rehearsal:
    """Hold each talk by the two engines: of what is published, and of the draft."""
    own = company_settings.company()
    now = company_settings.local_now(own)
    published, drafted = company_settings.card(own), company_settings.card(own, publishing.draft().values)
    scripts = [_Script(one.id, one.name, tuple(one.turns), one.language) for one in scenarios.everything()]
    db.session.rollback()  # an engine may call over the network: no transaction is held meanwhile
    give_up_at = time.monotonic() + seconds if seconds else None
    held: list[Rehearsed] = []
    for script in scripts:
        if give_up_at is not None and time.monotonic() > give_up_at:
            break
        before, after = (
            replay(script.turns, company, engine, now, script.language)
            for company, engine in zip((published, drafted), engines_for(script), strict=True)
        )
        held.append(Rehearsed(script.id, script.name, differences(before, after)))
    return Rehearsal(tuple(held), len(scripts) - len(held))


def replay(
    turns: Turns, company: CompanyCard, engine: Engine, now: datetime, language: str | None = None
) -> RehearsalOutcome:
    """Hold a talk to its end, as if the client had then gone silent."""
    known: Known = {}
    registered = False
    history: list[TalkLine] = []
    for turn in turns:
        history.append(TalkLine("client", turn["text"], len(history) + 1))
        decision = engine.decide(Turn(tuple(history), known, company, now, language, registered))
        history.append(TalkLine("bot", decision.text, len(history) + 1))
        known, language = decision.known, decision.language
        registered = registered or decision.register is not None
    lead = lead_of(known, company, language or company.language, final=True)
    facts = known.get("facts", {})
    return RehearsalOutcome(
        registered or lead is not None, {slot: facts[slot]["value"] for slot in company.fields.keys if slot in facts}
    )


def differences(before: RehearsalOutcome, after: RehearsalOutcome) -> tuple[Difference, ...]:
    """What differs between two outcomes, the lead itself first."""
    found = []
    if before.is_lead != after.is_lead:
        found.append(Difference(LEAD, *("yes" if one.is_lead else None for one in (before, after))))
    for slot in dict.fromkeys((*before.facts, *after.facts)):
        if before.facts.get(slot) != after.facts.get(slot):
            found.append(Difference(slot, before.facts.get(slot), after.facts.get(slot)))
    return tuple(found)


def _answers_of_model(turns: Turns) -> dict[int, str]:
    """A model's words by the number its message has in a replay, where answer follows question."""
    return {2 * at + 1: turn["answer"] for at, turn in enumerate(turns) if turn.get("engine") == "model"}
