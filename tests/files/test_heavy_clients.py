"""Files of clients: so much from one address, so much to one company; words still arrive."""

from __future__ import annotations

import io

import pytest
from conftest import Api, widget_key
from flask import Flask
from visiting import Visitor

from leadbot.accounts.limits import Limit, visitors
from leadbot.config import Config
from leadbot.conversations import voice

PDF = b"%PDF-1.4\n" + b"%" * 60_000


@pytest.fixture
def config(config: Config) -> Config:
    return config.replace(ratelimit_enabled=True)


def send(visitor: Visitor, data: bytes = PDF) -> int:
    return visitor.say("вот", file=(io.BytesIO(data), "plan.pdf"), page="https://dom.kz/").status_code


def test_one_address_is_no_way_to_fill_the_disk(
    app: Flask, api_almaty: Api, api_astana: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file comes from a fresh visitor, to whatever company."""
    monkeypatch.setattr(visitors, "KILOBYTES", Limit("widget kilobytes", "130 per hour"))
    keys = [widget_key(api_almaty), widget_key(api_astana)] * 2
    assert [send(Visitor(app, key, address="10.9.0.1")) for key in keys] == [200, 200, 503, 503]
    again = Visitor(app, keys[0], address="10.9.0.1")
    assert "Текст" in again.say("вот", file=(io.BytesIO(PDF), "x.pdf")).text
    assert again.say("Хочу баню").status_code == 200
    assert send(Visitor(app, keys[0], address="10.9.0.2")) == 200


@pytest.mark.parametrize("which", ["KILOBYTES", "KILOBYTES_DAY"])
def test_many_addresses_fill_the_room_of_one_company_only(
    app: Flask, api_almaty: Api, api_astana: Api, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.setattr(voice, which, Limit("kept", "130 per day"))
    almaty, astana = widget_key(api_almaty), widget_key(api_astana)
    assert [send(Visitor(app, almaty, address=f"10.8.0.{at}")) for at in range(1, 4)] == [200, 200, 503]
    assert send(Visitor(app, astana, address="10.8.0.1")) == 200
    sound = {"user_id": "client", "audio_file": (io.BytesIO(b"OggS\0\2" + b"\0" * 22 + b"OpusHead"), "x.ogg")}
    assert api_almaty.post("/api/chat", data=sound).status_code == 503
    assert Visitor(app, almaty, address="10.8.0.9").say("Хочу баню").status_code == 200
