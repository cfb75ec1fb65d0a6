"""What an integrator knows of a client he says once, and the client is not asked for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Api
from flask import Flask
from sqlalchemy import select

from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation

WHATSAPP = {"phone": "+7 (776) 877-66-37", "channel": "WhatsApp"}


def say(api: Api, text: str, user_id: str = "w1", **more: Any) -> dict[str, Any]:
    answer = api.post("/api/chat", json={"user_id": user_id, "text": text, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def lead(api: Api) -> dict[str, Any]:
    (found,) = api.get("/api/leads").json["leads"]
    row: dict[str, Any] = found
    return row


def test_a_known_phone_is_not_asked_for(api_almaty: Api) -> None:
    said = [say(api_almaty, text, **WHATSAPP) for text in ("Здравствуйте", "Хочу дом в Алматы", "участок есть")]
    assert not any(one["function_called"] for one in said)
    asked = say(api_almaty, "150 кв", **WHATSAPP)
    assert "зовут" in str(asked["response"]) and "номер" not in str(asked["response"])
    done = say(api_almaty, "Канат", **WHATSAPP)
    assert done["function_called"] == "register_lead" and "87768776637" in str(done["response"])
    row = lead(api_almaty)
    assert (row["name"], row["phone"], row["phone_e164"]) == ("Канат", "87768776637", "+77768776637")
    assert (row["source"], row["channel"], row["first_touch"]) == ("api", "whatsapp", {"channel": "whatsapp"})
    assert "phone" not in [one["field"] for one in row["proof"]]  # the client has not said it


def test_with_the_name_known_too_nothing_is_asked_of_him(api_almaty: Api) -> None:
    known = {**WHATSAPP, "name": "Асель"}
    assert say(api_almaty, "Здравствуйте", **known)["function_called"] is None
    for text in ("Хочу дом в Алматы", "участок есть"):
        assert say(api_almaty, text)["function_called"] is None  # said once is enough
    done = say(api_almaty, "150 кв")
    assert done["function_called"] == "register_lead" and "Асель" in str(done["response"])
    assert (lead(api_almaty)["name"], lead(api_almaty)["city"]) == ("Асель", "Алматы")


def test_what_the_client_says_himself_goes_before_it(api_almaty: Api) -> None:
    say(api_almaty, "Хочу дом в Алматы, 150 кв, участок есть", **WHATSAPP)
    done = say(api_almaty, "Меня зовут Канат, звоните 8 701 555 44 33")
    assert done["function_called"] == "register_lead"
    assert lead(api_almaty)["phone"] == "87015554433"


def test_who_calls_a_manager_is_called_at_the_known_number(api_almaty: Api) -> None:
    called = say(api_almaty, "позовите менеджера", **WHATSAPP)
    assert "87768776637" in str(called["response"]) and "На какой номер" not in str(called["response"])


def test_who_falls_silent_with_a_wish_is_a_lead(api_almaty: Api, app: Flask) -> None:
    say(api_almaty, "Хочу дом в Алматы", **WHATSAPP)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert chat.finish_idle(db.session.scalars(select(Conversation)).one()) is not None
    assert (lead(api_almaty)["phone"], lead(api_almaty)["name"]) == ("87768776637", None)


def test_a_number_that_the_company_knows_brings_its_name(api_almaty: Api) -> None:
    api_almaty.say("before", "Хочу баню в Астане, Дана, 87768776637")
    say(api_almaty, "Хочу дом в Алматы, 150 кв, участок есть", **WHATSAPP)
    assert lead(api_almaty)["name"] == "Дана"  # the open card of this phone


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
def test_where_he_came_from_stands_on_the_lead_in_every_kind_of_body(api_almaty: Api, kind: str) -> None:
    touch = {"page": "https://stroykz.kz/doma?utm_source=yandex&secret=1", "utm_campaign": "Весна"}
    text = "Хочу дом в Алматы, 150 кв, Канат, 87768776637"
    body: dict[str, Any] = {"user_id": "c", "text": text, "channel": "instagram"}
    if kind == "json":
        answer = api_almaty.post("/api/chat", json=body | {"first_touch": touch})
    else:
        kinds = {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}
        answer = api_almaty.post("/api/chat", data=body | {"first_touch": json.dumps(touch)}, content_type=kinds[kind])
    assert answer.json["function_called"] == "register_lead"
    assert lead(api_almaty)["first_touch"] == {
        "channel": "instagram", "page": "https://stroykz.kz/doma", "utm_source": "yandex", "utm_campaign": "Весна",
    }  # fmt: skip


def test_what_is_none_of_it_is_refused_by_name_and_nothing_is_stored(api_almaty: Api) -> None:
    failures = []
    for more, where in (
        ({"phone": "123"}, ["phone"]), ({"phone": "x@y.kz"}, ["phone"]), ({"phone": []}, ["phone"]),
        ({"name": "А" * 201}, ["name"]), ({"name": "a\nb"}, ["name"]), ({"name": 5}, ["name"]),
        ({"channel": "what's app"}, ["channel"]), ({"channel": "x" * 31}, ["channel"]),
        ({"first_touch": {"utm": "x"}}, ["first_touch", "utm"]), ({"first_touch": "x"}, ["first_touch"]),
        ({"first_touch": {"page": 5}}, ["first_touch", "page"]), ({"first_touch": []}, ["first_touch"]),
    ):  # fmt: skip
        answer = api_almaty.post("/api/chat", json={"user_id": "c", "text": "Хочу дом", **more})
        named = [fault["loc"] for fault in answer.json["detail"]] if answer.status_code == 422 else answer.text
        if named != [["body", *where]]:
            failures.append((more, named))
    assert not failures
    assert api_almaty.get("/api/messages?user_id=c").json["messages"] == []
    empty = {"phone": None, "name": "", "channel": "", "first_touch": None}
    assert api_almaty.post("/api/chat", json={"user_id": "c", "text": "Хочу дом", **empty}).status_code == 200
