"""A crowd at the widget, behind the proxy as it is shipped: many at once from one address, at full size three hundred,
one who floods, and many who send half a request and wait. The honest are all served."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests
from doubles.proxy import Nginx
from faults.served import Served

pytestmark = pytest.mark.faults
FLOOD_TAKEN = 20  # the flood's limit: 20 messages a minute
TRIES = 10  # a machine out of breath
THREADS, HALVES = 30, 80  # more of these than both processes have threads


def widget_of(url: str, owner: str) -> tuple[str, dict[str, str]]:
    """A new company's widget, and its API headers."""
    account = {"email": f"{owner}@stroykz.kz", "password": "test123", "company_name": "СтройДом"}
    assert requests.post(f"{url}/api/auth/register", json=account, timeout=30).status_code == 201
    login = {"username": account["email"], "password": account["password"]}
    token = requests.post(f"{url}/api/auth/login", data=login, timeout=30).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    key = requests.get(f"{url}/api/settings", headers=headers, timeout=30).json()["widget_key"]
    return f"{url}/w/{key}", headers


def patient(send: Callable[[], requests.Response]) -> requests.Response:
    """As the widget does it: on 503 the same once more, after the pause that is asked for."""
    for _ in range(TRIES):
        answer = send()
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers.get("Retry-After", 1)))
    return answer


def arrive(widget: str) -> Callable[[str, str], requests.Response]:
    """Open the chat; what says something there."""
    page = patient(lambda: requests.get(widget, timeout=60))
    assert page.status_code == 200, page.status_code
    found = re.search(r'data-token="([^"]+)"', page.text)
    assert found

    def say(text: str, message_id: str) -> requests.Response:
        data = {"text": text, "message_id": message_id}
        return requests.post(f"{widget}/messages", data=data, headers={"X-Visitor": found.group(1)}, timeout=60)

    return say


def half_a_request(port: int) -> socket.socket:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    connection = trusting.wrap_socket(socket.create_connection(("127.0.0.1", port)))
    connection.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\nuser")
    return connection


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx in front of a served copy."""
    folder = tmp_path_factory.mktemp("served")
    with (
        Served(folder, WEB_THREADS=str(THREADS), PROXY_HOPS="1") as served,
        Nginx(folder / "nginx", served.port) as nginx,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(nginx.certificate))
        yield nginx


@pytest.mark.parametrize(("crowd", "flood"), [(80, 60), pytest.param(300, 200, marks=pytest.mark.long)])
def test_the_honest_are_served_while_one_floods(proxy: Nginx, crowd: int, flood: int) -> None:
    with ExitStack() as held:
        for _ in range(HALVES):
            held.enter_context(half_a_request(proxy.port))
        widget, headers = widget_of(proxy.url, f"crowd{crowd}")

        def honest(number: int) -> int:
            say = arrive(widget)
            return patient(lambda: say(f"Хочу дом, 8701{number:07}, Канат", f"h{number}")).status_code

        flooder = arrive(widget)
        with ThreadPoolExecutor(60) as people, ThreadPoolExecutor(8) as hands:
            served_honest = [people.submit(honest, number) for number in range(crowd)]
            spam = [hands.submit(flooder, "спам", f"f{number}") for number in range(flood)]
            assert Counter(each.result() for each in served_honest) == {200: crowd}
            answers = Counter(each.result().status_code for each in spam)
        assert {200, 429} <= set(answers) <= {200, 429, 503}, answers
        assert FLOOD_TAKEN - answers[503] <= answers[200] <= 2 * FLOOD_TAKEN  # a minute may turn in between
        leads = requests.get(f"{proxy.url}/api/leads?limit=1", headers=headers, timeout=60).json()
        assert leads["total"] == crowd


def test_the_proxy_tells_what_the_application_would(proxy: Nginx) -> None:
    url = proxy.url
    page = requests.get(f"{url}/login", timeout=30)
    assert page.status_code == 200 and page.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert "Content-Encoding" not in page.headers  # BREACH
    sheet = re.search(r'href="(/static/[^"]+\.css\?v=\w+)"', page.text)
    assert sheet
    for _ in range(2):  # the second comes from the proxy's own cache, with the same headers
        kept = requests.get(url + sheet[1], timeout=30)
        assert "immutable" in kept.headers["Cache-Control"] and kept.headers["X-Content-Type-Options"] == "nosniff"
        assert kept.headers["Content-Encoding"] == "gzip"
    assert requests.get(f"{url}/openapi.json", timeout=30).status_code == 200
    too_much = requests.post(f"{url}/api/auth/login", data=b"x" * 300_000, timeout=30)
    assert (too_much.status_code, too_much.json()) == (413, {"detail": "Request body too large"})
    voice = requests.post(f"{url}/api/chat", files={"audio_file": b"x" * 2_000_000}, timeout=30)
    assert voice.status_code == 401  # so large a body reaches the application
