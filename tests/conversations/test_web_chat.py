"""The test chat: the contract's dialogue by plain forms and by htmx, and what the bot knows beside it."""

from __future__ import annotations

import io
import re
import wave

import pytest
from conftest import Api, Web
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Author, Conversation, Message, Source

HTMX = {"HX-Request": "true"}
DIALOGUE = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")


def bubbles(html: str) -> list[tuple[str, str]]:
    """Who said what, in order."""
    return re.findall(r'<p class="bubble said"[^>]*data-author="(\w+)"[^>]*>([^<]*)</p>', html)


def chips(html: str) -> list[str]:
    return re.findall(r'name="quick" value="([^"]+)"', html)


def sound() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(1600))
    return file.getvalue()


def stored(app: Flask, web: Web) -> list[Message]:
    with app.app_context():
        tenancy.act_for(web.company_id)
        return list(db.session.scalars(db.select(Message).order_by(Message.conversation_id, Message.seq)))


def test_the_page_greets_and_offers_replies(app: Flask, almaty: Web) -> None:
    page = almaty.get("/chat").text
    (author, greeting), *rest = bubbles(page)
    assert author == "bot"
    assert "Я бот-помощник компании СтройКомпания Алматы. Что планируете построить или отремонтировать?" in greeting
    assert rest == []
    assert chips(page) == ["Дом", "Квартира", "Ремонт", "Другое"]
    assert len(re.findall(r'<(?:textarea|input)[^>]*name="text"', page)) == 1
    assert stored(app, almaty) == []


def test_the_contracts_dialogue_by_plain_forms(almaty: Web, api_almaty: Api) -> None:
    for text in DIALOGUE:
        assert almaty.post("/chat", {"text": text}).location == "/chat"
    page = almaty.get("/chat").text
    assert [text for author, text in bubbles(page) if author == "client"] == list(DIALOGUE)
    assert bubbles(page)[-1] == (
        "bot", "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время.",
    )  # fmt: skip
    assert "5 из 5" in page
    assert "«150 квадратов»" in page
    (lead,) = api_almaty.get("/api/leads").json["leads"]
    assert (lead["name"], lead["phone"], lead["source"]) == ("Канат", "87768776637", "test")


def test_by_htmx_only_what_is_new_comes_back(almaty: Web) -> None:
    first = almaty.post("/chat", {"text": "Хочу дом", "after": "0"}, headers=HTMX)
    assert bubbles(first.text) == [("client", "Хочу дом"), ("bot", "В каком городе?")]
    assert "<html" not in first.text
    assert chips(first.text) == ["Алматы", "Астана", "Шымкент"]
    assert "правила" in first.text
    assert re.search(r"\d\u00a0мс", first.text)
    second = almaty.post("/chat", {"quick": "Алматы", "after": "2"}, headers=HTMX)
    assert bubbles(second.text)[0] == ("client", "Алматы")
    assert len(bubbles(second.text)) == 2


def test_one_message_sent_twice_is_taken_once(app: Flask, almaty: Web) -> None:
    for _ in range(3):
        assert almaty.post("/chat", {"text": "Хочу дом", "message_id": "m-1"}).status_code == 303
    assert [line.author for line in stored(app, almaty)] == [Author.CLIENT, Author.BOT]


def test_a_new_talk_is_another_client_and_the_old_one_stays(app: Flask, almaty: Web) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    assert almaty.post("/chat/new").location == "/chat"
    assert len(bubbles(almaty.get("/chat").text)) == 1
    almaty.post("/chat", {"text": "Нужен ремонт квартиры"})
    lines = stored(app, almaty)
    assert len({line.conversation_id for line in lines}) == 2
    assert len(bubbles(almaty.get("/chat").text)) == 3


@pytest.mark.parametrize(("text", "status"), [("", 422), ("   ", 422), ("\u200b", 422), ("я" * 4097, 422)])
def test_what_can_not_be_sent_comes_back_with_the_text(almaty: Web, text: str, status: int) -> None:
    answer = almaty.post("/chat", {"text": text})
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert f">{text}</textarea>" in answer.text
    assert almaty.post("/chat", {"text": text}, headers=HTMX).status_code == status


def test_a_voice_message_is_kept_and_can_be_played(almaty: Web, astana: Web) -> None:
    answer = almaty.post("/chat", {"audio_file": (io.BytesIO(sound()), "../../x.wav")}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    address = re.search(r'<audio[^>]*src="([^"]+)"', answer.text).group(1)
    played = almaty.get(address)
    assert played.data == sound()
    assert played.mimetype == "audio/wav"
    assert played.headers["X-Content-Type-Options"] == "nosniff"
    assert almaty.get(address, headers={"Range": "bytes=0-3"}).data == b"RIFF"
    assert astana.get(address).status_code == 404


def test_a_picture_named_as_a_sound_is_refused(almaty: Web) -> None:
    fake = {"audio_file": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(100)), "voice.ogg")}
    assert almaty.post("/chat", fake).status_code == 415


def test_a_large_voice_message_has_room_and_a_huge_one_has_not(almaty: Web) -> None:
    token = almaty.token()
    for size, status in ((3 * 2**20, 303), (11 * 2**20, 413)):
        body = {"csrf_token": token, "audio_file": (io.BytesIO(sound() + bytes(size)), "a.wav")}
        assert almaty.client.post("/chat", data=body).status_code == status


def test_a_poll_brings_what_a_manager_wrote(app: Flask, almaty: Web) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    assert almaty.get("/chat/lines?after=2", headers=HTMX).status_code == 204
    almaty.post("/conversations/1/take")
    almaty.post("/conversations/1/messages", {"text": "Здравствуйте, это Айгуль"})
    news = almaty.get("/chat/lines?after=2", headers=HTMX)
    assert bubbles(news.text)[-1] == ("manager", "Здравствуйте, это Айгуль")
    assert chips(news.text) == []
    silent = almaty.post("/chat", {"text": "Алматы", "after": "4"}, headers=HTMX)
    assert bubbles(silent.text) == [("client", "Алматы")]


def test_colleagues_and_companies_have_talks_of_their_own(app: Flask, almaty: Web, astana: Web) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    assert len(bubbles(astana.get("/chat").text)) == 1
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        talk = db.session.scalars(db.select(Conversation)).one()
        assert talk.source is Source.TEST
