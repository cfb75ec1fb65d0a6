"""What kind of sound a file is, by its first bytes: a client's file name and content type are never believed."""

from __future__ import annotations

import re
from dataclasses import dataclass

WEBM_HEAD_BYTES = 64 * 1024  # where the tracks are named, before anything is heard
HEAD_BYTES = 64  # so much of a file is enough for sniff()


@dataclass(frozen=True, slots=True)
class AudioType:
    """A sound format by its file extension and MIME type."""

    extension: str
    mime: str


OGG = AudioType("ogg", "audio/ogg")
MP3 = AudioType("mp3", "audio/mpeg")
WAV = AudioType("wav", "audio/wav")
M4A = AudioType("m4a", "audio/mp4")
WEBM = AudioType("webm", "audio/webm")
FLAC = AudioType("flac", "audio/flac")
AMR = AudioType("amr", "audio/amr")
AAC = AudioType("aac", "audio/aac")

# ISO BMFF brands that are sound or may hold nothing but sound; a photo (heic, avif) begins with the same box.
MP4_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash", b"3gp", b"MSNV")


def sniff(head: bytes) -> AudioType | None:
    """The sound format that begins with `head` (HEAD_BYTES of a file), or None for anything else."""
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"fLaC"):
        return FLAC
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return WAV
    if head[4:8] == b"ftyp" and head[8:12].startswith(MP4_BRANDS):
        return M4A
    if head.startswith(b"\x1a\x45\xdf\xa3"):  # EBML, of which browsers record WebM
        return WEBM
    if head.startswith(b"#!AMR"):
        return AMR
    return _mpeg(head)


def has_picture(data: bytes) -> bool:
    """Is it a film? In MP4 and QuickTime a track says so in its handler box (ISO 14496-12, 8.4.3), in WebM by its type
    (track 0x83: 1 is video); AVI always is."""
    if data[4:8] == b"ftyp":
        return any(data[found.end() + 8 : found.end() + 12] == b"vide" for found in re.finditer(b"hdlr", data))
    if data[8:12] == b"AVI ":
        return True
    return data.startswith(b"\x1a\x45\xdf\xa3") and b"\x83\x81\x01" in data[:WEBM_HEAD_BYTES]


def _mpeg(head: bytes) -> AudioType | None:
    """MP3, with or without an ID3 tag, and raw AAC: frames that begin with eleven set bits (ISO 11172-3, 13818-7)."""
    if head.startswith(b"ID3"):
        return MP3
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer, version = head[1] >> 1 & 3, head[1] >> 3 & 3
    if layer == 0:  # ADTS: the layer bits are 0, all twelve sync bits are set
        return AAC if head[1] & 0xF6 == 0xF0 else None
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    is_frame = layer == 1 and version != 1 and bit_rate not in {0, 15} and sample_rate != 3
    return MP3 if is_frame else None
