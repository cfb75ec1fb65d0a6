"""A model's server may speak HTTP as it likes: each turn is its answer, asked for once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from doubles.faulty_model import MANNERS, FaultyModel
from modelled import house, leads, say
from sqlalchemy import select

from leadbot.config import Config
from leadbot.database.session import db
from leadbot.models import Message

pytestmark = pytest.mark.faults
TALKS = 5
TURNS = ("Хочу дом", "Алматы", "150 квадратов", "Канат, {phone}")
Note = Callable[[str, object], None]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("manner", MANNERS)
def test_twenty_turns_are_the_models(config: Config, manner: str, record_property: Note) -> None:
    turns = TALKS * len(TURNS)
    with FaultyModel(manner) as model, house(config, model):
        for number in range(TALKS):
            say(*(text.format(phone=f"8701{number:07}") for text in TURNS), ref=f"client {number}")
        lines = db.session.scalars(select(Message).where(Message.engine.is_not(None)))
        by_model = sum(line.engine != "rules" for line in lines)
        registered = len(leads())
    record_property("measured", f"{manner}: {by_model} of {turns} turns by the model, {len(model.requests)} requests")
    assert (by_model, len(model.requests), registered) == (turns, turns, TALKS)
