"""Clients that keep to the contract: a message is sent again, under the same key, until somebody has answered it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from faults.stores import Store

PASSWORD = "test123"
LONGEST_PAUSE_SECONDS = 5.0
BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
TURNS = ("Хочу дом", "Алматы", "150 квадратов", "Канат, {phone}")
Said = Callable[[], None]


class Impatient(AssertionError):
    """Nobody answered for minutes."""


def patient(
    method: str, url: str, *, seen: Counter[int] | None = None, patience_seconds: float = 180, **more: Any
) -> requests.Response:
    """Ask until an answer comes that is no 409, no 5xx and no broken connection, and pause as Retry-After says.

    `seen` counts the answers by status.
    """
    give_up_at = time.monotonic() + patience_seconds
    last: object = None
    while time.monotonic() < give_up_at:
        pause = 0.2
        try:
            answer = requests.request(method, url, timeout=30, **more)
            if seen is not None:
                seen[answer.status_code] += 1
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
            last, pause = answer, float(answer.headers.get("Retry-After", pause))
        except BROKEN as error:
            last = type(error).__name__
        time.sleep(min(pause, LONGEST_PAUSE_SECONDS))
    raise Impatient(f"{method}: {last}")


@dataclass
class Company:
    """An integrator's account; `chat_id` is where it is told of leads."""

    url: str
    number: int
    id: int
    headers: dict[str, str]
    chat_id: str
    statuses: Counter[int] = field(default_factory=Counter)

    def say(self, user_id: str, text: str, key: str = "") -> requests.Response:
        """One message, once."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        data = {"user_id": user_id, "text": text}
        return requests.post(f"{self.url}/api/chat", data=data, headers=headers, timeout=30)

    def insist(self, user_id: str, text: str, key: str = "") -> dict[str, Any]:
        """One message, until it is answered."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        answer = patient(
            "POST", f"{self.url}/api/chat", seen=self.statuses, data={"user_id": user_id, "text": text}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def leads(self) -> list[dict[str, Any]]:
        """All of them, as the API tells."""
        return list(patient("GET", f"{self.url}/api/leads", headers=self.headers).json()["leads"])


def sign_up(url: str, store: Store, number: int = 1) -> Company:
    """A company that is told of its leads in a chat of its own."""
    account = {"email": f"owner{number}@example.com", "password": PASSWORD, "company_name": f"Крепость {number}"}
    made = patient("POST", f"{url}/api/auth/register", json=account)
    assert made.status_code in (201, 400), made.text
    login = patient("POST", f"{url}/api/auth/login", data={"username": account["email"], "password": PASSWORD})
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    [[own_id]] = store.rows("SELECT company_id FROM users WHERE email_key = :email", email=account["email"])
    company = Company(url, number, own_id, headers, f"-100{number:04}")
    connect = "UPDATE companies SET telegram_chat_id = :chat WHERE id = :id"  # past the proof that a chat asks for
    store.write(connect, {"chat": company.chat_id, "id": own_id})
    return company


@dataclass
class Crowd:
    """Clients of several companies, each with one talk to a lead; `acked` are the phones that were acknowledged."""

    companies: list[Company]
    acked: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    on_turn: Said = lambda: None

    def talk_all(self, talks: int, clients: int) -> None:
        """So many talks, by so many clients at once. Raises what the first of them met."""
        errors: list[BaseException] = []

        def work(numbers: Iterable[int]) -> None:
            try:
                for number in numbers:
                    self.talk(number)
            except BaseException as error:
                errors.append(error)

        shares = [range(first, talks, clients) for first in range(clients)]
        threads = [threading.Thread(target=work, args=(share,), daemon=True) for share in shares]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        if errors:
            raise errors[0]

    def statuses(self) -> Counter[int]:
        """What all turns were answered, tries included."""
        return sum((company.statuses for company in self.companies), Counter[int]())

    def talk(self, number: int) -> None:
        """The contract's talk, to the lead."""
        company = self.companies[number % len(self.companies)]
        phone = f"8701{number:07}"
        for step, words in enumerate(TURNS):
            begun = time.monotonic()
            answer = company.insist(f"client {number}", words.format(phone=phone), f"{number}-{step}")
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - begun)
            self.on_turn()
        if answer["function_called"] == "register_lead":
            self.acked.append(phone)
