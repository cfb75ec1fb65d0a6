"""What is sent beside words: whether there is room for it; voice messages, which are taken and which listened to."""

from __future__ import annotations

from leadbot.accounts.limits import Limit
from leadbot.database import tenancy
from leadbot.engines import duration
from leadbot.engines.audio import has_picture, sniff
from leadbot.errors import Invalid, LeadbotError, NoRoom
from leadbot.files import storage
from leadbot.files.storage import VOICE

MOST_BYTES = 10 * 1024 * 1024
KILOBYTES = Limit("kept kilobytes", "500000 per hour")  # of one company's clients, whatever the door
KILOBYTES_DAY = Limit("kept kilobytes day", "2000000 per day")
MOST_MINUTES = 5  # what is longer, as far as it says so itself, is kept and not put into words


class UnsupportedAudio(LeadbotError):
    """Not a sound file that can be played and recognised."""

    status = 415
    code = "unsupported_audio"
    text = "Unsupported audio"


class UnsupportedVideo(LeadbotError):
    """A film: nobody would hear what it is about, and it is too heavy for a chat."""

    status = 415
    code = "unsupported_video"
    text = "Videos can’t be sent here. Send a photo, or say it in a voice message"


def check_room(*sent: bytes | None) -> None:
    """Count what somebody sends to the company. Raises NoRoom where its clients have sent so much lately that the disk
    would soon be full for all, or where it is."""
    storage.check_room()
    kilobytes = sum(-(-len(data) // 1024) for data in sent if data)
    within = [limit.takes(str(tenancy.acting_for()), amount=kilobytes) for limit in (KILOBYTES, KILOBYTES_DAY)]
    if not all(within):
        raise NoRoom


def check(audio: bytes) -> None:
    """Raises Invalid for an empty file, UnsupportedAudio for one that is no sound by its first bytes."""
    if not audio:
        raise Invalid("Empty audio file", field="audio_file")
    if sniff(audio[:64]) is None:
        raise UnsupportedAudio


def check_is_sound(data: bytes) -> None:
    """Raises UnsupportedVideo for a film, which comes in the same boxes as sound, Invalid for what is too large."""
    if len(data) > MOST_BYTES:
        raise Invalid("The file is larger than %(max)s MB", field="file", max=MOST_BYTES // 1024 // 1024)
    if has_picture(data):
        raise UnsupportedVideo


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
