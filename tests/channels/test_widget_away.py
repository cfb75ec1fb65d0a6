"""A client who has closed the chat or has left: what he hears, what a manager sees of him, how he comes back."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from conftest import Web
from flask import Flask
from itsdangerous import TimestampSigner
from visiting import Visitor, bubbles

from leadbot.conversations import presence


@pytest.fixture
def visitor(app: Flask, key: str) -> Visitor:
    made = Visitor(app, key)
    made.talk("Хочу дом")
    return made


def ticket(visitor: Visitor) -> str:
    found = re.search(r'data-ticket="([^"]+)"', visitor.lines().text)
    assert found
    return found.group(1)


def look(visitor: Visitor, given: str, after: int, *, more: bool = True) -> tuple[int, str, int] | None:
    """What the site's page is told: how many lines, the last one, when to look again."""
    answer = visitor.client.get(f"/w/{visitor.key}/site.js?t={given}&q={after}{'&more' if more else ''}")
    if answer.status_code == 204:
        assert not answer.data
        return None
    told = json.loads("[" + answer.text.rpartition(".news(")[2].removesuffix(")") + "]")
    return told[0], told[1], told[2]


def says(almaty: Web, text: str) -> None:
    almaty.post("/conversations/1/take")
    almaty.post("/conversations/1/messages", {"text": text, "message_id": "of-a-manager"})


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    now = presence.utcnow()
    monkeypatch.setattr(presence, "utcnow", lambda: now + timedelta(**by))


def test_an_answer_is_heard_on_the_next_page_and_a_day_later(
    visitor: Visitor, almaty: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ticket(visitor)
    assert look(visitor, mine, 2)[:2] == (0, "")
    says(almaty, "Здравствуйте!\nКогда вам удобно встретиться на участке?")
    count, text, seconds = look(visitor, mine, 2)
    assert (count, text) == (2, "Здравствуйте! Когда вам удобно встретиться на участке?") and seconds >= 5
    later(monkeypatch, days=3)
    assert look(visitor, mine, 2) == (2, text, 0)
    assert look(visitor, mine, 4) is None


def test_looking_grows_rare_and_ends(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, looks, passed = ticket(visitor), 0, 0.0
    began = presence.utcnow()
    while passed < 4000:
        monkeypatch.setattr(presence, "utcnow", lambda at=passed: began + timedelta(seconds=at))
        told = look(visitor, mine, 2)
        if told is None:
            break
        looks, passed = looks + 1, passed + told[2]
    assert 5 < looks <= 40 and passed >= 3600


def test_what_is_told_can_stand_in_a_script(visitor: Visitor, almaty: Web) -> None:
    says(almaty, "</script><script>alert(1)</script>\u2028 \"'`${x}")
    mine = ticket(visitor)
    text = visitor.client.get(f"/w/{visitor.key}/site.js?t={mine}&q=2").text
    assert "</script>" not in text and "\u2028" not in text
    assert look(visitor, mine, 2)[1].startswith("</script><script>alert(1)")


def test_a_ticket_opens_nothing_else_and_nobody_elses_works(app: Flask, visitor: Visitor, key: str) -> None:
    mine = ticket(visitor)
    for given in ("", "x", visitor.token, mine[:-3], mine + "x"):
        assert look(visitor, given, 0) is None
    thief = Visitor(app, key, token=mine)
    assert thief.lines().status_code == 401 and thief.say("Дом").status_code == 401
    assert look(visitor, ticket(visitor), 0)[0] == 1
    stranger = Visitor(app, key)
    assert "data-ticket" not in stranger.lines().text


def test_a_manager_sees_what_has_arrived_who_writes_and_who_has_left(
    visitor: Visitor, almaty: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(almaty, "Здравствуйте")

    def seen() -> str:
        found = re.search(r'data-presence="(\w+)"', almaty.get("/conversations/1").text)
        return found.group(1) if found else ""

    def tell(**form: object) -> None:
        assert visitor.ask("POST", f"/w/{visitor.key}/seen", form).status_code == 204

    assert seen() == ""
    tell(delivered=2)
    assert seen() == "sent"
    tell(delivered=4)
    assert seen() == "delivered"
    tell(read=4)
    assert seen() == "read"
    tell(typing=1)
    assert seen() == "typing"
    later(monkeypatch, seconds=30)
    assert seen() == "read"
    left = visitor.client.post(f"/w/{visitor.key}/seen", data={"visitor": visitor.token, "left": "1"})
    assert left.status_code == 204 and seen() == "left"
    assert "Прочитано · Клиент ушёл со страницы в" in almaty.get("/conversations/1").text
    tell(read=10**12)
    assert seen() == "read"


def test_the_open_talk_is_drawn_anew_when_the_client_leaves(visitor: Visitor, almaty: Web) -> None:
    says(almaty, "Здравствуйте")
    page = almaty.get("/conversations/1").text
    shown = dict(re.findall(r'<input type="hidden" name="(after|notes|state|marks)" value="([^"]*)"', page))
    asked = "/conversations/1/lines?" + "&".join(f"{name}={value}" for name, value in shown.items())
    assert almaty.get(asked).status_code == 204
    visitor.ask("POST", f"/w/{visitor.key}/seen", {"left": 1})
    assert "Клиент ушёл" in almaty.get(asked).text


def test_a_client_sees_that_a_manager_writes(visitor: Visitor, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    almaty.post("/conversations/1/take")
    assert visitor.lines(after=3).headers.get("X-Typing") is None
    assert almaty.post("/conversations/1/typing").status_code == 204
    assert visitor.lines(after=3).headers["X-Typing"] == "1"
    later(monkeypatch, seconds=30)
    assert visitor.lines(after=3).headers.get("X-Typing") is None


def test_who_does_not_hold_the_talk_does_not_write_in_it(visitor: Visitor, almaty: Web, astana: Web) -> None:
    almaty.post("/conversations/1/typing")
    assert astana.post("/conversations/1/typing").status_code == 404
    assert visitor.lines(after=2).headers.get("X-Typing") is None


def test_a_link_carries_the_talk_to_another_device(
    app: Flask,
    visitor: Visitor,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = visitor.ask("POST", f"/w/{key}/link", {}).text
    page, _, secret = link.partition("#talk=")
    assert re.fullmatch(r"http://localhost:8000/c/[\w-]+\?lang=ru", page) and secret
    phone = Visitor(app, key)
    phone.token = phone.client.post(f"/w/{key}/carried", data={"talk": secret}).text
    assert bubbles(phone.lines().text, "client") == ["Хочу дом"]
    for wrong in ("", "x", visitor.token, ticket(visitor)):
        assert phone.client.post(f"/w/{key}/carried", data={"talk": wrong}).status_code == 401
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + 31 * 24 * 3600)
    assert phone.client.post(f"/w/{key}/carried", data={"talk": secret}).status_code == 401


def test_nobody_is_told_of_who_never_wrote(app: Flask, key: str) -> None:
    silent = Visitor(app, key)
    assert silent.ask("POST", f"/w/{key}/seen", {"left": 1}).status_code == 204
    assert silent.ask("POST", f"/w/{key}/seen", {"read": "x"}).status_code == 204
    assert silent.lines().status_code == 204
