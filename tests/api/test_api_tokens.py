"""Who gets in with what token, and what ends one. Numbers are those of the list of bad inputs."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from collecting import over
from conftest import PASSWORD, Api
from flask import Flask
from sqlalchemy import delete, update

from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import AuditEntry, Company, User

ME = "/api/auth/me"
IN_AN_HOUR = 4_000_000_000  # a fixed moment: it stands in the names of tests


def ask(api: Api, authorization: str | None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return api.client.get(ME, headers=headers)


def forged(api: Api, config: Config, **other: Any) -> str:
    """A token like the real one, signed with the real key, with other claims; None leaves one out."""
    claims = {**jwt.decode(api.token, options={"verify_signature": False}), **other}
    return jwt.encode({key: value for key, value in claims.items() if value is not None}, config.secret_key)


def unsigned(claims: dict[str, Any], algorithm: str) -> str:
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def assert_refused(answer: Any, text: str = "Could not validate credentials") -> None:
    assert (answer.status_code, answer.json) == (401, {"detail": text})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def execute(app: Flask, statement: Any) -> None:
    with app.app_context(), tenancy.all_companies():
        db.session.execute(statement)
        db.session.commit()


@pytest.mark.parametrize("authorization", [None, "", "Basic x", "Bearer", "Bearer ", "Bearer  ", "Token abc", "abc"])
def test_without_a_token(api_almaty: Api, authorization: str | None) -> None:  # row 45
    assert_refused(ask(api_almaty, authorization), "Not authenticated")


def test_a_good_token(api_almaty: Api) -> None:  # row 46
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert ask(api_almaty, f"{scheme} {api_almaty.token}").json["email"] == "manager@almaty.kz"
    claims = jwt.decode(api_almaty.token, options={"verify_signature": False})
    assert claims["sub"] == "manager@almaty.kz"
    assert abs(claims["exp"] - time.time() - 7 * 24 * 3600) < 60
    assert jwt.get_unverified_header(api_almaty.token) == {"alg": "HS256", "typ": "JWT"}


def test_what_is_no_token(api_almaty: Api) -> None:  # row 47
    token = api_almaty.token
    long = unsigned({"sub": "x" * 100_000, "exp": IN_AN_HOUR}, "HS256")
    for bad in (
        "a.b.c",
        token[:-5],
        token[5:],
        token + "x",
        token.replace(".", ""),
        "токен".encode().decode("latin-1"),
        long,
    ):
        assert_refused(ask(api_almaty, f"Bearer {bad}"))


def test_tokens_signed_otherwise(api_almaty: Api, config: Config) -> None:  # row 48
    claims = jwt.decode(api_almaty.token, options={"verify_signature": False})
    tokens = [unsigned(claims, name) for name in ("none", "None", "HS256", "RS256")]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        tokens.append(jwt.encode(claims, config.secret_key, algorithm="HS512"))
    tokens.append(jwt.encode(claims, "another key of at least 32 characters"))
    for token in tokens:
        assert_refused(ask(api_almaty, f"Bearer {token}"))


CLAIMS = [
    {"exp": 1_700_000_000}, {"exp": None}, {"exp": "abc"}, {"exp": []}, {"exp": float("inf")},
    {"sub": 1}, {"sub": None}, {"sub": ""}, {"sub": "manager@astana.kz"},
    {"uid": None}, {"uid": "1"}, {"uid": 2**70}, {"uid": -1}, {"uid": 99}, {"uid": True}, {"uid": 1.0},
    {"ver": None}, {"ver": 0}, {"ver": 2**31}, {"ver": "1"}, {"ver": True}, {"ver": -1},
]  # fmt: skip


@over(CLAIMS, "other")
def test_claims_that_are_worth_nothing(api_almaty: Api, config: Config, other: dict[str, Any]) -> None:  # row 49
    assert ask(api_almaty, f"Bearer {forged(api_almaty, config, iat=IN_AN_HOUR)}").status_code == 200
    assert_refused(ask(api_almaty, f"Bearer {forged(api_almaty, config, **other)}"))


def test_only_the_header_counts(api_almaty: Api, app: Flask) -> None:  # row 50
    assert_refused(
        api_almaty.client.get(f"{ME}?token={api_almaty.token}&access_token={api_almaty.token}"), "Not authenticated"
    )
    client = app.test_client()
    for name in ("token", "access_token", "Authorization", app.config["SESSION_COOKIE_NAME"]):
        client.set_cookie(name, api_almaty.token)
    assert_refused(client.get(ME), "Not authenticated")


def test_ending_all_tokens_ends_this_one(api_almaty: Api, api_astana: Api, app: Flask) -> None:
    mine = User.company_id == api_almaty.company_id
    execute(app, update(User).where(mine).values(token_version=User.token_version + 1))
    assert_refused(api_almaty.get(ME))
    assert api_astana.get(ME).status_code == 200


def test_another_address_ends_the_tokens_of_the_old(api_almaty: Api, app: Flask) -> None:
    execute(app, update(User).values(email="new@almaty.kz", email_key="new@almaty.kz"))
    assert_refused(api_almaty.get(ME))


def test_a_company_that_is_switched_off_is_out_at_once(api_almaty: Api, app: Flask) -> None:
    execute(app, update(Company).values(is_active=False))
    assert_refused(api_almaty.get(ME))
    data = {"username": "manager@almaty.kz", "password": PASSWORD}
    refused = api_almaty.client.post("/api/auth/login", data=data)
    assert (refused.status_code, refused.json) == (401, {"detail": "Incorrect email or password"})


def test_a_token_does_not_pass_to_whoever_takes_the_freed_address(api_almaty: Api, app: Flask) -> None:
    execute(app, delete(AuditEntry))  # of his log-in
    execute(app, delete(User))
    assert_refused(api_almaty.get(ME))
    body = {"email": "manager@almaty.kz", "password": PASSWORD, "company_name": "Другая"}
    assert api_almaty.client.post("/api/auth/register", json=body).status_code == 201
    assert_refused(api_almaty.get(ME))


def test_a_token_dies_with_its_time(api_almaty: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=7, seconds=5)

    monkeypatch.setattr("jwt.api_jwt.datetime", Later)
    assert_refused(api_almaty.get(ME))


def test_a_viewer_reads_and_changes_nothing(api_almaty: Api, app: Flask) -> None:
    execute(app, update(User).values(role="viewer"))
    assert api_almaty.get("/api/leads").status_code == 200
    said = api_almaty.post("/api/chat", json={"user_id": "1", "text": "Хочу дом"})
    assert (said.status_code, said.json) == (403, {"detail": "You are not allowed to do this"})
    changed = api_almaty.patch("/api/settings", json={"language": "kk"})
    assert (changed.status_code, changed.json) == (403, {"detail": "Only an owner may do this"})
