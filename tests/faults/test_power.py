"""The power may fail at any moment: what was acknowledged is on the disk by then, whoever wrote it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import requests
from faults.clients import BROKEN, TURNS, Company, sign_up
from faults.served import Served
from faults.stores import Store, store
from faults.tracing import SECOND, SYNCS, Call, inject, traced

HELD_SECONDS = 4
READ_SECONDS = 3  # less than that: reads wait for no writer
NUMBERS = count(1)
LOG = "leadbot.db-wal"
WRITES = f"pwrite64,{SYNCS}"
Note = Callable[[str, object], None]


@dataclass
class House:
    """A copy on SQLite with one company; nobody is told of anything, so that only the web writes."""

    copy: Served
    kept: Store
    company: Company

    def leads(self) -> list[tuple[int, int]]:
        """How many leads the company has, and of how many phones."""
        counts = "SELECT count(*), count(DISTINCT phone) FROM leads WHERE company_id = :id"
        return self.kept.rows(counts, id=self.company.id)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Store]]:
    folder = tmp_path_factory.mktemp("power")
    with store("sqlite", folder) as kept, Served(folder, WEB_WORKERS="2") as copy:
        yield copy, kept


@pytest.fixture
def house(served: tuple[Served, Store]) -> House:
    copy, kept = served
    return House(copy, kept, sign_up(copy.url, kept, next(NUMBERS)))


@dataclass(frozen=True)
class Answered:
    status: int
    at: float


def ask(house: House, user: str, text: str, key: str) -> Answered:
    """One try of a message; status 0 where nobody answered."""
    try:
        status = house.company.say(user, text, key).status_code
    except BROKEN:
        status = 0
    return Answered(status, time.time())


def unsaved(calls: list[Call], until: float) -> bool:
    """Had anything been written to SQLite's log by then that no successful sync had followed?"""
    dirty = False
    for call in calls:
        if call.path.endswith(LOG) and call.ended_at <= until:
            dirty = not call.is_done if call.is_sync and call.is_done else dirty or not call.is_sync
    return dirty


@pytest.mark.faults
def test_a_repeat_is_not_answered_before_the_disk_has_the_first(house: House, tmp_path: Path) -> None:
    web = house.copy.web_workers()
    with traced(web, tmp_path / "trace", *inject(f"delay_enter={HELD_SECONDS * SECOND}")), ThreadPoolExecutor() as pool:
        begun_at = time.time()
        tries: list[Future[Answered]] = []
        for _ in range(3):
            tries.append(pool.submit(ask, house, "held", TURNS[0], "the same"))
            time.sleep(0.5)
        assert requests.get(f"{house.copy.url}/health", timeout=READ_SECONDS).ok
        assert requests.get(f"{house.copy.url}/api/leads", headers=house.company.headers, timeout=READ_SECONDS).ok
        answers = [each.result() for each in tries]
    assert any(answer.status == 200 for answer in answers), answers
    too_early = [answer for answer in answers if answer.status == 200 and answer.at < begun_at + HELD_SECONDS]
    assert not too_early, [round(answer.at - begun_at, 1) for answer in too_early]


@pytest.mark.faults
def test_nobody_is_told_yes_while_the_disk_says_no(house: House, tmp_path: Path) -> None:
    with traced(house.copy.web_workers(), tmp_path / "trace", *inject("error=EIO")):
        tries = [ask(house, "failing", TURNS[0], "the same") for _ in range(4)]
        refusal = house.company.say("failing", TURNS[0], "the same")
        assert requests.get(f"{house.copy.url}/health", timeout=READ_SECONDS).ok
    assert {answer.status for answer in tries} == {503}
    assert (refusal.status_code, refusal.json()) == (503, {"detail": "Service temporarily unavailable"})
    assert refusal.headers["Retry-After"]
    asked_at = time.time()
    for number in range(8):  # every process, every connection
        assert ask(house, f"next {number}", TURNS[0], f"next {number}").status == 200
    assert ask(house, "failing", TURNS[0], "the same").status == 200
    assert time.time() - asked_at < 10
    stored = "SELECT count(*) FROM messages WHERE message_id = 'the same' AND company_id = :id"
    assert house.kept.rows(stored, id=house.company.id) == [(1,)]
    assert house.kept.is_whole()


BAD_DISKS = {
    "sync fails": inject("error=EIO:when=3+3"),
    "no room": inject("error=ENOSPC:when=40+97", "pwrite64"),
    "write fails": inject("error=EIO:when=60+89", "pwrite64"),
}


@pytest.mark.long
@pytest.mark.parametrize("disk", BAD_DISKS)
def test_what_is_answered_is_saved_on_a_bad_disk(
    house: House, tmp_path: Path, disk: str, record_property: Note
) -> None:
    """One client after the other, so that at each answer all that was ever written must have been saved."""
    answers: list[Answered] = []
    with traced(house.copy.web_workers(), tmp_path / "trace", *BAD_DISKS[disk], calls=WRITES) as trace:
        for number in range(25):
            for step, text in enumerate(TURNS):
                key = f"{number}-{step}"
                words = text.format(phone=f"8701{number:07}")
                answers += persist(house, f"client {number}", words, key)
                answers.append(ask(house, f"client {number}", words, key))  # the repeat
    told_yes = [answer for answer in answers if answer.status == 200]
    found = trace.calls()
    early = sum(unsaved(found, answer.at) for answer in told_yes)
    failed = sum(not call.is_done for call in found)
    refused = sum(answer.status == 503 for answer in answers)
    note = f"{disk}: {failed} calls failed, {len(told_yes)} × 200, {refused} × 503, {early} before the disk had it"
    record_property("measured", note)
    assert failed > 10
    assert early == 0
    assert {answer.status for answer in answers} <= {200, 503}
    assert house.leads() == [(25, 25)]
    assert house.kept.is_whole()


def persist(house: House, user: str, text: str, key: str) -> list[Answered]:
    """All tries until the first that is answered 200."""
    tries: list[Answered] = []
    while len(tries) < 50 and (not tries or tries[-1].status != 200):
        tries.append(ask(house, user, text, key))
    assert tries[-1].status == 200, tries
    return tries


@pytest.mark.long
def test_each_lead_is_synced(house: House, tmp_path: Path, record_property: Note) -> None:
    leads = 100
    with traced(house.copy.web_workers(), tmp_path / "trace", calls=WRITES) as trace:
        answers = [
            ask(house, f"lead {number}", f"Хочу дом в Алматы, 150 кв, Канат, 8701{number:07}", f"{number}")
            for number in range(leads)
        ]
    assert {answer.status for answer in answers} == {200}
    assert house.leads() == [(leads, leads)]
    found = trace.calls()
    syncs = sum(call.is_sync and call.is_done and call.path.endswith(LOG) for call in found)
    record_property("measured", f"{syncs} syncs of the log for {leads} leads")
    assert syncs >= leads
    assert not any(unsaved(found, answer.at) for answer in answers)


@pytest.mark.long
def test_a_frozen_writer_holds_nobody_longer_than_the_deadline(
    house: House, tmp_path: Path, record_property: Note
) -> None:
    frozen_seconds, deadline_seconds = 25, 12
    took: list[float] = []

    def write(number: int) -> None:
        begun = time.monotonic()
        ask(house, f"client {number}", TURNS[0], f"{number}")
        took.append(time.monotonic() - begun)

    first, *_ = house.copy.web_workers()
    with traced([first], tmp_path / "trace", *inject(f"delay_enter={frozen_seconds * SECOND}:when=1")):
        threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    late = [seconds for seconds in took if seconds > deadline_seconds]
    others = f"{len(took) - 1} others at once, {max(0, len(late) - 1)} waited longer than {deadline_seconds} s"
    record_property("measured", f"a writer frozen for {frozen_seconds} s: {others}")
    assert max(took) >= frozen_seconds - 5, "nobody was frozen"
    assert len(late) <= 1
    assert ask(house, "after", TURNS[0], "after").status == 200
