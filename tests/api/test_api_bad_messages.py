"""What comes to the chat when nobody has read the documentation. Numbers are those of the list of bad inputs."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Api
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from leadbot import state
from leadbot.conversations import voice
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Message

CHAT = "/api/chat"
OGG = b"OggS" + bytes(range(256)) * 8
KEPT = "Голосовое сохранено, менеджер его послушает. А мне напишите текстом или оставьте номер."
MULTIPART = "multipart/form-data; boundary=b"
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def send(api: Api, **fields: Any) -> TestResponse:
    return api.post(CHAT, data={"user_id": "c1", **fields}, content_type="multipart/form-data")


def sound(data: bytes = OGG, name: str = "voice.ogg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def part(name: str, value: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


def assert_wrong(answer: TestResponse, field: str = "", message: str = "") -> None:
    assert answer.status_code == 422, answer.text
    faults = answer.json["detail"]
    assert any((not field or fault["loc"][-1] == field) and message in fault["msg"] for fault in faults), faults


def lines(app: Flask) -> list[str]:
    """What is stored of all talks."""
    with app.app_context(), tenancy.all_companies():
        rows = db.session.scalars(select(Message).order_by(Message.id))
        return [row.text for row in rows]


WITHOUT_A_CLIENT = [{}, {"user_id": ""}, {"user_id": "   "}, {"user_id": "\u200b"}]


@one_database
@pytest.mark.parametrize("fields", WITHOUT_A_CLIENT)
def test_without_user_id(api_almaty: Api, fields: dict[str, str]) -> None:  # row 51
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        answer = api_almaty.post(CHAT, data={"text": "Хочу дом", **fields}, content_type=kind)
        assert_wrong(answer, "user_id", "user_id is required")
    assert_wrong(api_almaty.post(CHAT, json={"text": "Хочу дом", **fields}), "user_id", "user_id is required")


@one_database
@pytest.mark.parametrize("user_id", ["x" * 129, "a\0b", "a\nb", "a\tb", "a\x1bb", True, None, [], {}, 1e400])
def test_user_ids_that_are_not_taken(api_almaty: Api, user_id: Any) -> None:  # row 52
    answer = api_almaty.post(CHAT, data=json.dumps({"user_id": user_id, "text": "x"}), content_type="application/json")
    assert_wrong(answer)


@pytest.mark.parametrize("user_id", ["../../etc/passwd", "1 OR 1=1", "😀", "%00", "x" * 128, 77, 2**80])
def test_any_other_user_id_is_a_talk_of_its_own(api_almaty: Api, api_astana: Api, user_id: Any) -> None:  # row 53
    assert api_astana.say(str(user_id), "Хочу дом")["response"] == "В каком городе?"
    said = api_almaty.post(CHAT, json={"user_id": user_id, "text": "Хочу дом"})
    assert (said.status_code, said.json["user_id"], said.json["response"]) == (200, str(user_id), "В каком городе?")


@one_database
@pytest.mark.parametrize("fields", [{}, {"text": ""}, {"text": "  \n "}, {"text": "\u200b\u2060\ufeff"}])
def test_nothing_said(api_almaty: Api, fields: dict[str, str]) -> None:  # rows 54, 56
    assert_wrong(send(api_almaty, **fields), "text", "text or audio_file is required")


def test_text_and_sound_together(api_almaty: Api, app: Flask) -> None:  # row 55
    said = send(api_almaty, text="Хочу дом", audio_file=sound())
    assert (said.status_code, said.json["response"]) == (200, "В каком городе?")
    assert lines(app)[0] == "Хочу дом"


def test_how_long_a_message_may_be(api_almaty: Api) -> None:  # rows 57, 58, 61
    assert send(api_almaty, text="я" * 4096).status_code == 200
    assert send(api_almaty, text="😀" * 4096).status_code == 200
    assert_wrong(send(api_almaty, text="я" * 4097), "text", "Message is too long")
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        answer = api_almaty.post(CHAT, data={"user_id": "c1", "text": "x" * 600_000}, content_type=kind)
        assert (answer.status_code, answer.json) == (413, {"detail": "Request body too large"})


TEXTS = [
    (60, "дом\0\x1b[31m красный\r\nстрока\tтаб", "дом[31m красный\nстрока\tтаб"),
    (61, "👩‍👩‍👧‍👦 שלום \u202eдом", "👩‍👩‍👧‍👦 שלום \u202eдом"),
    (61, "д" + "\u0301" * 1000, "д" + "\u0301" * 1000),
    (62, "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    (62, "[x](javascript:alert(1)) &#x3c;script>", "[x](javascript:alert(1)) &#x3c;script>"),
    (62, "{{7*7}} ${7*7} {% raw %}", "{{7*7}} ${7*7} {% raw %}"),
]


@pytest.mark.parametrize(("row", "text", "stored"), TEXTS)
def test_texts_are_taken_as_they_are(api_almaty: Api, app: Flask, row: int, text: str, stored: str) -> None:
    assert api_almaty.post(CHAT, json={"user_id": "c1", "text": text}).status_code == 200
    assert lines(app)[0] == stored


def test_bytes_that_are_no_text(api_almaty: Api, app: Flask) -> None:  # row 59
    body = part("user_id", b"c1") + part("text", b"\xd0\xb4\xd0\xbe\xd0\xbc \xff") + b"--b--\r\n"
    assert api_almaty.post(CHAT, data=body, content_type=MULTIPART).status_code == 200
    assert lines(app)[0] == "дом \ufffd"


# row, body, content type, status
BROKEN = [
    (70, part("user_id", b"c1") + part("text", b"x") + b"--b--\r\n", "multipart/form-data", 422),
    (70, part("user_id", b"c1") + b'--b\r\nContent-Disposition: form-data; name="te', MULTIPART, 422),
    (70, part("user_id", b"c1") + part("text", b"x"), MULTIPART, 422),
    (70, b"".join(part(f"f{n}", b"x") for n in range(1100)) + b"--b--\r\n", MULTIPART, 413),
    (70, b"nothing of the kind", MULTIPART, 422),
    (71, b'{"user_id": "c1", "text": ', "application/json", 422),
    (71, b"[1]", "application/json", 422),
    (71, b'{"user_id": "c1", "text": 5}', "application/json", 422),
    (71, b'{"user_id": "c1", "text": null}', "application/json", 422),
    (71, b"user_id=c1&text=x", "text/plain", 422),
    (79, part("user_id", b"c1") + part("audio_file", b"OggS") + b"--b--\r\n", MULTIPART, 422),
    (79, part("user_id", b"c1") + part('text"; filename="t.txt', b"x") + b"--b--\r\n", MULTIPART, 422),
]


@one_database
@pytest.mark.parametrize(("row", "body", "kind", "status"), BROKEN)
def test_broken_bodies(api_almaty: Api, app: Flask, row: int, body: bytes, kind: str, status: int) -> None:
    answer = api_almaty.post(CHAT, data=body, content_type=kind)
    assert answer.status_code == status, answer.text
    assert set(answer.json) == {"detail"}
    assert lines(app) == []


def test_a_body_that_breaks_off(api_almaty: Api) -> None:  # row 70
    for kind, body in ((MULTIPART, part("user_id", b"c1")), ("application/json", b'{"user_id": "c1"')):
        stream = io.BytesIO(body)
        answer = api_almaty.post(CHAT, input_stream=stream, content_type=kind, content_length=len(body) + 99)
        assert_wrong(answer, "body")


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
def test_the_three_ways_to_send(api_almaty: Api, kind: str) -> None:  # row 71
    fields = {"user_id": 12345, "text": "87768776637"}
    kinds = {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}
    said = api_almaty.post(
        CHAT, **({"json": fields} if kind == "json" else {"data": fields, "content_type": kinds[kind]})
    )
    assert (said.status_code, said.json["user_id"]) == (200, "12345")


def test_of_two_texts_the_first(api_almaty: Api, app: Flask) -> None:  # row 72
    said = api_almaty.post(CHAT, data={"user_id": "c1", "text": ["Хочу дом", "Хочу баню"]})
    assert said.status_code == 200
    assert lines(app)[0] == "Хочу дом"


class TestIdempotencyKey:  # row 73
    def send(self, api: Api, text: str, key: str) -> TestResponse:
        return api.post(CHAT, data={"user_id": "c1", "text": text}, headers={"Idempotency-Key": key})

    def test_sent_again_it_is_answered_as_before_and_stored_once(self, api_almaty: Api, app: Flask) -> None:
        first, again = (self.send(api_almaty, "Хочу дом", "k1") for _ in range(2))
        assert first.json == again.json
        assert lines(app) == ["Хочу дом", "В каком городе?"]

    def test_the_last_message_sent_ten_times_makes_one_lead(self, api_almaty: Api) -> None:  # row 69
        answers = [self.send(api_almaty, "Хочу дом 150 м² в Алматы, Канат, 87768776637", "k1").json for _ in range(10)]
        assert {answer["function_called"] for answer in answers} == {"register_lead"}
        assert api_almaty.get("/api/leads").json["total"] == 1

    def test_with_another_text_it_is_refused(self, api_almaty: Api, app: Flask) -> None:
        self.send(api_almaty, "Хочу дом", "k1")
        assert_wrong(self.send(api_almaty, "Хочу баню", "k1"), "Idempotency-Key")
        assert lines(app) == ["Хочу дом", "В каком городе?"]

    def test_too_long_or_empty(self, api_almaty: Api) -> None:
        assert self.send(api_almaty, "Хочу дом", "x" * 255).status_code == 200
        for key in ("x" * 256, ""):
            assert_wrong(self.send(api_almaty, "Алматы", key), "Idempotency-Key")

    def test_while_the_first_is_being_answered(self, api_almaty: Api, app: Flask) -> None:
        engine = state.state_of(app).engine
        asked, may_answer = threading.Event(), threading.Event()

        class Slow:
            needs_network = True

            def decide(self, turn: Any) -> Any:
                asked.set()
                may_answer.wait(60)
                return engine.decide(turn)

        state.state_of(app).engine = Slow()
        first = threading.Thread(target=self.send, args=(Api(app.test_client(), 1, api_almaty.token), "Хочу дом", "k1"))
        first.start()
        assert asked.wait(60)
        refused = self.send(api_almaty, "Хочу дом", "k1")
        may_answer.set()
        first.join()
        assert (refused.status_code, list(refused.json)) == (409, ["detail"])
        assert self.send(api_almaty, "Хочу дом", "k1").json["response"] == "В каком городе?"


@one_database
def test_sounds_that_are_empty(api_almaty: Api) -> None:  # row 74
    for fields in ({}, {"text": "Хочу дом"}):
        assert_wrong(send(api_almaty, audio_file=sound(b""), **fields), "audio_file", "Empty audio file")
    assert send(api_almaty, text="Хочу дом", audio_file=sound(b"", "")).status_code == 200  # a field left empty


@one_database
def test_sounds_that_are_too_large(api_almaty: Api, config: Any) -> None:  # row 75
    assert send(api_almaty, audio_file=sound(OGG.ljust(voice.MOST_BYTES, b"\0"))).status_code == 200
    assert send(api_almaty, audio_file=sound(OGG.ljust(voice.MOST_BYTES + 1, b"\0"))).status_code == 413
    body = part("user_id", b"c1") + part("x", b"") + b'--b\r\nContent-Disposition: form-data; name="audio_file"; '
    body += b'filename="a.ogg"\r\n\r\n' + OGG.ljust(13 * 1024 * 1024, b"\0") + b"\r\n--b--\r\n"
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = api_almaty.client.post(
        CHAT,
        headers=api_almaty.headers,
        input_stream=io.BytesIO(body),
        content_type=MULTIPART,
        environ_overrides=chunked,
    )
    assert (answer.status_code, answer.json) == (413, {"detail": "Request body too large"})
    assert len(list((config.data_dir / "voice").iterdir())) == 1


@one_database
@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + b"x" * 99, b"MZ" + b"x" * 99, b"<html>", b"<svg/>", b"PK\3\4" + b"x" * 99, b"x"]
)
def test_other_files_named_ogg(api_almaty: Api, data: bytes) -> None:  # rows 76, 78
    answer = send(api_almaty, audio_file=sound(data))
    assert (answer.status_code, answer.json) == (415, {"detail": "Unsupported audio"})


@pytest.mark.parametrize(
    "name", ["../../x.ogg", "x" * 5000 + ".ogg", "a\0b.ogg", "con.ogg", "<script>.ogg", "голос.ogg"]
)
def test_the_name_of_a_sound_does_not_matter(api_almaty: Api, config: Any, name: str) -> None:  # rows 77, 80
    answer = send(api_almaty, audio_file=sound(name=name))
    assert (answer.status_code, answer.json["response"]) == (200, KEPT)
    kept = list(Path(config.data_dir).rglob("*.ogg"))
    assert [path.parent.name for path in kept] == ["voice"]
    assert kept[0].read_bytes() == OGG


@pytest.fixture
def broken_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def full(audio: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(voice, "keep", full)
    return None


def test_a_full_disk_is_said_and_nothing_is_half_stored(
    api_almaty: Api, app: Flask, broken_disk: None
) -> None:  # row 93
    answer = send(api_almaty, audio_file=sound())
    assert (answer.status_code, answer.json) == (503, {"detail": "Service temporarily unavailable"})
    assert answer.headers["Retry-After"]
    assert lines(app) == []
    assert api_almaty.say("c1", "Хочу дом")["response"] == "В каком городе?"


def test_nobody_without_a_token(stranger: FlaskClient) -> None:
    answer = stranger.post(CHAT, data={"user_id": "c1", "text": "Хочу дом"})
    assert (answer.status_code, answer.json) == (401, {"detail": "Not authenticated"})
