"""Signing up and logging in with bad inputs, by their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bad_inputs_sent import FORM, GOOD, JSON, LOGIN, REGISTER, World
from werkzeug.test import TestResponse


class Case(NamedTuple):
    """`wanted` is the status or several, `said` what stands in the answer."""

    number: int
    what: str
    ask: Callable[[World], TestResponse]
    wanted: int | tuple[int, ...]
    said: str = ""


def register(number: int, what: str, wanted: int | tuple[int, ...], said: str = "", **other: Any) -> Case:
    body = {**GOOD, "email": f"n{number}-{abs(hash(what)) % 10**6}@b.kz", **other}
    return Case(number, what, lambda world: world.send(REGISTER, json.dumps(body).encode(), JSON), wanted, said)


def raw(number: int, what: str, body: bytes | None, kind: str | None, wanted: int | tuple[int, ...], said: str) -> Case:
    return Case(number, what, lambda world: world.send(REGISTER, body, kind), wanted, said)


def registering() -> Iterator[Case]:
    for email in (GOOD["email"], "Manager@Construction.KZ ", " manager@construction.kz"):
        yield register(1 if email == GOOD["email"] else 2, email, 400, "Email already registered", email=email)
    yield raw(4, "no body", None, None, 422, "Invalid JSON body")
    yield raw(4, "an empty body", b"", JSON, 422, "Invalid JSON body")
    for text in ("[]", '"x"', "null", "1", "true"):
        yield raw(5, text, text.encode(), JSON, 422, "JSON object expected")
    yield raw(6, "broken", b'{"email":', JSON, 422, "Invalid JSON body")
    yield raw(7, "deep", b"[" * 100_000, JSON, (413, 422), "")
    yield raw(7, "less deep", b"[" * 60_000, JSON, 422, "Invalid JSON body")
    yield raw(8, "NaN", b'{"email": NaN}', JSON, 422, "Invalid JSON body")
    yield raw(9, "a long integer", b'{"email": ' + b"1" * 10_000 + b"}", JSON, 422, "Invalid JSON body")
    yield raw(10, "a megabyte", b" " * 2**20, JSON, 413, "Request body too large")
    for kind in ("text/plain", None):
        yield raw(11, f"kind {kind}", json.dumps(GOOD).encode(), kind, 415, "Unsupported Media Type")
    utf16 = json.dumps({**GOOD, "email": "utf16@b.kz"}).encode("utf-16")
    yield raw(12, "utf-16", utf16, JSON, 201, "utf16@b.kz")
    yield raw(12, "no text", b'{"email": "\xff\xfe"}', JSON, 422, "Invalid JSON body")
    for value in (None, 1, [], {}):
        yield register(13, f"email {value!r}", 422, '"email"', email=value)
    for email in ("plain", "a@", "@b.kz", "a@b", "a b@c.kz", "a@b..kz"):
        yield register(14, email, 422, "Invalid email", email=email)
    odd = {
        15: "a" * 251 + "@b.kz",
        16: "a@b.kz\r\nBcc: c@d.kz",
        17: "a\0@b.kz",
        18: "\ud800@b.kz",
        21: '"<script>"@b.kz',
    }
    for number, email in odd.items():
        yield register(number, email[:9], 422, '"email"', email=email)
    yield register(19, "Cyrillic address", 201, email="иван@пример.рф")
    yield register(20, "a look-alike", 201, email="mаnager@construction.kz")
    for password in (None, 123456):
        yield register(22, f"password {password}", 422, '"password"', password=password)
    yield raw(22, "no password", json.dumps({"email": "x@b.kz", "company_name": "x"}).encode(), JSON, 422, '"password"')
    for password, wanted in (("pass123", 201), ("test123", 201)):
        yield register(23, password, wanted, password=password)
    for password, wanted in (("12345", 422), ("", 422), (" " * 6, 201)):
        yield register(24, repr(password), wanted, password=password)
    for length, wanted in ((1024, 201), (1025, 422)):
        yield register(25, str(length), wanted, password="x" * length)
    for number, password, other in (
        (26, "я" * 36 + "а", "я" * 36 + "б"), (26, "пароль" * 33, "пароль" * 32), (27, "a\0bcdef", "a"),
        (27, "🔑🔑🔑🔑🔑🔑", "🔑"), (27, "\u202eabcdef", "abcdef"), (27, " leading", "leading"),
    ):  # fmt: skip
        email = f"p{abs(hash(password)) % 10**8}@b.kz"
        yield register(number, f"{password!r:.20}", 201, email=email, password=password)
        yield login(number, f"{password!r:.20} itself", {"username": email, "password": password}, 200)
        yield login(number, f"{other!r:.20} instead", {"username": email, "password": other}, 401)
    for name in ("", "   ", "\u200b"):
        yield register(28, repr(name), 422, '"company_name"', company_name=name)
    yield register(29, "201 letters", 422, '"company_name"', company_name="я" * 201)
    yield register(29, "a megabyte", 413, company_name="x" * 2**20)
    for name in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "${7*7}",
        "';DROP TABLE users;--",
    ):
        yield register(30, name, 201, json.dumps(name, ensure_ascii=False), company_name=name)
    for name in ("=cmd|' /C calc'!A0", "@SUM(1)", "+7", "-1", "\t=1"):
        yield register(31, name, 201, json.dumps(name.strip()), company_name=name)
    yield register(32, "extras", 201, '"is_active":true', is_active=False, owner_id=1, role="admin")
    twice = b'{"email":"a@b.kz","email":"last@b.kz","password":"test123","company_name":"x"}'
    yield raw(33, "a key twice", twice, JSON, 201, "last@b.kz")
    for method in ("GET", "PUT", "DELETE"):
        yield Case(
            34, method, lambda world, method=method: world.api.open(REGISTER, method=method), 405, "Method Not Allowed"
        )


def login(number: int, what: str, data: dict[str, str] | bytes, wanted: int, said: str = "") -> Case:
    return Case(number, what, lambda world: world.api.post(LOGIN, data=data, content_type=FORM), wanted, said)


def logging_in() -> Iterator[Case]:
    email, password = GOOD["email"], GOOD["password"]
    for name in (email, "nobody@b.kz", "not an address"):
        yield login(36, name, {"username": name, "password": "wrong1"}, 401, "Incorrect email or password")
    yield login(37, "1,025 letters", {"username": email, "password": "x" * 1025}, 401)
    yield login(37, "a megabyte", {"username": email, "password": "x" * 2**20}, 413)
    right = {"username": email, "password": password}
    yield Case(38, "JSON", lambda world: world.api.post(LOGIN, json=right), 422)
    yield login(39, "missing", {"password": password}, 422, "username is required")
    yield login(39, "empty", {"username": "", "password": password}, 422, "username is required")
    yield login(39, "repeated", f"username={email}&username=x%40b.kz&password={password}".encode(), 200)
    yield login(40, "byte 0x80", b"username=\x80&password=x", 422)
    for number, name in ((41, b"%ff"), (41, b"manager%40construction.kz%00"), (42, b"' OR 1=1--")):
        yield login(number, name.decode(), b"username=" + name + b"&password=securepass123", 401)
    yield login(44, "other case", {"username": email.swapcase(), "password": password}, 200)
