"""Which brain answers: a company's own model, the installation's, or the embedded engine where neither may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadbot.bot import budget, model_hosts
from leadbot.bot.settings_fields import Values
from leadbot.engines import OwnModels
from leadbot.engines.away import Away
from leadbot.engines.base import Engine, Spent
from leadbot.engines.speech import NoSpeech, Speech
from leadbot.models import Company, Conversation
from leadbot.state import state

if TYPE_CHECKING:
    from leadbot.engines.trial import Trial


@dataclass(frozen=True, slots=True)
class Brain:
    """Who thinks and who listens in one turn; with a ticket where that may cost something."""

    engine: Engine
    speech: Speech
    ticket: budget.Ticket | None = None

    def calls_out(self, *, hears: bool) -> bool:
        """Will the turn wait for a network, so that no transaction may stay open?"""
        return self.engine.needs_network or (hears and self.speech.needs_network)

    def settle(self, spent: Spent | None, *, has_listened: bool) -> None:
        """Write down what the turn has cost. Does not commit."""
        if self.ticket:
            budget.settle(self.ticket, spent, has_listened=has_listened and self.speech.needs_network)


def take(own: Company, talk: Conversation, *, is_thrifty: bool = False, drafted: Values | None = None) -> Brain:
    """The brain for a turn of this talk with the company, its costs reserved; does not commit.

    A thrifty turn costs nothing. `drafted` are the values of a draft whose model is to be tried.
    """
    if talk.is_junk and talk.junk_is_settled:
        return Brain(Away(rules()), NoSpeech())
    chosen = Brain(engine(own, drafted), speech(own, drafted))
    if not chosen.calls_out(hears=True):
        return chosen
    if is_thrifty:
        return Brain(_models().spared, NoSpeech())
    ticket = budget.reserve(own, talk)
    if ticket is None:
        return Brain(_models().over_budget, NoSpeech())
    return Brain(chosen.engine, chosen.speech, ticket)


def rules() -> Engine:
    """The embedded engine."""
    engine: Engine = state().rules
    return engine


def engine(own: Company, drafted: Values | None = None) -> Engine:
    """The engine of a company, behind which the embedded one stands: on its own key, else the installation's."""
    access = own_access(own, drafted)
    if access:
        return _models().engine(*access) if model_hosts.is_allowed(access[1]) else _models().off_list
    engine: Engine = state().engine
    return engine


def speech(own: Company, drafted: Values | None = None) -> Speech:
    """Who listens for a company."""
    access = own_access(own, drafted)
    if access:
        return _models().speech(*access) if model_hosts.is_allowed(access[1]) else NoSpeech()
    speech: Speech = state().speech
    return speech


def trial(own: Company, drafted: Values | None = None) -> Trial | None:
    """The model of a company, to be tried out; None where it has none, or one that may not be called."""
    access = own_access(own, drafted)
    if access is None:
        return _models().trial("", "", "") if engine(own, drafted).needs_network else None
    return _models().trial(*access) if model_hosts.is_allowed(access[1]) else None


def own_access(own: Company, drafted: Values | None = None) -> tuple[str, str, str] | None:
    """Key, address and model of a company's own; without a key of its own the others count for nothing."""
    published, key = own.bot.get("model") or {}, budget.own_key(own)
    values = published if drafted is None else drafted["model"]
    return (key, values.get("base_url", ""), values.get("model", "")) if key else None


def _models() -> OwnModels:
    models: OwnModels = state().own_models
    return models
