"""The customer's own document, replayed: its requests as they stand there, its answers key by key, in their order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Api
from flask import Flask
from flask.testing import FlaskClient

DOCUMENT = (Path(__file__).parents[1] / "contract" / "api-examples.md").read_text()
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
# What differs from run to run, and the client's own words in a summary.
VARIES = {"access_token", "created_at", "summary", "bot_user_id"}


def section(number: int) -> str:
    return DOCUMENT.split(f"### {number}. ")[1].split("\n### ")[0].split("\n## ")[0]


def request_of(number: int) -> tuple[str, str, dict[str, str], str]:
    """Method, path, headers and body of the request in a section."""
    head, _, body = re.search(r"```http\n(.*?)```", section(number), re.DOTALL)[1].partition("\n\n")
    first, *rest = head.strip().split("\n")
    method, path = first.split()
    return method, path, dict(line.split(": ", 1) for line in rest), body.strip()


def answers_of(number: int) -> list[dict[str, Any]]:
    """The JSON of the answers in a section, good ones before errors."""
    blocks = re.findall(r"```json\n(.*?)```", section(number), re.DOTALL)
    return [json.loads(re.sub(r"^//.*$", "", block, flags=re.MULTILINE)) for block in blocks]


def send(client: FlaskClient, number: int, token: str = "") -> Any:
    """Send the request of a section, word for word but for the token."""
    method, path, headers, body = request_of(number)
    if "Authorization" in headers:
        headers["Authorization"] = f"Bearer {token}"
    if headers.get("Content-Type") == "multipart/form-data":
        kind = headers.pop("Content-Type")
        fields = dict(line.split("=", 1) for line in body.split("\n"))
        return client.open(path, method=method, headers=headers, data=fields, content_type=kind)
    return client.open(path, method=method, headers=headers, data=body.encode())


def assert_as_written(answer: dict[str, Any], written: dict[str, Any]) -> None:
    """All keys of the document first and in its order, their values the same; more keys may follow."""
    assert list(answer)[: len(written)] == list(written)
    for key, value in written.items():
        if key == "created_at":
            assert MOMENT.fullmatch(answer[key])
        elif key in VARIES:
            assert type(answer[key]) is type(value)
        else:
            assert answer[key] == value, key


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def log_in(client: FlaskClient) -> str:
    send(client, 1)
    return str(send(client, 2).json["access_token"])


def test_registering_logging_in_and_asking_who_i_am(client: FlaskClient) -> None:
    written, taken = answers_of(1)
    first = send(client, 1)
    assert first.status_code == 201
    assert_as_written(first.json, written)
    again = send(client, 1)
    assert (again.status_code, again.json) == (400, taken)
    written, refused = answers_of(2)
    entered = send(client, 2)
    assert entered.status_code == 200
    assert_as_written(entered.json, written)
    wrong = client.post("/api/auth/login", data={"username": "manager@construction.kz", "password": "wrong"})
    assert (wrong.status_code, wrong.json) == (401, refused)
    me = send(client, 3, entered.json["access_token"])
    assert me.status_code == 200
    assert_as_written(me.json, answers_of(3)[0])


def test_a_written_message(client: FlaskClient) -> None:
    said = send(client, 4, log_in(client))
    assert said.status_code == 200
    assert_as_written(said.json, answers_of(4)[0])
    assert said.json["handled_by"] == "bot"


def test_the_whole_dialogue_makes_a_lead_that_reads_as_written(client: FlaskClient) -> None:
    token = log_in(client)
    said = re.findall(r'^(Client|Bot): "(.*)"$', section(6), re.MULTILINE)
    headers = {"Authorization": f"Bearer {token}"}
    for (_, line), (_, reply) in zip(said[::2], [*said[1::2], ("Bot", "")], strict=True):
        data = {"user_id": "client_telegram_12345", "text": line}
        answer = client.post("/api/chat", headers=headers, data=data, content_type="multipart/form-data")
        assert answer.status_code == 200
        assert answer.json["response"] == (reply or answers_of(6)[0]["response"])
    assert_as_written(answer.json, answers_of(6)[0])
    shown = send(client, 7, token)
    assert shown.status_code == 200
    written = answers_of(7)[0]
    assert list(shown.json) == list(written)
    assert shown.json["total"] == len(shown.json["leads"]) == 1
    assert_as_written(shown.json["leads"][0], written["leads"][0])


def test_a_kazakh_talk_makes_the_second_lead_of_the_document(api_almaty: Api) -> None:
    written = answers_of(7)[0]["leads"][1]
    for line in ("Сәлеметсіз бе, пәтерді жөндеу керек", "Астана", "80 шаршы метр", "Айгуль, 87051234567"):
        last = api_almaty.say("k1", line)
    assert last["function_called"] == "register_lead"
    assert api_almaty.post("/api/leads/1/move", json={"status": "in_progress"}).status_code == 200
    lead = api_almaty.get("/api/leads").json["leads"][0]
    assert list(lead)[: len(written)] == list(written)
    for key in ("name", "phone", "city", "object_type", "area", "language", "status"):
        assert lead[key] == written[key], key


def test_companies_see_their_own_leads_only(client: FlaskClient) -> None:
    tokens = {}
    for body in re.findall(r"POST /api/auth/register\n(\{.*?\})", DOCUMENT, re.DOTALL):
        made = client.post("/api/auth/register", json=json.loads(body))
        assert made.status_code == 201
    for body in re.findall(r"POST /api/auth/login\n(username=.*)", DOCUMENT)[-2:]:
        given = client.post("/api/auth/login", data=body, content_type="application/x-www-form-urlencoded")
        tokens[len(tokens)] = Api(client, 0, given.json["access_token"])
    for line in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        tokens[0].say("one", line)
    assert [lead["owner_id"] for lead in tokens[0].get("/api/leads").json["leads"]] == [1]
    assert tokens[1].get("/api/leads").json == {"leads": [], "total": 0}
    assert tokens[1].get("/api/leads/1").status_code == 404


def test_the_curl_examples(client: FlaskClient) -> None:
    body = re.search(r"-d '(\{.*?\})'", DOCUMENT, re.DOTALL)[1]
    made = client.post("/api/auth/register", data=body.encode(), content_type="application/json")
    assert made.status_code == 201
    form = re.search(r'-d "(username=.*)"', DOCUMENT)[1]
    given = client.post("/api/auth/login", data=form, content_type="application/x-www-form-urlencoded")
    api = Api(client, 1, given.json["access_token"])
    fields = dict(re.findall(r'-F "(\w+)=(.*)"', DOCUMENT))
    said = api.post("/api/chat", data=fields, content_type="multipart/form-data")
    assert (said.status_code, said.json["response"]) == (200, "В каком городе?")
    assert api.get("/api/leads").json == {"leads": [], "total": 0}


def test_public_and_protected_addresses(client: FlaskClient) -> None:
    public, protected = (re.findall(r"^(GET|POST) +(/\S*)", part, re.MULTILINE)
                         for part in DOCUMENT.split("## 🌐 ")[1].split("## 🔐 "))  # fmt: skip
    assert len(public) == 6
    for method, path in public:
        assert client.open(path, method=method).status_code in {200, 422}, path
    for method, path in protected:
        refused = client.open(path, method=method)
        assert (refused.status_code, refused.json) == (401, {"detail": "Not authenticated"})
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/health").json == {"status": "ok"}
