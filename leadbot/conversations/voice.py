"""Voice messages: which are taken, and which are listened to."""

from __future__ import annotations

from leadbot.engines import duration
from leadbot.engines.audio import sniff
from leadbot.errors import Invalid, LeadbotError
from leadbot.files import storage
from leadbot.files.storage import VOICE

MOST_BYTES = 10 * 1024 * 1024
MOST_MINUTES = 5  # what is longer, as far as it says so itself, is kept and not put into words


class UnsupportedAudio(LeadbotError):
    """Not a sound file that can be played and recognised."""

    status = 415
    code = "unsupported_audio"
    text = "Unsupported audio"


def check(audio: bytes) -> None:
    """Raises Invalid for an empty file, UnsupportedAudio for one that is no sound by its first bytes."""
    if not audio:
        raise Invalid("Empty audio file", field="audio_file")
    if sniff(audio[:64]) is None:
        raise UnsupportedAudio


def is_long(audio: bytes) -> bool:
    """Does the recording say of itself that it is longer than is listened to?"""
    length = duration.seconds(audio)
    return length is not None and length > MOST_MINUTES * 60


def keep(audio: bytes) -> dict[str, str]:
    """Keep the sound; what its message says of it. Raises UnsupportedAudio."""
    kind = sniff(audio[:64])
    if kind is None:
        raise UnsupportedAudio
    return {"audio_file": storage.keep(VOICE, audio, kind.extension), "audio_type": kind.mime}
