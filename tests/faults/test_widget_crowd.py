"""A crowd at the widget: three hundred at once from one address, one who floods, and many who send half a request and
wait. The honest are all served."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from faults.served import Served

pytestmark = pytest.mark.faults
CROWD, FLOOD, FLOOD_TAKEN = 300, 200, 20  # the flood's limit: 20 messages a minute
THREADS, HALVES = 60, 200  # more of these than both processes have threads


def widget_of(url: str) -> tuple[str, dict[str, str]]:
    """A new company's widget, and its API headers."""
    account = {"email": "crowd@stroykz.kz", "password": "test123", "company_name": "СтройДом"}
    assert requests.post(f"{url}/api/auth/register", json=account, timeout=30).status_code == 201
    login = {"username": account["email"], "password": account["password"]}
    token = requests.post(f"{url}/api/auth/login", data=login, timeout=30).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    key = requests.get(f"{url}/api/settings", headers=headers, timeout=30).json()["widget_key"]
    return f"{url}/w/{key}", headers


def arrive(widget: str) -> Callable[[str, str], requests.Response]:
    """Open the chat; what says something there."""
    page = requests.get(widget, timeout=60)
    assert page.status_code == 200, page.status_code
    found = re.search(r'data-token="([^"]+)"', page.text)
    assert found

    def say(text: str, message_id: str) -> requests.Response:
        data = {"text": text, "message_id": message_id}
        return requests.post(f"{widget}/messages", data=data, headers={"X-Visitor": found.group(1)}, timeout=60)

    return say


def half_a_request(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\nuser")
    return connection


def test_the_honest_are_served_while_one_floods(tmp_path: Path) -> None:
    with Served(tmp_path, WEB_THREADS=str(THREADS)) as served, ExitStack() as held:
        for _ in range(HALVES):
            held.enter_context(half_a_request(served.port))
        widget, headers = widget_of(served.url)

        def honest(number: int) -> int:
            say = arrive(widget)
            for _ in range(5):  # a machine out of breath says 503: the widget sends the same once more
                status = say(f"Хочу дом, 8701{number:07}, Канат", f"h{number}").status_code
                if status != 503:
                    break
            return status

        flooder = arrive(widget)
        with ThreadPoolExecutor(60) as people, ThreadPoolExecutor(8) as hands:
            served_honest = [people.submit(honest, number) for number in range(CROWD)]
            flood = [hands.submit(flooder, "спам", f"f{number}") for number in range(FLOOD)]
            assert Counter(each.result() for each in served_honest) == {200: CROWD}
            answers = Counter(each.result().status_code for each in flood)
        assert set(answers) == {200, 429}, answers
        assert FLOOD_TAKEN <= answers[200] <= 2 * FLOOD_TAKEN  # a minute may turn in between
        leads = requests.get(f"{served.url}/api/leads?limit=1", headers=headers, timeout=60).json()
        assert leads["total"] == CROWD
