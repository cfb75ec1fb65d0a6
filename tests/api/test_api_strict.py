"""What the API refuses, it refuses by name; what a library does to a request is understood or said no to."""

from __future__ import annotations

import gzip
import json
import runpy
import socket
from pathlib import Path
from typing import Any

import pytest
from conftest import Api, contract_dialogue
from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestLine
from gunicorn.util import load_class
from test_api_leads import three_leads

from leadbot.api import unreadable

JSON = {"content_type": "application/json"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lead(api_almaty: Api) -> str:
    contract_dialogue(api_almaty)
    return "/api/leads/1"


# what is sent by PATCH, and where the fault is
SETTINGS: list[tuple[dict[str, Any], list[Any]]] = [
    ({"morning_digest": "no"}, ["morning_digest"]), ({"morning_digest": 1}, ["morning_digest"]),
    ({"tone": 0}, ["tone"]), ({"tone": []}, ["tone"]), ({"widget_key": "x"}, ["widget_key"]), ({"id": 1}, ["id"]),
    ({"model": {"temperature": 1}}, ["model", "temperature"]), ({"model": {"key": 0}}, ["model", "key"]),
    ({"model": {"has_key": True}}, ["model", "has_key"]), ({"budget": {"week": 1}}, ["budget", "week"]),
    ({"greeting": {"de": "Hallo"}}, ["greeting", "de"]), ({"chips": {"de": ["ja"]}}, ["chips", "de"]),
    ({"facts": [{"topic": "price", "text": {"ru": 5}}]}, ["facts", 0, "text", "ru"]),
    ({"facts": [{"topic": "price", "txet": "x", "text": "x"}]}, ["facts", 0, "txet"]),
    ({"questions": [{"text": "Газ?", "chips": 0}]}, ["questions", 0, "chips"]),
    ({"questions": [{"text": "Газ?", "key": 0}]}, ["questions", 0, "key"]),
    ({"questions": [{"text": "Газ?", "kye": "q_x"}]}, ["questions", 0, "kye"]),
]  # fmt: skip
LEAD: list[tuple[dict[str, Any], list[Any]]] = [
    ({"status": "won"}, ["status"]), ({"nmae": "x"}, ["nmae"]), ({"owner_id": 2}, ["owner_id"]),
    ({"version": True}, ["version"]), ({"version": "1_0"}, ["version"]), ({"details": None}, ["details"]),
    ({"details": {"shoe": "45"}}, ["details", "shoe"]), ({"details": {"name": "x"}}, ["details"]),
    ({"phone": None}, ["phone"]), ({"name": 5}, ["name"]), ({"notes": []}, ["notes"]),
]  # fmt: skip


def test_patch_names_what_it_does_not_do_and_changes_nothing(api_almaty: Api, lead: str) -> None:
    failures = []
    for path, cases in (("/api/settings", SETTINGS), (lead, LEAD)):
        before = api_almaty.get(path).json
        for body, where in cases:
            answer = api_almaty.patch(path, json=body)
            named = [fault["loc"] for fault in answer.json["detail"]] if answer.status_code == 422 else answer.text
            if named != [["body", *where]]:
                failures.append((path, body, named))
        assert api_almaty.get(path).json == before
    assert not failures


def test_the_morning_summary_is_a_setting_as_the_others(api_almaty: Api) -> None:
    assert api_almaty.get("/api/settings").json["morning_digest"] is True
    assert api_almaty.patch("/api/settings", json={"morning_digest": False}).json["morning_digest"] is False


def test_a_parameter_is_given_once_and_in_plain_digits(api_almaty: Api) -> None:
    three_leads(api_almaty)
    for query, name in (
        ("status=new&status=won", "status"), ("limit=1_0", "limit"), ("limit=%2B1", "limit"), ("limit=%201", "limit"),
        ("limit=1.0", "limit"), ("offset=1_0", "offset"), ("cursor=0x1", "cursor"),
    ):  # fmt: skip
        answer = api_almaty.get(f"/api/leads?{query}")
        assert (answer.status_code, answer.json["detail"][0]["loc"]) == (422, ["query", name]), query


def test_the_plus_of_a_zone_need_not_be_escaped(api_almaty: Api) -> None:
    three_leads(api_almaty)
    for since, total in (("2020-01-28T20:30:00+05:00", 3), ("2099-01-28T20:30:00+0500", 0)):
        assert api_almaty.get(f"/api/leads?updated_since={since}").json["total"] == total
    assert api_almaty.get("/api/leads?updated_since=2020-01-28 x").status_code == 422


def test_a_form_where_json_is_wanted_is_of_the_wrong_kind(api_almaty: Api, lead: str) -> None:
    routes = (("/api/auth/register", "POST"), (lead, "PATCH"), (f"{lead}/move", "POST"), ("/api/settings", "PATCH"))
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for path, method in routes:
            answer = api_almaty.client.open(
                path, method=method, data={"name": "x"}, content_type=kind, headers=api_almaty.headers
            )
            assert (answer.status_code, answer.json) == (415, {"detail": "Unsupported Media Type"}), (path, kind)
    assert api_almaty.patch(lead, data="", **JSON).status_code == 422


def test_a_packed_body_is_refused_and_not_taken_for_empty(api_almaty: Api, lead: str) -> None:
    packed = gzip.compress(json.dumps({"name": "Дана"}).encode())
    answer = api_almaty.client.patch(
        lead, data=packed, headers={**api_almaty.headers, "Content-Encoding": "gzip"}, **JSON
    )
    assert (answer.status_code, answer.json) == (415, {"detail": "Unsupported Media Type"})
    form = {**api_almaty.headers, "Content-Encoding": "gzip"}
    assert api_almaty.client.post("/api/chat", data={"user_id": "c", "text": "x"}, headers=form).status_code == 415


def test_what_gunicorn_refuses_itself_is_json_too() -> None:
    page = b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<html>\xff</html>"
    head, _, body = unreadable.as_json(page).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 URI Too Long\r\n") and b"Content-Type: application/json" in head
    assert json.loads(body) == {"detail": "URI Too Long"}
    assert f"Content-Length: {len(body)}".encode() in head
    assert unreadable.as_json(b"{}") == b"{}"


def test_the_worker_that_serves_refuses_so() -> None:
    """The very class that gunicorn.conf.py names, at a real socket."""
    conf = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    settings = GunicornConfig()
    worker = load_class(conf["worker_class"])(1, 1, [], None, 60, settings, Logger(settings))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, ("127.0.0.1", 1), LimitRequestLine(9000, conf["limit_request_line"]))
        ours.shutdown(socket.SHUT_WR)
        head, _, body = b"".join(iter(lambda: theirs.recv(4096), b"")).partition(b"\r\n\r\n")
    worker.tmp.close()
    assert b"Content-Type: application/json" in head and list(json.loads(body)) == ["detail"]
