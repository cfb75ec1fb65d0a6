"""A recording becomes text, or an honest error; what is a recording is said by its bytes alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from collecting import over
from doubles import OpenAIDouble
from doubles.model import FAULTS, heard
from doubles.server import Answer

from leadbot.engines import build_engine, build_speech
from leadbot.engines.audio import HEAD_BYTES, sniff
from leadbot.engines.fallback import Fallback
from leadbot.engines.openai import Access
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.speech import NoSpeech, OpenAISpeech, SpeechError, SpeechUnavailable

OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200


@pytest.fixture
def server() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(heard("  Хочу построить дом в Алматы ")) as double:
        yield double


def speech_on(server: OpenAIDouble, timeout_seconds: float = 9) -> OpenAISpeech:
    return OpenAISpeech(Access("key", server.base_url, timeout_seconds), "whisper-1")


@over(
    [
        (OGG, "ogg"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "mp3"),
        (b"\xff\xfb\x90\x64\x00", "mp3"),
        (b"\xff\xf3\x40\xc4\x00", "mp3"),
        (b"\xff\xf1\x50\x80\x02", "aac"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "wav"),
        (b"\x00\x00\x00\x1cftypM4A \x00\x00", "m4a"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", "m4a"),
        (b"\x00\x00\x00\x18ftyp3gp4\x00\x00", "m4a"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86", "webm"),
        (b"fLaC\x00\x00\x00\x22", "flac"),
        (b"#!AMR\n\x3c", "amr"),
    ]
)
def test_a_sound_is_known_by_its_first_bytes(head: bytes, extension: str) -> None:
    kind = sniff(head[:HEAD_BYTES])
    assert kind is not None
    assert kind.extension == extension
    assert kind.mime.startswith("audio/")


@over([
        b"", b"O", b"Ogg", b"\x89PNG\r\n\x1a\n", b"MZ\x90\x00\x03", b"<html><body>", b"<svg xmlns=", b"PK\x03\x04",
        b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\xff\xfe<\x00h\x00", b"\xff\xff\xff\xff", b"RIFF\x24\x08\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic\x00\x00", b"\x00\x00\x00\x18ftypavif\x00", b"%PDF-1.7", b"\x00" * 64,
        "Привет".encode(), b"GIF89a", b"\x1f\x8b\x08\x00", b"RIFF",
    ])  # fmt: skip
def test_anything_else_is_no_sound(head: bytes) -> None:
    assert sniff(head) is None


def test_a_recording_is_put_into_words(server: OpenAIDouble) -> None:
    assert speech_on(server).transcribe(OGG, "kk") == "Хочу построить дом в Алматы"
    sent = server.requests[0]
    assert sent.path == "/v1/audio/transcriptions"
    assert b'filename="voice.ogg"' in sent.body and b"audio/ogg" in sent.body
    assert OGG in sent.body and b"whisper-1" in sent.body
    assert b'name="language"\r\n\r\nkk' in sent.body


def test_without_a_hint_no_language_is_sent(server: OpenAIDouble) -> None:
    speech_on(server).transcribe(OGG)
    assert b'name="language"' not in server.requests[0].body


def test_what_is_no_sound_is_not_sent(server: OpenAIDouble) -> None:
    with pytest.raises(SpeechError):
        speech_on(server).transcribe(b"\x89PNG\r\n\x1a\n")
    assert server.requests == []


FAULTY = (
    "hang", "drip", "drip_from_the_first_byte", "drop", "cut_body", "not_json", "half_json", "null", "http_400",
    "http_401", "http_429", "http_500", "redirect",
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY)
def test_every_fault_is_a_speech_error_in_time(server: OpenAIDouble, fault: str) -> None:
    server.usually = FAULTS[fault]
    started = time.monotonic()
    with pytest.raises(SpeechError):
        speech_on(server, 0.5).transcribe(OGG)
    assert time.monotonic() - started < 6
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "  "}, {"text": None}, {"text": ["а"]}, {}, [], "текст"])
def test_an_answer_without_words_is_an_error(server: OpenAIDouble, body: object) -> None:
    server.usually = Answer(body=body)
    with pytest.raises(SpeechError):
        speech_on(server).transcribe(OGG)


def test_an_endless_transcript_is_cut(server: OpenAIDouble) -> None:
    server.usually = heard("слово " * 2000)
    assert len(speech_on(server).transcribe(OGG)) == 4096


def test_no_more_time_is_taken_than_is_left(server: OpenAIDouble) -> None:
    server.usually = FAULTS["hang"]
    started = time.monotonic()
    with pytest.raises(SpeechError):
        speech_on(server, 9).transcribe(OGG, seconds_left=0.4)
    assert time.monotonic() - started < 6
    with pytest.raises(SpeechError):
        speech_on(server, 9).transcribe(OGG, seconds_left=-1)


def test_nobody_listens_without_a_key() -> None:
    with pytest.raises(SpeechUnavailable):
        NoSpeech().transcribe(OGG)


# --- which engine, which ears -----------------------------------------------------------------------------------------


@dataclass
class Settings:
    """As much of the configuration as the engines read."""

    openai_api_key: str | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-4o-mini"
    openai_transcribe_model: str = "whisper-1"
    openai_timeout_seconds: float = 9.0


@over([Settings(), Settings(openai_base_url="http://127.0.0.1:1/v1")])
def test_without_a_key_all_is_embedded(settings: Settings) -> None:
    assert isinstance(build_engine(settings), Rules)
    assert isinstance(build_speech(settings), NoSpeech)


def test_with_a_key_the_model_leads_and_the_embedded_engine_stands_behind(server: OpenAIDouble) -> None:
    settings = Settings(openai_api_key="key", openai_base_url=server.base_url)
    engine = build_engine(settings)
    assert isinstance(engine, Fallback)
    assert engine.needs_network
    assert build_speech(settings).transcribe(OGG) == "Хочу построить дом в Алматы"


def test_without_a_key_the_library_is_never_loaded() -> None:
    program = """
import sys
from types import SimpleNamespace
import leadbot.engines
assert "leadbot.engines.rules" not in sys.modules
settings = SimpleNamespace(openai_api_key=None)
leadbot.engines.build_engine(settings), leadbot.engines.build_speech(settings)
assert not {"openai", "httpx2", "urllib3"} & set(sys.modules), "loaded without need"
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
