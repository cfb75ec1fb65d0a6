"""The talk on the first page: a real bot for a stranger, of which nothing is kept."""

from __future__ import annotations

import html
import re

import pytest
from counting import sizes
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leadbot.config import Config
from leadbot.conversations import landing_demo

HTMX = {"HX-Request": "true"}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: id="[^"]*")? value="([^"]*)"', page)
    assert found, page
    return html.unescape(found.group(1))


def shown(page: str) -> set[str]:
    """The values in the manager's box."""
    return set(re.findall(r'<b class="nowrap">([^<]+)</b>', page))


class Visitor:
    """Talks on the first page, without JavaScript."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = client.get("/", headers={"Accept-Language": "ru"}).text

    def say(self, text: str, **more: object) -> TestResponse:
        form = {"text": text, "talk": hidden(self.page, "talk"), "csrf_token": hidden(self.page, "csrf_token")}
        answer = self.client.post("/try", data=form, headers={"Accept-Language": "ru"}, **more)
        if answer.status_code == 200:
            self.page = answer.text
        return answer


@pytest.fixture
def visitor(stranger: FlaskClient) -> Visitor:
    return Visitor(stranger)


def test_a_stranger_talks_to_the_end_and_nothing_is_stored(app: Flask, visitor: Visitor) -> None:
    before = sizes(app)
    for text in ("Хочу баню", "Шымкент", "40 квадратов", "Ерлан, 8 701 222 33 44"):
        answer = visitor.say(text)
        assert answer.status_code == 200
    page = answer.text
    assert (
        "Ерлан" in page and "8\u00a0701\u00a0222\u00a033\u00a044" in page and "40\u00a0м²" in page and "Шымкент" in page
    )
    assert "Спасибо, Ерлан" in page and "Карточка на доске" in page
    assert page.count('data-author="client"') == 4
    assert sizes(app) == before


def test_htmx_gets_the_talk_alone(visitor: Visitor) -> None:
    form = {"quick": "Дом", "talk": "", "csrf_token": hidden(visitor.page, "csrf_token")}
    answer = visitor.client.post("/try", data=form, headers=HTMX)
    assert answer.text.lstrip().startswith('<div class="demo" id="example">') and "<html" not in answer.text


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "я" * 501])
def test_what_can_not_be_taken_is_said_and_the_talk_stays(visitor: Visitor, text: str) -> None:
    visitor.say("Хочу баню")
    answer = visitor.say(text)
    assert answer.status_code == 422
    assert "Хочу баню" in html.unescape(re.sub("<[^>]+>", "", answer.text)) and 'role="alert"' in answer.text


@pytest.mark.parametrize("carried", ["x", "W10.aaaa.bbbb", "я", "a" * 70_000])
def test_a_forged_talk_is_over(visitor: Visitor, carried: str) -> None:
    form = {"text": "Дом", "talk": carried, "csrf_token": hidden(visitor.page, "csrf_token")}
    assert visitor.client.post("/try", data=form).status_code == 410


def test_a_talk_is_worth_nothing_after_an_hour(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.say("Хочу баню")
    monkeypatch.setattr(landing_demo, "LASTS_SECONDS", -1)
    assert visitor.say("Алматы").status_code == 410


def test_a_talk_has_an_end(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_demo, "TURNS_MOST", 2)
    assert [visitor.say("Дом").status_code for _ in range(3)] == [200, 200, 410]


def test_what_is_typed_is_only_text(visitor: Visitor) -> None:
    page = visitor.say("<script>alert(1)</script> дом").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


class TestLimits:
    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True)

    def test_a_flood_is_turned_away_kindly(self, visitor: Visitor) -> None:
        statuses = [visitor.say("Дом" if turn else "баня").status_code for turn in range(1)]
        form = {"text": "дом", "talk": "", "csrf_token": hidden(visitor.page, "csrf_token")}
        statuses += [visitor.client.post("/try", data=form, headers=HTMX).status_code for _ in range(119)]
        assert set(statuses) == {200}
        answer = visitor.client.post("/try", data=form)
        assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
