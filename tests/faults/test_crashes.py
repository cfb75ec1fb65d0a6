"""Kill any process at any step: the sums still agree."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
import requests
from doubles.server import Answer, Request
from doubles.telegram import TOKEN, TelegramDouble, refuse, too_many
from faults.served import Served

TALKS, KILLS, CLIENTS = 30, 8, 5  # a chat takes one notice a second
TURNS = ("Хочу дом", "Алматы", "150 квадратов")


class Moody(TelegramDouble):
    """Refuses the first try of every fourth lead: a 500, or 429 for a second."""

    def __init__(self) -> None:
        super().__init__()
        self._moods = random.Random(7)
        self._met: set[str] = set()

    def _take(self, request: Request) -> Answer:
        text = request.json.get("text", "")
        if text not in self._met and self._moods.random() < 0.25:
            self._met.add(text)
            return refuse(500, "Internal Server Error") if self._moods.random() < 0.6 else too_many(1)
        return super()._take(request)


def patient(method: str, url: str, **more: object) -> requests.Response:
    """A client that tries again, as clients do."""
    for _ in range(100):
        try:
            answer = requests.request(method, url, timeout=20, **more)
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError("no answer")


def integrator(url: str) -> dict[str, str]:
    account = {"email": "crash@example.com", "password": "test123", "company_name": "Крепость"}
    patient("POST", f"{url}/api/auth/register", json=account)
    login = patient("POST", f"{url}/api/auth/login", data={"username": account["email"], "password": "test123"})
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    patient("PATCH", f"{url}/api/settings", json={"telegram_chat_id": "-100"}, headers=headers)
    return headers


def hold(url: str, headers: dict[str, str], number: int, acked: list[str]) -> None:
    phone = f"8701{number:07d}"
    for step, text in enumerate((*TURNS, f"Канат, {phone}")):
        key = {"Idempotency-Key": f"{number}-{step}"}
        answer = patient("POST", f"{url}/api/chat", data={"user_id": f"c{number}", "text": text}, headers=headers | key)
        assert answer.status_code == 200, answer.text
    if answer.json()["function_called"] == "register_lead":
        acked.append(phone)


def hold_many(url: str, headers: dict[str, str], acked: list[str], numbers: range) -> None:
    for number in numbers:
        hold(url, headers, number, acked)


def crash(copy: Served, stop: threading.Event) -> None:
    dice = random.Random(3)
    for kill in range(KILLS):
        if stop.wait(0.4 + dice.random()):
            return
        copy.kill(("web", "worker")[kill % 2])


@pytest.mark.faults
def test_kill_any_process_and_no_lead_is_lost(tmp_path: Path) -> None:
    acked: list[str] = []
    with Moody() as telegram, Served(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url) as copy:
        headers = integrator(copy.url)
        stop = threading.Event()
        crasher = threading.Thread(target=crash, args=(copy, stop))
        crasher.start()
        work = partial(hold_many, copy.url, headers, acked)
        clients = [threading.Thread(target=work, args=(range(first, TALKS, CLIENTS),)) for first in range(CLIENTS)]
        [client.start() for client in clients]
        [client.join() for client in clients]
        crasher.join()
        leads = patient("GET", f"{copy.url}/api/leads", headers=headers).json()
        give_up_at = time.monotonic() + 120
        while len(set(telegram.texts)) < TALKS and time.monotonic() < give_up_at:
            time.sleep(0.5)
        stop.set()
    phones = Counter(lead["phone"] for lead in leads["leads"])
    assert set(acked) <= set(phones)
    assert len(acked) == len(phones) == TALKS == leads["total"]
    assert set(phones.values()) == {1}
    told = Counter(text.split("\n")[0] for text in telegram.texts)
    assert len(told) == TALKS
    assert sum(told.values()) <= TALKS + KILLS  # a worker that dies between sending and marking repeats one notice
    assert sqlite3.connect(tmp_path / "leadbot.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.faults
def test_a_clean_stop_ends_all_of_it_within_ten_seconds(tmp_path: Path) -> None:
    with Served(tmp_path) as copy:
        assert copy.stop() < 10
        with pytest.raises(requests.RequestException):
            requests.get(f"{copy.url}/health", timeout=1)
