"""How long a recording is, as far as its headers say so: a look at a few bytes, nothing is decoded.

A compressed hour of silence is a small file and a large bill: what says that it is long is not sent on. What says
nothing (raw AAC) is bounded by its size alone.
"""

from __future__ import annotations

import struct

TAIL_BYTES = 70_000  # an Ogg page has 65,307 at most: its last one begins here or later
HEAD_BYTES = 1_000_000  # a browser's WebM and an MP4 for streaming say it at the beginning
MP4_BOXES = 64
NONSENSE_SECONDS = 7 * 86_400  # nobody speaks for a week: the header is damaged, and its size tells what it costs
_AMR = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # bytes of a frame by its mode
_AMR_WB = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6)
_MP3_SYNC = tuple(bytes([0xFF, second]) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))
_MP3_RATES = {  # kilobits a second by four bits of the header: MPEG 2 and 2.5, MPEG 1
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}


def seconds(audio: bytes) -> float | None:
    """The length in seconds that the headers claim; None where they say nothing, or nothing that makes sense."""
    try:
        found = _claimed(audio)
    except (struct.error, IndexError, KeyError, ZeroDivisionError, OverflowError):
        return None
    return found if found is not None and 0 < found < NONSENSE_SECONDS else None


def _claimed(audio: bytes) -> float | None:
    if audio[:4] == b"OggS":
        return _ogg(audio)
    if audio[:4] == b"fLaC":
        return _flac(audio)
    if audio[:4] in {b"RIFF", b"RF64"}:
        return _wav(audio)
    if audio[4:8] == b"ftyp":
        return _mp4(audio)
    if audio[:4] == b"\x1a\x45\xdf\xa3":
        return _webm(audio)
    if audio[:5] == b"#!AMR":
        return _amr(audio)
    return _mp3(audio) if audio[:3] == b"ID3" or audio[:1] == b"\xff" else None


def _ogg(audio: bytes) -> float | None:
    """The position of the last page, in samples: 48,000 a second for Opus, else as the Vorbis header says."""
    rate = 48_000
    at = audio.find(b"\x01vorbis", 0, 4_096)
    if at >= 0:
        rate = struct.unpack_from("<I", audio, at + 12)[0]
    last = audio.rfind(b"OggS", max(0, len(audio) - TAIL_BYTES))
    if last < 0:
        return None
    position: int = struct.unpack_from("<q", audio, last + 6)[0]
    return position / rate if position > 0 else None


def _flac(audio: bytes) -> float | None:
    """STREAMINFO, always the first block: 20 bits of sample rate, later 36 bits of how many samples."""
    bits = int.from_bytes(audio[18:26], "big")
    rate, samples = bits >> 44, bits & (1 << 36) - 1
    return samples / rate if samples else None


def _wav(audio: bytes) -> float | None:
    """The bytes of sound by the bytes a second."""
    at = audio.find(b"fmt ", 12, 4_096)
    per_second: int = struct.unpack_from("<I", audio, at + 16)[0]
    return len(audio) / per_second if at > 0 else None


def _mp4(audio: bytes) -> float | None:
    """`mvhd` in `moov`, which stands at the beginning or behind the sound."""
    at = 0
    for _ in range(MP4_BOXES):
        size, kind = struct.unpack_from(">I4s", audio, at)
        if kind == b"moov":
            return _movie_header(audio, audio.find(b"mvhd", at, at + size))
        if size == 1:
            size = struct.unpack_from(">Q", audio, at + 8)[0]
        if size < 8:
            return None
        at += size
    return None


def _movie_header(audio: bytes, at: int) -> float | None:
    if at < 0:
        return None
    scale, length = struct.unpack_from(">QQIQ" if audio[at + 4] else ">IIII", audio, at + 8)[2:]
    return float(length / scale)


def _webm(audio: bytes) -> float | None:
    """Duration (a float) by TimestampScale (nanoseconds, a million unless said), both in Info."""
    scale, head = 1_000_000, audio[:HEAD_BYTES]
    at = head.find(b"\x2a\xd7\xb1")
    if at >= 0:
        scale = int.from_bytes(head[at + 4 : at + 4 + (head[at + 3] & 0x7F)], "big")
    at = head.find(b"\x44\x89")
    if at < 0 or head[at + 2] not in {0x84, 0x88}:
        return None
    length: float = struct.unpack_from(">f" if head[at + 2] == 0x84 else ">d", head, at + 3)[0]
    return length * scale / 1e9


def _amr(audio: bytes) -> float | None:
    """Frames of 20 ms, all as long as the first one."""
    sizes, begins = (_AMR_WB, 9) if audio[5:8] == b"-WB" else (_AMR, 6)
    return (len(audio) - begins) / sizes[audio[begins] >> 3 & 0x0F] * 0.02


def _mp3(audio: bytes) -> float | None:
    """By the Xing or Info table of a file with a changing bit rate, else by the bit rate of its first frame."""
    begins = 10 + _synchsafe(audio[6:10]) if audio[:3] == b"ID3" else 0
    at = next((at for sync in _MP3_SYNC if (at := audio.find(sync, begins, begins + 8_192)) >= 0), -1)
    if at < 0:
        return None
    version, layer_rates = audio[at + 1] >> 3 & 3, _MP3_RATES[(audio[at + 1] >> 3 & 3) == 3]
    rate = (44_100, 48_000, 32_000)[audio[at + 2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]
    table = max(audio.find(name, at, at + 256) for name in (b"Xing", b"Info"))
    if table >= 0 and audio[table + 7] & 1:
        frames: int = struct.unpack_from(">I", audio, table + 8)[0]
        return frames * (1_152 if version == 3 else 576) / rate
    return (len(audio) - at) * 8 / (layer_rates[audio[at + 2] >> 4] * 1_000)


def _synchsafe(size: bytes) -> int:
    """A number in seven bits of each byte, as ID3 writes it."""
    return size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]
