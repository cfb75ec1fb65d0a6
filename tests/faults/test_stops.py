"""Orderly stops while a slow model thinks: whoever waits for an answer gets it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from doubles import OpenAIDouble, TelegramDouble
from doubles.model import eager
from doubles.server import Answer, Request
from doubles.telegram import TOKEN
from faults.clients import Crowd, sign_up
from faults.crasher import Crasher, Size
from faults.served import Served, is_alive, send
from faults.stores import KINDS, store
from faults.sums import sums, wait_until_told

from leadbot.serve import GRACE_SECONDS

MODEL_SECONDS = 3
SIZE = Size(talks=300, kills=12, companies=10, clients=40, told_within_seconds=120)
Note = Callable[[str, object], None]


def slow(request: Request) -> Answer:
    return replace(eager(request), wait_seconds=MODEL_SECONDS)


class Stopper:
    """What Crasher kills, it stops: the web and the worker in turn. Remembers how long each took to end."""

    def __init__(self, copy: Served) -> None:
        self._copy = copy
        self.took: list[float] = []

    def kill(self, _: str) -> None:
        find = (self._copy.masters, self._copy.job_workers)[len(self.took) % 2]
        for pid in find()[:1]:
            begun = time.monotonic()
            send(pid, signal.SIGTERM)
            while is_alive(pid):
                time.sleep(0.05)
            self.took.append(time.monotonic() - begun)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_twelve_stops_in_twelve_hundred_turns(tmp_path: Path, kind: str, record_property: Note) -> None:
    with OpenAIDouble(slow) as model, TelegramDouble() as telegram, store(kind, tmp_path) as kept:
        env = {"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": model.base_url}
        env |= {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(tmp_path, **kept.env, **env) as copy:
            crowd = Crowd([sign_up(copy.url, kept, number) for number in range(SIZE.companies)])
            stopper = Stopper(copy)
            with Crasher(stopper, SIZE) as crasher:
                crowd.on_turn = crasher.count_turn
                crowd.talk_all(SIZE.talks, SIZE.clients)
            wait_until_told(kept, SIZE.told_within_seconds)
            found = sums(kept, telegram, crowd.acked)
            by_model = kept.rows("SELECT count(*) FROM messages WHERE engine <> 'rules'")
    errors = {status: times for status, times in crowd.statuses().items() if status >= 500}
    record_property(
        "measured",
        f"{SIZE.turns} turns ({by_model[0][0]} by the model), {len(stopper.took)} stops, "
        f"the longest {max(stopper.took):.1f} s: {found}; 5xx: {errors or 'none'}",
    )
    assert len(stopper.took) == SIZE.kills
    assert max(stopper.took) < GRACE_SECONDS
    assert not errors
    assert (found.leads, len(crowd.acked)) == (SIZE.talks, SIZE.talks)
    assert (found.lost, found.doubled, found.unannounced, found.twice, found.gaps) == (0, 0, 0, 0, 0), found
