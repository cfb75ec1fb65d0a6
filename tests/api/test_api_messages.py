"""A hand-off in an API talk: what a manager writes reaches the client, and the bot promises no more than that."""

from __future__ import annotations

import io
from typing import Any

import pytest
from conftest import Api
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

CALL = "позовите менеджера"
HERE = "Ответ придёт в этот чат"
SHAPE = {"id", "author", "text", "created_at", "files", "name", "answers"}


@pytest.fixture
def talk(api_almaty: Api, almaty: FlaskClient) -> int:
    api_almaty.say("c1", "Хочу дом в Алматы")
    return 1


def write(manager: FlaskClient, talk: int, *texts: str) -> None:
    manager.post(f"/conversations/{talk}/take")
    for text in texts:
        assert manager.post(f"/conversations/{talk}/messages", data={"text": text}).status_code < 400


def lines(api: Api, user_id: str = "c1", **more: int) -> dict[str, Any]:
    answer = api.client.get("/api/messages", query_string={"user_id": user_id, **more}, headers=api.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_managers_words_come_with_the_clients_next_answer_once(
    api_almaty: Api, almaty: FlaskClient, talk: int
) -> None:
    write(almaty, talk, "Здравствуйте, это Айгуль", "Когда удобно?")
    said = api_almaty.say("c1", "завтра")
    assert (said["response"], said["handled_by"]) == ("", "manager")
    told = said["messages"]
    assert [one["text"] for one in told if one["author"] == "manager"] == ["Здравствуйте, это Айгуль", "Когда удобно?"]
    assert told[0]["author"] == "bot" and told[0]["answers"] is None  # who answers him from now on
    assert all(set(one) == SHAPE and one["files"] == [] for one in told)
    assert "messages" not in api_almaty.say("c1", "в 11")
    almaty.post(f"/conversations/{talk}/return")
    back = api_almaty.say("c1", "150 кв")
    assert [one["author"] for one in back["messages"]] == ["bot"] and back["handled_by"] == "bot"
    assert "messages" not in api_almaty.say("c1", "Канат")


def test_a_message_sent_again_brings_the_same_lines_again(api_almaty: Api, almaty: FlaskClient, talk: int) -> None:
    write(almaty, talk, "Это Айгуль")
    almaty.post(f"/conversations/{talk}/return")
    body, key = {"user_id": "c1", "text": "150 кв"}, {"Idempotency-Key": "m2"}
    first, again = (api_almaty.client.post("/api/chat", data=body, headers=api_almaty.headers | key) for _ in range(2))
    assert first.json == again.json
    assert [one["author"] for one in first.json["messages"]] == ["bot", "manager", "bot"]


def test_lines_are_asked_for_from_where_one_left_off(api_almaty: Api, almaty: FlaskClient, talk: int) -> None:
    begun = lines(api_almaty)
    assert [one["author"] for one in begun["messages"]] == ["client", "bot"]
    client, bot = begun["messages"]
    assert (client["answers"], bot["answers"]) == (None, client["id"]) and begun["next"] == bot["id"]
    write(almaty, talk, "Это Айгуль")
    fresh = lines(api_almaty, after=begun["next"])
    assert [(one["author"], one["answers"]) for one in fresh["messages"]] == [("bot", None), ("manager", None)]
    assert lines(api_almaty, after=fresh["next"]) == {"messages": [], "next": fresh["next"]}
    page = lines(api_almaty, after=0, limit=1)
    assert ([one["id"] for one in page["messages"]], page["next"]) == ([client["id"]], client["id"])


def test_nobody_elses_lines_are_told(api_almaty: Api, api_astana: Api, almaty: FlaskClient, talk: int) -> None:
    assert lines(api_astana) == {"messages": [], "next": 0}
    assert lines(api_almaty, "nobody") == {"messages": [], "next": 0}
    almaty.post("/chat/messages", data={"text": "тест"})
    assert all(one["text"] != "тест" for one in lines(api_almaty)["messages"])
    assert api_almaty.client.get("/api/messages?user_id=c1").status_code == 401


def test_nothing_of_an_e_mail_is_told(api_almaty: Api, almaty: FlaskClient, talk: int) -> None:
    write(almaty, talk, "Добрый день")
    asked = api_almaty.get("/api/messages?user_id=c1").text + str(api_almaty.say("c1", "да"))
    owner = str(api_almaty.get("/api/auth/me").json["email"])
    assert "Добрый день" in asked and "@" not in asked and owner.partition("@")[0] == "manager"
    texts = [str(one["text"]) for one in lines(api_almaty)["messages"]]
    assert not any("manager" in text for text in texts), texts


def test_a_manager_is_called_by_the_name_he_has_given(api_almaty: Api, almaty: FlaskClient, talk: int) -> None:
    almaty.post("/settings/profile", data={"name": "Айгуль", "language": "ru", "theme": ""})
    write(almaty, talk, "Добрый день")
    assert [(one["author"], one["name"]) for one in lines(api_almaty)["messages"]][-1] == ("manager", "Айгуль")


def test_parameters_that_are_not_right(api_almaty: Api) -> None:
    for query, name in (
        ("", "user_id"), ("user_id=", "user_id"), ("user_id=c1&after=x", "after"), ("user_id=c1&after=-1", "after"),
        ("user_id=c1&after=1_0", "after"), ("user_id=c1&limit=0", "limit"), ("user_id=c1&since=1", "since"),
        ("user_id=a&user_id=b", "user_id"),
    ):  # fmt: skip
        answer = api_almaty.get(f"/api/messages?{query}")
        assert (answer.status_code, answer.json["detail"][0]["loc"]) == (422, ["query", name]), query


def test_the_answer_is_promised_here_only_to_whom_it_will_be_brought(api_almaty: Api, api_astana: Api) -> None:
    unread = str(api_almaty.say("c1", CALL)["response"])
    assert HERE not in unread and "номер" in unread
    lines(api_almaty, "somebody")
    assert HERE in str(api_almaty.say("c2", CALL)["response"])
    assert HERE not in str(api_astana.say("c2", CALL)["response"])


def test_a_voice_message_can_be_heard(api_almaty: Api, api_astana: Api, almaty: FlaskClient) -> None:
    sound = b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(200)
    data = {"user_id": "v", "audio_file": (io.BytesIO(sound), "x.ogg")}
    assert api_almaty.client.post("/api/chat", data=data, headers=api_almaty.headers).status_code == 200
    (sent,) = lines(api_almaty, "v")["messages"][0]["files"]
    assert sent["type"] == "audio/ogg"
    heard = api_almaty.get(sent["url"])
    assert (heard.status_code, heard.data, heard.mimetype) == (200, sound, "audio/ogg")
    assert "no-store" in heard.headers["Cache-Control"]
    refused = [api_astana.get(sent["url"]), *(api_almaty.get(f"/api/messages/{one}/file") for one in (2, 99))]
    assert [(one.status_code, one.json) for one in refused] == [(404, {"detail": "Not Found"})] * 3


def test_the_document_knows_these_lines(api_almaty: Api, almaty: FlaskClient, talk: int) -> None:
    document = api_almaty.get("/openapi.json").json
    write(almaty, talk, "Это Айгуль")
    for name, told in (("PassedLines", lines(api_almaty)), ("Answer", api_almaty.say("c1", "да"))):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(told)
        assert set(told) <= set(document["components"]["schemas"][name]["properties"])
