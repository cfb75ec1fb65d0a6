"""Signing up and logging in with what people and machines really send. Numbers are those of the list of bad inputs."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any
from unittest.mock import patch

import bcrypt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.test import TestResponse

from leadbot.config import Config

GOOD = {"email": "Manager@Construction.kz", "password": "securepass123", "company_name": "СтройКомпания Алматы"}
REGISTER, LOGIN = "/api/auth/register", "/api/auth/login"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
CYRILLIC = "пароль" * 50
# What is refused before any database is asked need not be asked of both.
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def register(client: FlaskClient, **other: Any) -> TestResponse:
    return client.post(REGISTER, json={**GOOD, **other})


def log_in(client: FlaskClient, username: str, password: str, address: str = "127.0.0.1") -> TestResponse:
    data = {"username": username, "password": password}
    return client.post(LOGIN, data=data, environ_base={"REMOTE_ADDR": address})


def assert_wrong(answer: TestResponse, field: str = "", message: str = "") -> None:
    """422 with the list of what is wrong, among it this field with this message."""
    assert answer.status_code == 422, answer.text
    faults = answer.json["detail"]
    assert all(set(fault) == {"loc", "msg", "type"} for fault in faults)
    assert any((not field or fault["loc"][-1] == field) and message in fault["msg"] for fault in faults), faults


# row, the body as bytes, its content type, status, what is in the answer
BODIES = [
    (4, None, None, 422, "Invalid JSON body"),
    (4, b"", JSON, 422, "Invalid JSON body"),
    (5, b"[]", JSON, 422, "JSON object expected"),
    (5, b'"x"', JSON, 422, "JSON object expected"),
    (5, b"null", JSON, 422, "JSON object expected"),
    (5, b"1", JSON, 422, "JSON object expected"),
    (5, b"true", JSON, 422, "JSON object expected"),
    (6, b'{"email":', JSON, 422, "Invalid JSON body"),
    (7, b"[" * 60_000, JSON, 422, "Invalid JSON body"),
    (7, b"[" * 100_000, JSON, 422, "Invalid JSON body"),
    (7, b'{"a":' * 21 + b"1" + b"}" * 21, JSON, 422, "nested too deeply"),
    (8, b'{"email": NaN}', JSON, 422, "Invalid JSON body"),
    (8, b'{"email": -Infinity}', JSON, 422, "Invalid JSON body"),
    (8, b'{"email": 1e999}', JSON, 422, "Invalid JSON body"),
    (9, b'{"email": ' + b"1" * 10_000 + b"}", JSON, 422, "Invalid JSON body"),
    (10, b" " * 1_000_000, JSON, 413, "Request body too large"),
    (11, json.dumps(GOOD).encode(), "text/plain", 415, "Unsupported Media Type"),
    (11, json.dumps(GOOD).encode(), None, 415, "Unsupported Media Type"),
    (12, json.dumps(GOOD).encode("utf-16"), JSON, 201, GOOD["email"]),
    (12, b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), JSON, 201, GOOD["email"]),
    (12, b'{"email": "\xff\xfe"}', JSON, 422, "Invalid JSON body"),
    (33, b'{"email":"a@b.kz","email":"last@b.kz","password":"test123","company_name":"x"}', JSON, 201, "last@b.kz"),
]


@one_database
@pytest.mark.parametrize(("row", "body", "kind", "status", "said"), BODIES)
def test_register_bodies(client: FlaskClient, row: int, body: bytes, kind: str, status: int, said: str) -> None:
    answer = client.post(REGISTER, data=body, content_type=kind)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert answer.is_json


# row, the fields that differ from a good registration, the field that is named
FIELDS = [
    *((13, {"email": value}, "email") for value in (None, 1, [], {}, True)),
    *((14, {"email": value}, "email") for value in ("plain", "a@", "@b.kz", "a@b", "a b@c.kz", "a@b..kz", "")),
    (15, {"email": "a" * 250 + "@b.kz"}, "email"),
    (16, {"email": "a@b.kz\r\nBcc: c@d.kz"}, "email"),
    (17, {"email": "a\0@b.kz"}, "email"),
    (18, {"email": "\ud800@b.kz"}, "email"),
    (21, {"email": '"<script>"@b.kz'}, "email"),
    *((22, {"password": value}, "password") for value in (None, 123456, ["secret1"])),
    *((24, {"password": value}, "password") for value in ("12345", "")),
    (25, {"password": "x" * 1025}, "password"),
    *((28, {"company_name": value}, "company_name") for value in ("", "   ", "\u200b", "\u2060\ufeff", None, 5)),
    (28, {"company_name": "две\nстроки"}, "company_name"),
    (29, {"company_name": "я" * 201}, "company_name"),
]


@one_database
@pytest.mark.parametrize(("row", "other", "field"), FIELDS)
def test_register_fields(client: FlaskClient, row: int, other: dict[str, Any], field: str) -> None:
    answer = client.post(REGISTER, data=json.dumps({**GOOD, **other}), content_type=JSON)
    assert_wrong(answer, field, "Invalid email" if row == 14 else "")


class BrokenChunks:
    """A body as gunicorn gives it to read where its chunks are none."""

    def read(self, size: int = -1) -> bytes:
        raise InvalidChunkSize(b"ZZ")


@one_database
@pytest.mark.parametrize(("path", "kind", "status"), [(REGISTER, JSON, 422), (LOGIN, FORM, 422), ("/login", FORM, 400)])
def test_a_body_in_broken_chunks(client: FlaskClient, path: str, kind: str, status: int) -> None:
    body = {"wsgi.input": BrokenChunks(), "wsgi.input_terminated": True, "CONTENT_TYPE": kind}
    assert client.post(path, environ_overrides=body).status_code == status


@one_database
@pytest.mark.parametrize("field", GOOD)
def test_register_without_a_field(client: FlaskClient, field: str) -> None:  # rows 13, 22
    answer = client.post(REGISTER, json={key: value for key, value in GOOD.items() if key != field})
    assert_wrong(answer, field, f"{field} is required")


def test_register_says_all_that_is_wrong(client: FlaskClient) -> None:
    answer = register(client, email="plain", password="1", company_name="")
    assert [fault["loc"] for fault in answer.json["detail"]] == [["body", field] for field in GOOD]


NAMES = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "';DROP TABLE users;--",
    "=cmd|' /C calc'!A0", "@SUM(1)", "+7", "-1", "я" * 200, "Құрылыс Ұлы Өмір", "🏗️",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_company_name_is_kept_as_it_is(client: FlaskClient, name: str) -> None:  # rows 30, 31
    answer = register(client, company_name=f"\t{name} ")
    assert answer.status_code == 201, answer.text
    assert answer.json["company_name"] == name


def test_a_name_of_a_megabyte(client: FlaskClient) -> None:  # row 29
    assert register(client, company_name="x" * 1_000_000).status_code == 413


@pytest.mark.parametrize("email", ["Manager@Construction.KZ ", " manager@construction.kz", "MANAGER@CONSTRUCTION.KZ"])
def test_one_address_is_one_account_however_it_is_written(client: FlaskClient, email: str) -> None:  # rows 1, 2, 44
    assert register(client).json["email"] == GOOD["email"]
    again = register(client, email=email)
    assert (again.status_code, again.json) == (400, {"detail": "Email already registered"})
    assert log_in(client, email, GOOD["password"]).status_code == 200


@pytest.mark.parametrize("email", ["иван@пример.рф", "mаnager@construction.kz"])
def test_addresses_in_other_letters_are_other_accounts(client: FlaskClient, email: str) -> None:  # rows 19, 20
    assert register(client).status_code == 201
    made = register(client, email=email)
    assert (made.status_code, made.json["id"]) == (201, 2)
    assert log_in(client, email, GOOD["password"]).status_code == 200


PASSWORDS = [
    (23, "pass123", "pass1234"), (23, "test123", "Test123"), (24, " " * 6, " " * 7), (25, "x" * 1024, "x" * 1023),
    (26, CYRILLIC[:37], CYRILLIC[:36]), (26, CYRILLIC[:200], CYRILLIC[:199]), (26, "я" * 36 + "а", "я" * 36 + "б"),
    (27, "a\0bcdefg", "a"), (27, "a\0bcdefg", "abcdefg"), (27, "🔑🔑🔑🔑🔑🔑", "🔑🔑🔑🔑🔑"),
    (27, "\u202eabcdef", "abcdef"),    (27, " leading", "leading"), (27, "trailing ", "trailing"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "password", "other"), PASSWORDS)
def test_only_exactly_the_password_logs_in(client: FlaskClient, row: int, password: str, other: str) -> None:
    assert register(client, password=password).status_code == 201
    assert log_in(client, GOOD["email"], password).status_code == 200
    assert log_in(client, GOOD["email"], other).status_code == 401


def test_extra_fields_change_nothing(client: FlaskClient) -> None:  # row 32
    made = register(client, is_active=False, id=77, owner_id=77, role="admin")
    assert (made.status_code, made.json["id"], made.json["is_active"]) == (201, 1, True)


@one_database
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods(client: FlaskClient, method: str) -> None:  # row 34
    answer = client.open(REGISTER, method=method)
    assert (answer.status_code, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert "POST" in answer.headers["Allow"]


def test_twenty_sign_ups_of_one_address_at_once(app: Flask) -> None:  # row 3
    together = threading.Barrier(20)
    found: list[int] = []

    def sign_up() -> None:
        together.wait()
        found.append(register(app.test_client()).status_code)

    threads = [threading.Thread(target=sign_up) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(found) == {201: 1, 400: 19}


# row, the form as it is sent, status, the field that is named
FORMS = [
    (37, b"username=manager%40construction.kz&password=" + b"x" * 1025, 401, ""),
    (37, b"username=manager%40construction.kz&password=" + b"x" * 1_000_000, 413, ""),
    (39, b"password=securepass123", 422, "username"),
    (39, b"username=&password=securepass123", 422, "username"),
    (39, b"username=a%40b.kz", 422, "password"),
    (39, b"username=manager%40construction.kz&username=b&password=securepass123", 200, ""),
    (40, b"username=\x80&password=x", 422, ""),
    (41, b"username=%ff&password=securepass123", 401, ""),
    (41, b"username=%00&password=securepass123", 401, ""),
    (41, b"username=manager%40construction.kz%00&password=securepass123", 401, ""),
    (42, b"username=' OR 1=1--&password=' OR 1=1--", 401, ""),
    (42, b"username=" + b"a" * 5000 + b"&password=x", 401, ""),
]


@pytest.mark.parametrize(("row", "body", "status", "field"), FORMS)
def test_login_forms(client: FlaskClient, row: int, body: bytes, status: int, field: str) -> None:
    register(client)
    answer = client.post(LOGIN, data=body, content_type=FORM)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert_wrong(answer, field, f"{field} is required" if field else "")
    if status == 401:
        assert answer.json == {"detail": "Incorrect email or password"}


def test_login_takes_no_json(client: FlaskClient) -> None:  # row 38
    register(client)
    assert_wrong(client.post(LOGIN, json={"username": GOOD["email"], "password": GOOD["password"]}))


def test_every_wrong_login_reads_alike_and_costs_one_hash(client: FlaskClient) -> None:  # row 36
    register(client)
    answers = []
    for email, password in ((GOOD["email"], "wrong1"), ("nobody@b.kz", "wrong1"), ("not an address", "wrong1")):
        with patch("bcrypt.checkpw", side_effect=bcrypt.checkpw) as hashing:
            answers.append(log_in(client, email, password))
        assert hashing.call_count == 1
        assert hashing.call_args.args[1][:7] == b"$2b$04$"  # as slow as anybody's
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}


class TestLimits:
    """With limits on, as a copy runs unless told otherwise."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True)

    def test_the_sixth_duplicate_waits(self, client: FlaskClient) -> None:  # row 35
        assert register(client).status_code == 201
        assert [register(client).status_code for _ in range(6)] == [400] * 5 + [429]
        refused = register(client)
        assert refused.json == {"detail": "Too many requests"}
        assert 0 < int(refused.headers["Retry-After"]) <= 900
        assert register(client, email="fresh@b.kz").status_code == 201

    def test_who_tries_out_a_list_learns_no_more_and_an_own_address_signs_up(
        self, client: FlaskClient
    ) -> None:  # row 35
        emails = [f"taken{number}@b.kz" for number in range(6)]
        assert {register(client, email=email).status_code for email in emails} == {201}
        assert [register(client, email=email).status_code for email in emails] == [400] * 5 + [429]
        assert register(client, email="fresh@b.kz").status_code == 201
        assert register(client, email="taken0@b.kz").status_code == 429

    def test_the_eleventh_wrong_login_waits_and_the_owner_gets_in_from_elsewhere(self, client: FlaskClient) -> None:
        register(client)  # row 43
        found = [log_in(client, GOOD["email"], "wrong1").status_code for _ in range(11)]
        assert found == [401] * 10 + [429]
        right = log_in(client, GOOD["email"].upper(), GOOD["password"])
        assert right.status_code == 429
        assert 0 < int(right.headers["Retry-After"]) <= 900
        assert log_in(client, GOOD["email"], GOOD["password"], "203.0.113.7").status_code == 200
        assert log_in(client, "other@b.kz", "wrong1").status_code == 401

    def test_guesses_sent_at_once_learn_no_more(self, app: Flask, client: FlaskClient) -> None:
        register(client)
        found: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: found.append(log_in(app.test_client(), GOOD["email"], "wrong1").status_code)
            )
            for _ in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(found) == {401: 10, 429: 20}

    def test_a_right_login_begins_anew(self, client: FlaskClient) -> None:
        register(client)
        for _ in range(3):
            for _ in range(9):
                assert log_in(client, GOOD["email"], "wrong1").status_code == 401
            assert log_in(client, GOOD["email"], GOOD["password"]).status_code == 200
