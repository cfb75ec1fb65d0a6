"""How long a recording is, by its own headers; and that a long one is neither decoded nor sent on."""

from __future__ import annotations

import resource
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from collecting import over
from doubles import OpenAIDouble
from doubles.model import heard
from flask import Flask
from modelled import house, say
from sqlalchemy import select

from leadbot.config import Config
from leadbot.conversations import voice
from leadbot.database.session import db
from leadbot.engines.duration import seconds
from leadbot.files import storage
from leadbot.models import Message

HOUR = 3600


def ogg(length: float) -> bytes:
    first = b"OggS\0\x02" + struct.pack("<q", 0) + b"\0" * 12 + b"\x01\x13OpusHead\x01\x01" + b"\0" * 200
    return first + b"OggS\0\x04" + struct.pack("<q", int(length * 48_000)) + b"\0" * 60


def flac(length: float) -> bytes:
    bits = (16_000 << 44) | (15 << 36) | int(length * 16_000)
    return b"fLaC\x80\0\0\x22" + b"\0" * 10 + bits.to_bytes(8, "big") + b"\0" * 100


def wav(length: float) -> bytes:
    head = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 8_000, 1, 8)
    return head + b"data\0\0\0\0" + b"\x80" * int(length * 8_000)


def mp4(length: float, *, behind: bool = True) -> bytes:
    header = struct.pack(">I4sIIIII", 108, b"mvhd", 0, 1, 1, 1_000, int(length * 1_000)) + b"\0" * 80
    moov, sound = (
        struct.pack(">I4s", 8 + len(header), b"moov") + header,
        struct.pack(">I4s", 5_008, b"mdat") + b"\1" * 5_000,
    )
    return b"\0\0\0\x18ftypM4A " + b"\0" * 12 + (sound + moov if behind else moov + sound)


def webm(length: float) -> bytes:
    info = b"\x2a\xd7\xb1\x83\x0f\x42\x40\x44\x89\x88" + struct.pack(">d", length * 1_000)
    return b"\x1a\x45\xdf\xa3" + b"\0" * 30 + b"\x15\x49\xa9\x66" + info + b"\0" * 200


def mp3(length: float) -> bytes:
    return b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x50\xc0" + b"\0" * int(length * 64_000 / 8)


def mp3_with_a_table(length: float) -> bytes:
    frames = int(length * 44_100 / 1_152)
    return b"\xff\xfb\x90\x64" + b"\0" * 32 + b"Xing\0\0\0\x01" + struct.pack(">I", frames) + b"\0" * 300


def amr(length: float) -> bytes:
    return b"#!AMR\n" + (b"\x04" + b"\0" * 12) * int(length * 50)


KINDS = (ogg, flac, wav, mp4, webm, mp3, mp3_with_a_table, amr)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("length", [4, 290, 310])
def test_a_recording_says_how_long_it_is(make, length: int) -> None:
    assert seconds(make(length)) == pytest.approx(length, rel=0.01)
    assert voice.is_long(make(length)) == (length > 300)


def test_an_mp4_for_streaming_too() -> None:
    assert seconds(mp4(42, behind=False)) == pytest.approx(42)


@over([
        b"", b"OggS", b"fLaC", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypM4A ", b"\x1a\x45\xdf\xa3", b"ID3", b"\xff\xfb",
        b"#!AMR\n",
        b"OggS\x00\x02" + b"\xff" * 300, b"\0\0\0\x18ftypM4A " + b"\0" * 400,
        b"\x1a\x45\xdf\xa3\x44\x89\x88" + b"\xff" * 8,
        b"fLaC" + b"\xff" * 60, b"\0\0\0\0ftypM4A \0\0\0\0moov", b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 40,
        b"\xff\xf1" + b"\0" * 99,
    ])  # fmt: skip
def test_what_says_nothing_is_not_guessed(audio: bytes) -> None:
    length = seconds(audio)
    assert length is None or length > 0


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(heard("Хочу дом")) as server:
        yield server


@pytest.fixture
def app(config: Config, double: OpenAIDouble) -> Iterator[Flask]:
    with house(config, double) as app:
        yield app


@pytest.mark.parametrize("make", [ogg, flac], ids=["ogg", "flac"])
def test_ten_hours_of_silence_are_kept_and_not_sent(app: Flask, double: OpenAIDouble, make, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reply = say("", audio=make(10 * HOUR) + b"\0" * 9_000_000 if make is flac else make(10 * HOUR))
    assert "5 мин" in reply.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB
    assert double.requests == []
    line = db.session.scalars(select(Message).order_by(Message.id)).first()
    assert line and line.audio_file and storage.path_of(storage.VOICE, line).is_file()


def test_the_written_words_beside_a_long_recording_are_answered(app: Flask, double: OpenAIDouble) -> None:
    assert "5 мин" not in say("Хочу дом в Алматы", audio=ogg(HOUR)).text
    assert all("/audio/" not in request.path for request in double.requests)
