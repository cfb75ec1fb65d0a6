"""What clients send is kept under names of ours, and goes when their talk goes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from collecting import over
from conftest import Api
from flask import Flask
from sqlalchemy import select

from leadbot import jobs
from leadbot.config import Config
from leadbot.conversations import chat
from leadbot.conversations.chat import Incoming
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import NotFound
from leadbot.files import storage
from leadbot.files.storage import FILES, VOICE
from leadbot.models import BotUser, Conversation, Message, Source

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 200
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200


@pytest.fixture(autouse=True)
def sent(app: Flask, api_almaty: Api) -> Iterator[None]:
    """Two clients of a company, each with a photo and a voice message; the company is acted for."""
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        for ref in ("first", "second"):
            chat.receive(Incoming(Source.WIDGET, ref, file=JPEG))
            chat.receive(Incoming(Source.WIDGET, ref, audio=OGG))
        yield


def talk(ref: str) -> Conversation:
    return db.session.scalars(select(Conversation).join(BotUser).where(BotUser.client_ref == ref)).one()


def on_disk(config: Config) -> list[Path]:
    return sorted(path for shelf in ("files", "voice") for path in (config.data_dir / shelf).iterdir())


def bearer(shelf: storage.Shelf, ref: str) -> Message:
    column = getattr(Message, shelf.column)
    of_talk = select(Message).where(Message.conversation_id == talk(ref).id, column.is_not(None))
    return db.session.scalars(of_talk).one()


def forget(ref: str) -> None:
    """As a service does that erases a person."""
    gone = talk(ref)
    storage.forget([gone])
    db.session.delete(db.session.get_one(BotUser, gone.bot_user_id))


@over([VOICE, FILES])
def test_what_was_sent_is_found_by_its_own_talk_alone(shelf: storage.Shelf) -> None:
    message = bearer(shelf, "first")
    found = storage.find(shelf, talk("first"), message.id)
    assert storage.path_of(shelf, found).read_bytes() in (JPEG, OGG)
    for other in (0, -1, 2**40, message.id):
        with pytest.raises(NotFound):
            storage.find(shelf, talk("second"), other)


@pytest.mark.parametrize("name", ["../secret_key", "/etc/passwd", "..", "", "absent.jpg", "a/b.jpg", "\0.jpg"])
def test_no_name_leads_out_of_the_folder(config: Config, name: str) -> None:
    (config.data_dir / "secret_key").write_text("k")
    message = bearer(FILES, "first")
    message.file_name = name
    with pytest.raises(NotFound):
        storage.path_of(FILES, message)
    db.session.rollback()


def test_files_go_with_the_talk_and_not_before(config: Config) -> None:
    kept = [storage.path_of(shelf, bearer(shelf, "second")) for shelf in (FILES, VOICE)]
    forget("first")
    db.session.flush()
    assert len(on_disk(config)) == 4
    db.session.commit()
    assert on_disk(config) == sorted(kept)
    assert db.session.scalars(select(Message.conversation_id).distinct()).all() == [talk("second").id]


def test_a_talk_that_stays_keeps_its_files(config: Config) -> None:
    forget("first")
    db.session.rollback()
    db.session.commit()
    assert len(on_disk(config)) == 4
    assert storage.path_of(VOICE, bearer(VOICE, "first"))


def test_a_file_that_has_gone_already_stops_nothing(config: Config) -> None:
    storage.path_of(FILES, bearer(FILES, "first")).unlink()
    forget("first")
    db.session.commit()
    assert len(on_disk(config)) == 2


def test_the_worker_tidies_up_what_nobody_names_any_more(app: Flask, config: Config) -> None:
    nobodys = config.data_dir / "files" / "left-behind.jpg"
    fresh = config.data_dir / "voice" / "under-way.ogg"
    for path in (nobodys, fresh):
        path.write_bytes(JPEG)
    long_ago = time.time() - storage.SWEPT_AFTER_SECONDS - 60
    for path in (*on_disk(config), nobodys):
        if path != fresh:
            os.utime(path, (long_ago, long_ago))
    db.session.remove()
    jobs.tidying(app).go()
    assert not nobodys.exists() and fresh.exists()
    assert len(on_disk(config)) == 5
