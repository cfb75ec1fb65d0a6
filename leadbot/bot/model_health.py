"""Does a company's model answer? Tried out at once, and seen in the turns that are stored.

Clients notice nothing of a model that fails, since the embedded engine answers them in the same turn. So that a lasting
fault does not stay hidden, the owner is told of it where the bot is set up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from leadbot.accounts import users
from leadbot.bot import budget, company_settings, engine_choice, model_hosts, publishing
from leadbot.database.session import db
from leadbot.models import Message, User

if TYPE_CHECKING:
    from leadbot.engines.trial import Tried

TRIAL_SECONDS = 5.0
TURNS = 40  # that are looked back on
LOOKED_AT = 200  # lines of the bot among which these are looked for
LASTING = 5  # turns in a row without the model make a fault that lasts

# The model was not asked, so these turns say nothing of it.
_NOT_ASKED = {"model: over budget", "model: spared", "model: address not allowed", "model: no time left"}
_RESTING = "model: resting after failures"


@dataclass(frozen=True, slots=True)
class Failing:
    """The model answers no longer: of so many turns it should have led, and why not the last ones."""

    answered: int
    turns: int
    reason: str


def has_model() -> bool:
    """Is there a model, published or in the draft, that could be asked?"""
    own = company_settings.company()
    return any(engine_choice.engine(own, values).needs_network for values in (None, publishing.draft().values))


def try_out(*, by: User) -> Tried | None:
    """Ask the draft's model for one tiny answer, paid for from the company's day.

    None where there is no model, it may not be called, or the day is used up. Raises Forbidden for who may only look.
    """
    users.check_may_write(by)
    own = company_settings.company()
    trial = engine_choice.trial(own, publishing.draft().values)
    ticket = budget.reserve(own, None) if trial else None
    db.session.commit()  # nothing is held while the network is waited for
    if trial is None or ticket is None:
        return None
    tried = trial.run(TRIAL_SECONDS)
    budget.settle(ticket, tried.spent)
    db.session.commit()
    return tried


def failing() -> Failing | None:
    """What is wrong with a model that has led none of the last turns; None where it does, or where there is none."""
    own = company_settings.company()
    if not engine_choice.engine(own).needs_network:
        return None
    newest = select(Message.engine, Message.engine_note).where(Message.engine.is_not(None))
    lines = db.session.execute(newest.order_by(Message.id.desc()).limit(LOOKED_AT)).all()
    turns = [(line.engine == "model", line.engine_note or "") for line in lines]
    turns = [(led, note) for led, note in turns if led or (note.startswith("model: ") and note not in _NOT_ASKED)]
    turns = turns[:TURNS]
    if len(turns) < LASTING or any(led for led, _ in turns[:LASTING]):
        return None
    reason = next((note for led, note in turns if not led and note != _RESTING), _RESTING)
    return Failing(sum(led for led, _ in turns), len(turns), reason.removeprefix("model: "))


def off_list() -> str:
    """The address of the company's own model, where whoever runs this copy no longer allows it; else nothing."""
    access = engine_choice.own_access(company_settings.company())
    return access[1] if access and not model_hosts.is_allowed(access[1]) else ""
