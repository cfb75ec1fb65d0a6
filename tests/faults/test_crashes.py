"""Kill any process at any step: the sums still agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from doubles.telegram import TOKEN
from faults.clients import Crowd, sign_up
from faults.crasher import Crasher, Size
from faults.moods import Moody
from faults.served import Served, is_alive
from faults.stores import KINDS, store
from faults.sums import Sums, sums, wait_until_told

SHORT = Size(talks=8, kills=4, companies=8)  # each victim once
LONG = Size(talks=500, kills=50, companies=10, refused_most=2, told_within_seconds=400)
BITE = Size(talks=125, kills=12, companies=10, refused_most=2, told_within_seconds=5)
Note = Callable[[str, object], None]


def loop(folder: Path, kind: str, size: Size, note: Note, *command: str) -> Sums:
    """The loop of promise R1; another command serves another application."""
    with Moody(size.refused_most) as telegram, store(kind, folder) as kept:
        env = {**kept.env, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "PYTHONPATH": "tests:."}
        with Served(folder, **env, **({"command": command} if command else {})) as copy:
            companies = [sign_up(copy.url, kept, number) for number in range(size.companies)]
            crowd, crasher = Crowd(companies), Crasher(copy, size)
            crowd.on_turn = crasher.count_turn
            begun = time.monotonic()
            with crasher:
                crowd.talk_all(size.talks, size.clients)
            took = time.monotonic() - begun
            wait_until_told(kept, size.told_within_seconds)
            found = sums(kept, telegram, crowd.acked)
            shown = sum(len(company.leads()) for company in companies)
    refusals = sum(telegram.refusals.values())
    pace = f"{took:.0f} s, slowest turn {crowd.slowest_seconds:.1f} s, {copy.refused_starts} restarts refused"
    note("measured", f"{size.turns} turns, {size.kills} kills, {refusals} tries refused by Telegram: {found}; {pace}")
    assert len(crowd.acked) == size.talks
    assert shown == found.leads
    assert copy.refused_starts == 0
    return found


def check_sums(found: Sums, size: Size) -> None:
    assert found.leads == size.talks, found
    assert (found.lost, found.doubled, found.unannounced, found.gaps) == (0, 0, 0, 0), found
    assert found.is_whole, found
    assert found.twice <= max(1, size.talks // 100), found


@pytest.mark.faults
def test_kill_any_process_and_no_lead_is_lost(tmp_path: Path, record_property: Note) -> None:
    check_sums(loop(tmp_path, "sqlite", SHORT, record_property), SHORT)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_kills_in_two_thousand_turns(tmp_path: Path, kind: str, record_property: Note) -> None:
    check_sums(loop(tmp_path, kind, LONG, record_property), LONG)


@pytest.mark.long
def test_without_the_outbox_leads_stay_unannounced(tmp_path: Path, record_property: Note) -> None:
    found = loop(tmp_path, "sqlite", BITE, record_property, "-m", "faults.without_outbox")
    assert found.lost == 0
    assert found.unannounced > 0


@pytest.mark.faults
def test_a_killed_supervisor_is_replaced_at_once_and_a_clean_stop_ends_all_within_ten_seconds(tmp_path: Path) -> None:
    """As systemd would: the port is still held by what the dead one started, which must go, and the new one waits."""
    with Served(tmp_path) as copy:
        before = set(copy.pids())
        copy.kill("supervisor")
        copy.wait_until_up()
        assert copy.refused_starts == 0
        give_up_at = time.monotonic() + 15
        while (left := before & set(copy.pids())) and time.monotonic() < give_up_at:
            time.sleep(0.1)
        assert not left
        assert (len(copy.masters()), len(copy.job_workers())) == (1, 1)
        everybody = copy.pids()
        assert len(everybody) >= 4
        assert copy.stop() < 10
        assert not [pid for pid in everybody if is_alive(pid)]
        with pytest.raises(requests.RequestException):
            requests.get(f"{copy.url}/health", timeout=1)
