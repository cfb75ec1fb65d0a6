"""Thousands of notices wait when two workers start: all go out, each once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from doubles.telegram import TOKEN, TelegramDouble
from faults.clients import sign_up
from faults.served import Served
from faults.stores import KINDS, Store, store

Note = Callable[[str, object], None]
pytestmark = pytest.mark.long
ROWS, CHATS, WITHIN_SECONDS = 5000, 500, 420
PUT = """
    INSERT INTO deliveries (company_id, event, channel, target, text, dedup_key, state, attempts, next_at, created_at)
    VALUES (:company, 'test', 'telegram', :chat, :text, :key, 'pending', 0, :moment, :moment)"""
WAITING = "SELECT count(*) FROM deliveries WHERE state = 'pending'"


def fill(kept: Store, company_id: int) -> None:
    moment = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    about = [{"chat": f"-200{row % CHATS:04}", "text": f"notice {row}", "key": f"due {row}"} for row in range(ROWS)]
    kept.write(PUT, [{"company": company_id, "moment": moment, **each} for each in about])


@pytest.mark.parametrize("kind", KINDS)
def test_two_workers_start_with_five_thousand_rows_due(tmp_path: Path, kind: str, record_property: Note) -> None:
    with TelegramDouble() as telegram, store(kind, tmp_path) as kept:
        env = {**kept.env, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with Served(tmp_path, **kept.env) as copy:
            company = sign_up(copy.url, kept)
        fill(kept, company.id)
        with Served(tmp_path, **env) as copy:
            second = copy.run("-m", "flask", "--app", "wsgi:app", "worker")
            begun = time.monotonic()
            try:
                while (left := kept.rows(WAITING)[0][0]) and time.monotonic() < begun + WITHIN_SECONDS:
                    time.sleep(0.5)
            finally:
                second.terminate()
                second.wait(timeout=20)
            took = time.monotonic() - begun
    times = Counter(telegram.texts)
    twice = sum(count > 1 for count in times.values())
    record_property(
        "measured", f"{ROWS} rows due in {CHATS} chats, 2 workers: {ROWS - left} sent in {took:.0f} s, {twice} twice"
    )
    assert left == 0
    assert len(times) == ROWS
    assert twice == 0
