"""Photos that clients send: nothing is kept but what they show."""

from __future__ import annotations

import io

import pytest
from collecting import over
from flask import Flask
from PIL import Image, PngImagePlugin
from visiting import Visitor

from leadbot.files import kinds

SECRET = b"SM-A525F"


def photo(kind: str, size: tuple[int, int] = (300, 200)) -> bytes:
    """A picture, red on its left, that says which phone took it, and where, and that it lies on its side."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = SECRET.decode(), 6
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (43.0, 15.0, 1.0)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    more = {
        "JPEG": {"exif": exif, "comment": SECRET},
        "PNG": {"exif": exif, "pnginfo": notes},
        "WEBP": {"exif": exif, "xmp": b"<x>" + SECRET + b"</x>"},
        "GIF": {"comment": SECRET},
    }[kind]
    drawn = io.BytesIO()
    picture.save(drawn, kind, **more)
    return drawn.getvalue()


@over(["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_is_kept_of_where_and_by_what(kind: str) -> None:
    sent = photo(kind)
    assert SECRET in sent
    kept = kinds.clean(sent)
    assert SECRET not in kept and b"Exif" not in kept and b"GPS" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert not dict(drawn.getexif()) and "comment" not in drawn.info


@over(["JPEG", "PNG", "WEBP"])
def test_a_photo_that_lies_is_kept_upright(kind: str) -> None:
    with Image.open(io.BytesIO(kinds.clean(photo(kind)))) as drawn:
        assert drawn.size == (200, 300)
        top, bottom = (drawn.convert("RGB").getpixel((100, at)) for at in (30, 270))
        assert top[0] > 200 > bottom[0] and bottom[2] > 200


def test_a_photo_of_a_good_phone_is_made_smaller() -> None:
    large = photo("JPEG", (8000, 6000))
    with Image.open(io.BytesIO(kinds.clean(large))) as drawn:
        assert max(drawn.size) == kinds.MOST_SIDE


@over(["PNG", "GIF", "WEBP"])
def test_a_picture_larger_than_any_is_refused(kind: str) -> None:
    drawn = io.BytesIO()
    Image.new("L", (8000, 8000)).save(drawn, kind)
    with pytest.raises(kinds.BrokenPhoto):
        kinds.clean(drawn.getvalue())


def test_a_photo_cut_in_the_middle_is_refused() -> None:
    sent = photo("JPEG", (3000, 2000))
    with pytest.raises(kinds.BrokenPhoto):
        kinds.clean(sent[: len(sent) // 2])


def test_see_through_pictures_stay_so() -> None:
    drawn = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(drawn, "PNG")
    with Image.open(io.BytesIO(kinds.clean(drawn.getvalue()))) as kept:
        assert kept.getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_what_nobody_can_open_is_told_plainly(app: Flask, key: str, brand: bytes) -> None:
    data = b"\x00\x00\x00\x18ftyp" + brand + b"\0" * 200
    answer = Visitor(app, key).say("", file=(io.BytesIO(data), "IMG_1.HEIC"))
    assert answer.status_code == 415 and "JPEG" in answer.text


def box(kind: bytes, inside: bytes) -> bytes:
    return (len(inside) + 8).to_bytes(4, "big") + kind + inside


def film(handler: bytes, brand: bytes = b"isom") -> bytes:
    head = box(b"ftyp", brand + b"\0\0\2\0isomiso2mp41")
    return head + box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13))))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (film(b"vide") + b"\0" * 100, 415),
        (film(b"soun") + b"\0" * 100, 200),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 40 + b"\x83\x81\x01" + b"\0" * 40, 415),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 40 + b"\x83\x81\x02" + b"\0" * 40, 200),
    ],
)
def test_a_film_is_no_voice_message(app: Flask, key: str, data: bytes, status: int) -> None:
    assert Visitor(app, key).say("", file=(io.BytesIO(data), "v.mp4")).status_code == status


def test_a_film_of_any_kind_is_called_one(app: Flask, key: str) -> None:
    for data in (
        film(b"vide", b"qt  "),
        film(b"vide", b"M4V "),
        film(b"vide", b"avc1"),
        b"RIFF\0\0\0\0AVI LIST" + b"\0" * 99,
    ):
        answer = Visitor(app, key).say("", file=(io.BytesIO(data), "IMG_1.MOV"))
        assert answer.status_code == 415 and "Видео" in answer.text, answer.text


def test_the_same_photo_sent_again_is_taken_once(app: Flask, key: str) -> None:
    visitor = Visitor(app, key)
    answers = [visitor.say("", file=(io.BytesIO(photo("JPEG")), "1.jpg"), message_id="p1") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert visitor.lines().text.count('data-file="image"') == 1
