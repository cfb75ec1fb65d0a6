"""Telegram refuses in all the ways it has: each notice arrives or is shown as given up, and no chat is pressed."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.server import Answer, Request
from doubles.telegram import BLOCKED, CANT_PARSE, DROPS, MOVED, TOKEN, TelegramDouble, refuse, too_many
from faults.clients import Company, sign_up
from faults.served import Served
from faults.stores import Store, store

pytestmark = pytest.mark.long
LEADS = 5
ASKED_SECONDS = 10  # by a 429
GAP_SECONDS = 1.0  # between two messages to a chat
TIMER_SECONDS = 1.5  # a runner that looks once a second, and a busy machine
HANGS = Answer(body={"ok": True}, wait_seconds=15)  # longer than a send waits
Note = Callable[[str, object], None]

# What the first try in each chat meets; all that come later are taken, but by who is blocked.
FAULTS: dict[str, Answer | None] = {
    "well": None,
    "429": too_many(ASKED_SECONDS),
    "500": refuse(500, "Internal Server Error"),
    "can't parse": CANT_PARSE,
    "blocked": BLOCKED,
    "moved": MOVED,
    "hangs": HANGS,
    "cut": DROPS,
}
MOVED_TO = "-1001234567890"


class Trouble(TelegramDouble):
    """Meets each chat with its own fault; remembers when what was tried where."""

    def __init__(self, faults: dict[str, Answer | None]) -> None:
        super().__init__()
        self._faults = faults
        self.tries: dict[str, list[tuple[float, str]]] = defaultdict(list)

    def _take(self, request: Request) -> Answer:
        chat = str(request.json["chat_id"])
        fault = self._faults.get(chat)
        is_first = not self.tries[chat]
        self.tries[chat].append((time.monotonic(), request.json["text"]))
        if fault is not None and (is_first or fault is BLOCKED):
            return fault
        return super()._take(request)

    def seconds_a_try(self) -> float:
        """In the chat that was pressed most: from the first try to the last, a try."""
        spans = ((tries[-1][0] - tries[0][0]) / (len(tries) - 1) for tries in self.tries.values() if len(tries) > 2)
        return min(spans)


def leads_of(company: Company) -> None:
    for number in range(LEADS):
        company.insist(f"client {number}", f"Хочу дом в Алматы, Канат, 8701{company.number:03}{number:04}", str(number))


def states(kept: Store, company: Company) -> list[str]:
    sql = "SELECT state FROM deliveries WHERE company_id = :id AND event = 'lead.created'"
    return [state for [state] in kept.rows(sql, id=company.id)]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_every_refusal_of_telegram(tmp_path: Path, kind: str, record_property: Note) -> None:
    chats = {f"-100{number:04}": fault for number, fault in enumerate(FAULTS.values())}
    with Trouble(chats) as telegram, store(kind, tmp_path) as kept:
        env = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(tmp_path, **kept.env, **env) as copy:
            companies = {name: sign_up(copy.url, kept, number) for number, name in enumerate(FAULTS)}
            [leads_of(company) for company in companies.values()]
            give_up_at = time.monotonic() + 120
            while time.monotonic() < give_up_at:
                became = {name: states(kept, company) for name, company in companies.items()}
                if not any("pending" in each for each in became.values()):
                    break
                time.sleep(1)
        errors = kept.rows("SELECT DISTINCT last_error FROM deliveries WHERE state = 'dead'")
    busy = telegram.tries[companies["429"].chat_id]
    (first_at, first_text), *later = busy
    again_after = next(at - first_at for at, text in later if text == first_text)
    resumed_after = min(at - first_at for at, _ in later if at - first_at >= ASKED_SECONDS)
    gap = telegram.seconds_a_try()
    record_property(
        "measured",
        f"{sum(each.count('sent') for each in became.values())} of {LEADS * len(FAULTS)} notices arrived, "
        f"{became['blocked'].count('dead')} given up and shown; {gap:.2f} s a try in the busiest chat; "
        f"asked to wait {ASKED_SECONDS} s, sent the same after {again_after:.1f}, the next after {resumed_after:.1f}",
    )
    assert became.pop("blocked") == ["dead"] * LEADS
    assert [len(errors), "blocked" in errors[0][0]] == [1, True]
    assert all(each == ["sent"] * LEADS for each in became.values()), became
    assert telegram.tries[MOVED_TO]
    assert gap >= GAP_SECONDS * 0.8  # one try may be late on a busy machine
    assert again_after >= ASKED_SECONDS
    assert resumed_after <= ASKED_SECONDS * 1.2 + TIMER_SECONDS
