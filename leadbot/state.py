"""What a running application holds besides its database: settings, dispatcher, engines, counters, the worker's bell.

One typed object an application, filled by `create_app` and the `init_app` of whoever owns a part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

if TYPE_CHECKING:
    from huey import Huey
    from limits.storage import Storage
    from limits.strategies import FixedWindowRateLimiter

    from leadbot.config import Config
    from leadbot.database.outage import Outage
    from leadbot.engines import OwnModels
    from leadbot.engines.base import Engine
    from leadbot.engines.speech import Speech
    from leadbot.events import Dispatcher
    from leadbot.notifications.carriers.at_work import AtWork
    from leadbot.outbox.crew import Crew

_KEY = "leadbot"


@dataclass(slots=True)
class State:
    """The parts of one application."""

    config: Config
    events: Dispatcher = field(init=False)
    rules: Engine = field(init=False)
    engine: Engine = field(init=False)  # the installation's: the model with the rules behind it, or the rules
    own_models: OwnModels = field(init=False)
    speech: Speech = field(init=False)
    redis: Outage = field(init=False)
    counters: Storage = field(init=False)
    limits: FixedWindowRateLimiter | None = field(init=False)  # None: nothing is limited
    carriers: dict[str, AtWork] = field(init=False)
    crews: dict[str, Crew] = field(default_factory=dict)  # those of this process
    bell: Huey = field(init=False)
    wake: Callable[[str], object] = field(init=False)
    openapi: dict[str, Any] | None = None  # built when it is first asked for
    failing_rows: dict[str, Any] = field(default_factory=dict)


def hold(app: Flask, config: Config) -> State:
    """Give an application its state."""
    made = app.extensions[_KEY] = State(config)
    return made


def state_of(app: Flask) -> State:
    """The state of this application."""
    return cast(State, app.extensions[_KEY])


def state() -> State:
    """The state of the application at work."""
    return state_of(current_app)
