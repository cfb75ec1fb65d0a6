"""How often one may ask stands on every answer; each request has a name."""

from __future__ import annotations

import re

import pytest
from conftest import Api
from flask import Flask

from leadbot.config import Config

LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


class TestLimits:
    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True, api_requests_per_minute=3)

    def test_each_answer_says_how_many_are_left_and_the_one_too_many_waits(
        self, api_almaty: Api, api_astana: Api
    ) -> None:
        answers = [api_almaty.get("/api/auth/me") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert [one.headers["RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
        assert {one.headers["RateLimit-Limit"] for one in answers} == {"3"}
        assert all(0 < int(one.headers["RateLimit-Reset"]) <= 60 for one in answers)
        refused = answers[-1]
        assert (refused.json, 0 < int(refused.headers["Retry-After"]) <= 60) == ({"detail": "Too many requests"}, True)
        assert api_astana.get("/api/auth/me").headers["RateLimit-Remaining"] == "2"  # each company has its own
        assert api_almaty.client.get("/api/leads").status_code == 401  # a stranger uses up nobody's

    def test_errors_bear_the_limits_too(self, api_almaty: Api) -> None:
        for answer in (api_almaty.get("/api/leads/99"), api_almaty.patch("/api/settings", json={"x": 1})):
            assert answer.status_code in (404, 422) and all(name in answer.headers for name in LIMITS)


def test_where_nothing_is_limited_nothing_is_said(api_almaty: Api) -> None:
    assert not any(name in api_almaty.get("/api/auth/me").headers for name in LIMITS)


def test_a_request_keeps_the_id_it_came_with_or_gets_one(app: Flask, api_almaty: Api) -> None:
    def id_of(path: str, sent: str | None = None) -> str:
        headers = {**api_almaty.headers, **({"X-Request-ID": sent} if sent is not None else {})}
        return api_almaty.client.get(path, headers=headers).headers["X-Request-ID"]

    assert id_of("/api/auth/me", "7f3a-1b.c_d:e/f=") == "7f3a-1b.c_d:e/f="
    assert id_of("/api/leads/99", "mine") == id_of("/api/nothing", "mine") == id_of("/board", "mine") == "mine"
    for unfit in ("", "a b", "x" * 129, "<script>", "ä"):
        assert re.fullmatch(r"[0-9a-f]{16}", id_of("/api/auth/me", unfit)), unfit
    assert id_of("/health") != id_of("/health")
