"""Talks in the widget: the contract's dialogue, nothing twice, files, calls for a manager, and limits that hold."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Api, Web
from flask import Flask
from making import set_company
from visiting import Visitor, bubbles

from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Delivery, Message

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 200
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
PDF = b"%PDF-1.7\n" + b"\0" * 200
OGG = b"OggS" + b"\0" * 200
DIALOGUE = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
THANKS = "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."


def upload(data: bytes, name: str = "plan.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


@pytest.fixture
def visitor(app: Flask, key: str) -> Visitor:
    return Visitor(app, key)


Rows = Callable[[type], list[Any]]


@pytest.fixture
def rows(app: Flask, api_almaty: Api) -> Rows:
    """The company's rows of a kind."""

    def find(kind: type) -> list[Any]:
        with app.app_context():
            tenancy.act_for(api_almaty.company_id)
            found = list(db.session.query(kind).all())
            db.session.expunge_all()
            return found

    return find


def test_the_contracts_dialogue_ends_with_a_lead(visitor: Visitor, api_almaty: Api) -> None:
    assert visitor.talk(*DIALOGUE) == THANKS
    leads = api_almaty.get("/api/leads").json["leads"]
    assert [(lead["name"], lead["city"], lead["source"]) for lead in leads] == [("Канат", "Алматы", "widget")]


def test_a_reload_brings_the_whole_talk(visitor: Visitor) -> None:
    visitor.talk(*DIALOGUE)
    page = visitor.lines().text
    assert bubbles(page, "client") == list(DIALOGUE)
    assert bubbles(page, "bot")[-1] == THANKS
    assert visitor.lines(after=8).status_code == 204
    assert len(bubbles(visitor.lines(after=6).text, "bot")) == 1


def test_a_message_sent_again_is_taken_once(visitor: Visitor, api_almaty: Api) -> None:
    visitor.talk(*DIALOGUE[:3])
    answers = [visitor.say(DIALOGUE[3], message_id="same", after=6) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert {tuple(bubbles(answer.text, "bot")) for answer in answers} == {(THANKS,)}
    assert api_almaty.get("/api/leads").json["total"] == 1
    assert visitor.say("другое", message_id="same").status_code == 422


def test_two_visitors_never_meet(app: Flask, visitor: Visitor, api_astana: Api, key: str) -> None:
    visitor.talk("Хочу дом")
    other = Visitor(app, key)
    assert other.lines().status_code == 204
    theirs = Visitor(app, str(api_astana.get("/api/settings").json["widget_key"]), token=visitor.token)
    assert theirs.lines().status_code == 401


def test_where_a_client_came_from_stands_on_the_lead(visitor: Visitor, almaty: Web, rows: Rows) -> None:
    page = "https://stroykz.kz/doma?utm_source=google&utm_campaign=doma&gclid=Cj0&phone=87010000000#x"
    visitor.say(DIALOGUE[0], page=page, referrer="https://www.google.kz/search?q=secret", topic="doma")
    visitor.say(DIALOGUE[1], page="https://stroykz.kz/later?utm_source=mail")
    visitor.talk(*DIALOGUE[2:])
    card = almaty.get("/leads/1").text
    touch = dict(re.findall(r'data-touch="(\w+)"><b>([^<]*)</b>', card))
    assert touch == {
        "page": "https://stroykz.kz/doma", "referrer": "https://www.google.kz/search", "topic": "doma",
        "utm_source": "google", "utm_campaign": "doma", "gclid": "Cj0",
    }  # fmt: skip
    assert rows(Conversation)[0].first_touch == touch


@pytest.mark.parametrize("page", ["javascript:alert(1)", "http://", "//x", "https://[", "x" * 5000, "\x00", "data:,x"])
def test_a_strange_page_is_left_out(visitor: Visitor, rows: Rows, page: str) -> None:
    assert visitor.say("Хочу дом", page=page, referrer=page).status_code == 200
    assert not rows(Conversation)[0].first_touch


@pytest.mark.parametrize(("data", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (PDF, "application/pdf")])
def test_a_file_is_kept_and_shown_to_the_manager(visitor: Visitor, almaty: Web, data: bytes, kind: str) -> None:
    visitor.talk(*DIALOGUE)
    answer = visitor.say("", file=upload(data, "../../<script>.exe"))
    assert answer.status_code == 200
    assert bubbles(answer.text, "bot")[-1].startswith("Файл сохранён, менеджер посмотрит.")
    path = re.search(r'(?:href|src)="(/conversations/1/files/\d+)"', almaty.get("/leads/1").text)
    assert path
    file = almaty.get(path.group(1))
    assert (file.data, file.mimetype) == (data, kind)
    assert ("attachment" in file.headers["Content-Disposition"]) == (kind == "application/pdf")
    own = visitor.ask("GET", f"/w/{visitor.key}/files/9")
    assert (own.status_code, own.data) == (200, data)


def test_nobody_else_gets_a_file(app: Flask, visitor: Visitor, astana: Web, key: str) -> None:
    visitor.say("", file=upload(JPEG))
    assert astana.get("/conversations/1/files/1").status_code == 404
    assert Visitor(app, key).ask("GET", f"/w/{key}/files/1").status_code == 404
    for seq in (0, 2, 99, 10**12):
        assert visitor.ask("GET", f"/w/{key}/files/{seq}").status_code == 404


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90", b"<html>", b"PK\x03\x04"])
def test_only_photos_documents_and_sounds_are_taken(visitor: Visitor, rows: Rows, data: bytes) -> None:
    answer = visitor.say("", file=upload(data, "photo.jpg"))
    assert (answer.status_code, answer.text) == (
        415, "Такой файл не подойдёт. Можно: JPEG, PNG, WebP, PDF"
    )  # fmt: skip
    assert len(rows(Message)) == 0


def test_a_file_too_large_or_empty_is_refused(visitor: Visitor) -> None:
    assert visitor.say("", file=upload(b"")).status_code == 422
    large = visitor.say("", file=upload(JPEG + b"\0" * (17 * 1024 * 1024)))
    assert (large.status_code, large.text) == (413, "Файл больше 16 МБ")


def test_a_voice_message_is_kept_and_the_client_asked_to_write(visitor: Visitor) -> None:
    answer = visitor.say("", file=upload(OGG, "voice"))
    assert bubbles(answer.text, "bot") == [
        "Голосовое сохранено, менеджер его послушает. А мне напишите текстом или оставьте номер."
    ]
    assert visitor.ask("GET", f"/w/{visitor.key}/files/1").mimetype == "audio/ogg"


def test_a_manager_who_takes_over_is_heard_in_the_widget(visitor: Visitor, almaty: Web) -> None:
    visitor.talk("Хочу дом")
    almaty.post("/conversations/1/take")
    almaty.post("/conversations/1/messages", {"text": "Здравствуйте, я Айгуль", "message_id": "a"})
    news = visitor.lines(after=2).text
    assert bubbles(news, "manager") == ["Здравствуйте, я Айгуль"]
    assert 'data-manager="менеджер компании СтройКомпания Алматы"' in news
    silent = visitor.say("Хорошо")
    assert (silent.status_code, bubbles(silent.text, "bot")[1:]) == (200, [])


def test_a_call_for_a_manager_is_told_once(app: Flask, visitor: Visitor, rows: Rows, api_almaty: Api) -> None:
    set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
    first = visitor.ask("POST", f"/w/{visitor.key}/call", {"message_id": "c1"})
    assert bubbles(first.text, "client") == ["Позвать менеджера"]
    assert bubbles(first.text, "bot") == ["Зову менеджера. Ответ придёт в этот чат."]
    visitor.ask("POST", f"/w/{visitor.key}/call", {"message_id": "c1"})
    assert len(rows(Delivery)) == 1


def test_who_fills_the_trap_is_a_machine(visitor: Visitor, rows: Rows) -> None:
    assert visitor.say("Buy now", fax_number="123").status_code == 200
    assert len(rows(Message)) == 0


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "я" * 4097])
def test_an_unfit_message_is_refused_with_a_word(visitor: Visitor, rows: Rows, text: str) -> None:
    answer = visitor.say(text)
    assert answer.status_code == 422 and answer.text
    assert len(rows(Message)) == 0


def call(visitor: Visitor, number: int) -> str:
    """What a visitor hears who calls for a manager."""
    return bubbles(visitor.ask("POST", f"/w/{visitor.key}/call", {"message_id": f"c{number}"}).text, "bot")[-1]


class TestLimits:
    """With limits on, as in production."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True)

    def test_one_floods_and_the_honest_are_all_served(self, app: Flask, visitor: Visitor) -> None:
        flood = Counter(visitor.say(f"спам {n}").status_code for n in range(200))
        assert flood == {200: 20, 429: 180}
        for number in range(60):
            honest = Visitor(app, visitor.key, address="10.0.0.7")
            assert honest.say(f"Хочу дом {number}").status_code == 200
        told = visitor.say("ещё")
        assert told.text == "Слишком много сообщений подряд. Напишите снова через 1 мин."
        assert int(told.headers["Retry-After"]) <= 60

    def test_a_fourth_call_disturbs_nobody(self, app: Flask, visitor: Visitor, rows: Rows, api_almaty: Api) -> None:
        set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
        said = [
            visitor.ask("POST", f"/w/{visitor.key}/call", {"message_id": f"c{n}", "after": 2 * n}) for n in range(5)
        ]
        assert bubbles(said[-1].text, "bot") == ["Зову менеджера ещё раз, ему уже сообщили. Ответ придёт сюда."]
        assert len(rows(Delivery)) == 3

    def test_a_flood_of_calls_hides_no_honest_one(
        self, app: Flask, visitor: Visitor, rows: Rows, api_almaty: Api
    ) -> None:
        set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
        for number in range(70):
            call(Visitor(app, visitor.key, address="10.0.0.9"), number)
        told = [row.event for row in rows(Delivery)]
        assert (told.count("call"), told.count("calls")) == (20, 1)
        assert call(visitor, 1) == "Зову менеджера. Ответ придёт в этот чат."
        assert [row.event for row in rows(Delivery)].count("call") == 21

    def test_a_flood_from_everywhere_is_one_notice_and_all_stand_in_the_list(
        self, app: Flask, visitor: Visitor, rows: Rows, api_almaty: Api
    ) -> None:
        set_company(app, api_almaty.company_id, telegram_chat_id="-100123")
        for number in range(65):
            call(Visitor(app, visitor.key, address=f"10.0.{number}.9"), number)
        assert call(visitor, 1) == "Зову менеджера. Ответ придёт в этот чат.", "he is told of by the notice for all"
        told = [row.event for row in rows(Delivery)]
        assert (told.count("call"), told.count("calls")) == (60, 1)
        assert {talk.waits_for for talk in rows(Conversation)} == {"call"}
