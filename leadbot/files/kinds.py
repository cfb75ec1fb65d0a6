"""Photos and documents that clients send: which are taken, and which a browser draws."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.errors import Invalid, LeadbotError
from leadbot.files import storage
from leadbot.files.storage import FILES
from leadbot.models import Message

MOST_BYTES = 10 * 1024 * 1024
MOST_MEGABYTES = MOST_BYTES // 1024 // 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file by its extension and MIME type; `is_shown`: browsers draw it as a picture."""

    extension: str
    mime: str
    is_shown: bool = True


PDF = FileType("pdf", "application/pdf", is_shown=False)
HEIC = FileType("heic", "image/heic", is_shown=False)
SIGNS = (
    (b"\xff\xd8\xff", FileType("jpg", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", FileType("png", "image/png")),
    (b"GIF87a", FileType("gif", "image/gif")),
    (b"GIF89a", FileType("gif", "image/gif")),
    (b"%PDF-", PDF),
)
WEBP = FileType("webp", "image/webp")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")  # ISO 23008-12; iPhones send these


class UnsupportedFile(LeadbotError):
    """Neither a photo nor a PDF by its first bytes."""

    status = 415
    code = "unsupported_file"
    text = "This file type won’t do. Allowed: %(types)s"

    def __init__(self) -> None:
        super().__init__(types="JPEG, PNG, WebP, HEIC, PDF")


def sniff(data: bytes) -> FileType | None:
    """What a file is by its first bytes; its name and what the sender calls it are never believed."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        return HEIC
    return next((kind for sign, kind in SIGNS if data.startswith(sign)), None)


def check(data: bytes) -> None:
    """Raises Invalid for an empty file, UnsupportedFile for one that is no photo or PDF, Invalid for one too large."""
    if not data:
        raise Invalid("Empty file", field="file")
    if len(data) > MOST_BYTES:
        raise Invalid("The file is larger than %(max)s MB", field="file", max=MOST_MEGABYTES)
    if sniff(data) is None:
        raise UnsupportedFile


def keep(data: bytes) -> dict[str, str]:
    """Keep the file; what its message says of it. Raises UnsupportedFile."""
    kind = sniff(data)
    if kind is None:
        raise UnsupportedFile
    return {"file_name": storage.keep(FILES, data, kind.extension), "file_type": kind.mime}


def is_shown(message: Message) -> bool:
    """The file is a picture that browsers draw; others are downloaded."""
    return message.file_type is not None and message.file_type not in {PDF.mime, HEIC.mime}
