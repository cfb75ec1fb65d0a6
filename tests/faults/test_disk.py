"""The disk is full: what can't be stored is refused at once, the rest works, and room that is made is used at once."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from doubles.telegram import TOKEN, TelegramDouble
from faults.clients import BROKEN, Company, sign_up
from faults.served import Served
from faults.stores import Store, store
from faults.sums import digits

pytestmark = pytest.mark.long
SIZE = "24m"
AT_ONCE_SECONDS = 3
MOST_TURNS = 400  # until a full disk is noticed: SQLite first uses again what its log has
Note = Callable[[str, object], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk."""
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a tmpfs")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte of room in the block."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        yield
    finally:
        filler.unlink()


@dataclass(frozen=True)
class Answer:
    """What a client got, and the seconds it took; status 0 where nobody answered."""

    status: int
    body: str
    took: float


def lead(company: Company, number: int) -> Answer:
    """A client says all there is to say."""
    begun = time.monotonic()
    try:
        answer = company.say(f"client {number}", f"Хочу дом в Алматы, 150 кв, Канат, {phone(number)}", str(number))
    except BROKEN as error:
        return Answer(0, type(error).__name__, time.monotonic() - begun)
    return Answer(answer.status_code, answer.text.strip(), time.monotonic() - begun)


def phone(number: int) -> str:
    return f"8701{number:07}"


def at_once(company: Company, numbers: range) -> list[Answer]:
    with ThreadPoolExecutor(len(numbers)) as clients:
        return list(clients.map(lambda number: lead(company, number), numbers))


def until_refused(company: Company, numbers: range) -> tuple[set[str], Answer]:
    """One after the other, to the first that is not taken: the phones before, and how it was refused."""
    taken: set[str] = set()
    for number in numbers:
        answer = lead(company, number)
        if answer.status != 200:
            return taken, answer
        taken.add(phone(number))
    raise AssertionError("a full disk took everything")


def stored(kept: Store) -> set[str]:
    return {phone for [phone] in kept.rows("SELECT phone FROM leads")}


@dataclass
class Met:
    """What came of it: `acked` phones, answers while the disk was full and after room was made."""

    acked: set[str] = field(default_factory=set)
    refused: list[Answer] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    ready: int = 0
    after: list[Answer] = field(default_factory=list)

    def __str__(self) -> str:
        refusals, slowest = sorted({answer.status for answer in self.refused}), max(each.took for each in self.refused)
        served = sum(answer.status == 200 for answer in self.after)
        return (
            f"full: {len(self.refused)} writes × {refusals} within {slowest:.1f} s, reads {self.reads}, /ready "
            f"{self.ready}; with room again {served} of {len(self.after)} × 200"
        )


def fill_and_free(copy: Served, company: Company, disk: Path) -> Met:
    met = Met({phone(number) for number in range(16)})
    opened = at_once(company, range(16))  # on every connection of both processes
    assert {answer.status for answer in opened} == {200}
    with full(disk):
        taken, refusal = until_refused(company, range(100, 100 + MOST_TURNS))
        met.refused = [refusal, *at_once(company, range(1000, 1012))]
        met.reads = [read(copy, company, path) for path in ("/health", "/api/leads", "/api/auth/me")]
        met.ready = read(copy, company, "/ready")
    met.after = at_once(company, range(2000, 2016))
    met.acked |= taken | {phone(2000 + number) for number, answer in enumerate(met.after) if answer.status == 200}
    return met


def read(copy: Served, company: Company, path: str) -> int:
    try:
        return requests.get(f"{copy.url}{path}", headers=company.headers, timeout=AT_ONCE_SECONDS).status_code
    except BROKEN:
        return 0


def test_a_full_disk_refuses_at_once_and_room_is_used_at_once(
    disk: Path, tmp_path: Path, record_property: Note
) -> None:
    with TelegramDouble() as telegram, store("sqlite", disk) as kept:
        env = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(disk, log=tmp_path / "served.log", **env) as copy:
            met = fill_and_free(copy, sign_up(copy.url, kept), disk)
            untold = wait_until_told(telegram, met.acked)
        is_whole, lost = kept.is_whole(), met.acked - stored(kept)
    record_property("measured", f"{met}; {len(lost)} of {len(met.acked)} leads lost, {len(untold)} untold")
    assert {answer.status for answer in met.refused} == {503}
    assert {answer.body for answer in met.refused} == {'{"detail":"Service temporarily unavailable"}'}
    assert max(answer.took for answer in met.refused) < AT_ONCE_SECONDS
    assert met.reads == [200, 200, 200]
    assert {answer.status for answer in met.after} == {200}
    assert (is_whole, lost, untold) == (True, set(), set())
    assert met.ready == 503, "/ready did not tell"


def wait_until_told(telegram: TelegramDouble, phones: set[str], seconds: float = 180) -> set[str]:
    """Wait until Telegram has heard of each of these phones; those it has not heard of."""
    give_up_at = time.monotonic() + seconds
    while True:
        told = "\n".join(digits(text) for text in telegram.texts)
        untold = {each for each in phones if each[1:] not in told}
        if not untold or time.monotonic() > give_up_at:
            return untold
        time.sleep(0.5)
