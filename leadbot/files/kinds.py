"""Photos and documents that clients send: which are taken, what is left of them, and which a browser draws.

A photo is drawn anew, so that nothing goes with it but what it shows: a phone writes where it was taken, when, by what.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from leadbot.errors import Invalid, LeadbotError
from leadbot.files import storage
from leadbot.files.storage import FILES
from leadbot.models import Message

MOST_BYTES = 16 * 1024 * 1024
MOST_MEGABYTES = MOST_BYTES // 1024 // 1024
MOST_SIDE = 2560  # pixels: all that a plan needs to be read
# What is drawn at once; a photo of more is read at a fraction of its size, which JPEG can and the others can't.
MOST_PIXELS = 40_000_000
MOST_PIXELS_OF_PHOTO = 200_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS_OF_PHOTO  # Pillow itself refuses what has twice as many


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file by its extension and MIME type; `is_shown`: browsers draw it as a picture."""

    extension: str
    mime: str
    is_shown: bool = True


PDF = FileType("pdf", "application/pdf", is_shown=False)
SIGNS = (
    (b"\xff\xd8\xff", FileType("jpg", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", FileType("png", "image/png")),
    (b"GIF87a", FileType("gif", "image/gif")),
    (b"GIF89a", FileType("gif", "image/gif")),
    (b"%PDF-", PDF),
)
WEBP = FileType("webp", "image/webp")
HEIC = FileType("heic", "image/heic", is_shown=False)  # of messages that came before it was refused
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")  # ISO 23008-12; iPhones send these


class UnsupportedFile(LeadbotError):
    """Neither a photo nor a PDF by its first bytes."""

    status = 415
    code = "unsupported_file"
    text = "This file type won’t do. Allowed: %(types)s"

    def __init__(self) -> None:
        super().__init__(types="JPEG, PNG, WebP, PDF")


class UndrawablePhoto(LeadbotError):
    """A photo in Apple's format, which neither most browsers nor we can draw."""

    status = 415
    code = "undrawable_photo"
    text = "This photo is in the HEIC format, which does not open here. Send it as JPEG, or a screenshot of it"


class BrokenPhoto(LeadbotError):
    """It begins as a photo and ends as none, or is larger than any."""

    status = 415
    code = "broken_photo"
    text = "This photo can’t be opened. Send another, or a screenshot of it"


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
    kind = sniff(data)
    if kind is None:
        raise UnsupportedFile
    if kind is HEIC:
        raise UndrawablePhoto


def clean(data: bytes) -> bytes:
    """The file as it is kept: a photo drawn anew, upright, with no word of where it was taken and by what.

    Raises what `check` does, BrokenPhoto. What only calls itself a photo is left as it is: nobody can draw it.
    """
    check(data)
    if sniff(data) is PDF:
        return data
    try:
        with Image.open(io.BytesIO(data)) as photo:
            return _drawn(photo)
    except UnidentifiedImageError:
        return data
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # Pillow's words for what it can't read
        raise BrokenPhoto from None


def _drawn(photo: Image.Image) -> bytes:
    is_jpeg = photo.format == "JPEG"
    width, height = photo.size
    if width * height > (MOST_PIXELS_OF_PHOTO if is_jpeg else MOST_PIXELS):
        raise BrokenPhoto
    if is_jpeg:
        photo.draft("RGB", (MOST_SIDE, MOST_SIDE))
    upright = ImageOps.exif_transpose(photo)
    upright.thumbnail((MOST_SIDE, MOST_SIDE))
    drawn = io.BytesIO()
    if is_jpeg or (photo.format == "WEBP" and not upright.has_transparency_data):
        kept, kind = upright.convert("RGB"), "JPEG"
    else:
        kept, kind = upright.convert("RGBA" if upright.has_transparency_data else "RGB"), "PNG"
    kept.info.clear()  # comments would come along
    kept.save(drawn, kind, quality=85)
    return drawn.getvalue()


def keep(data: bytes) -> dict[str, str]:
    """Keep the file; what its message says of it. Raises UnsupportedFile."""
    kind = sniff(data)
    if kind is None:
        raise UnsupportedFile
    return {"file_name": storage.keep(FILES, data, kind.extension), "file_type": kind.mime}


def is_shown(message: Message) -> bool:
    """The file is a picture that browsers draw; others are downloaded."""
    return message.file_type is not None and message.file_type not in {PDF.mime, HEIC.mime}
