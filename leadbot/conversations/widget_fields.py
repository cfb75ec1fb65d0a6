"""What may be set for a company's widget, field by field: how it is typed, and how it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from leadbot.errors import Invalid
from leadbot.texts import text_input
from leadbot.texts.languages import LANGUAGES

TITLE_MOST, BUBBLE_MOST, DOMAINS_MOST, DELAY_MOST_SECONDS = 60, 120, 50, 600
LIGHT, DARK = "#ffffff", "#211e1a"  # what may be written on the company's colour
READABLE = 4.5  # WCAG 2.2, 1.4.3
OFFSET, OFFSET_MOST = 20, 400  # pixels from the edges of the window
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,58})[a-z0-9]")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?:{LABEL}\.)*{LABEL}(?::[0-9]{{1,5}})?")


def contrast(one: str, other: str) -> float:
    """How well two colours (#rrggbb) are told apart: 1 to 21, as WCAG counts it."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _color(value: object) -> str:
    text = str(value).strip().lower()
    if not text:
        return ""
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise Invalid("A colour as #0b6b73", field="color")
    if max(contrast(text, LIGHT), contrast(text, DARK)) < READABLE:
        raise Invalid("Text on this colour can’t be read. Choose a darker or a lighter one", field="color")
    return text


def _position(value: object) -> str:
    if value not in ("right", "left"):
        raise Invalid("Choose right or left", field="position")
    return str(value)


def _language(value: object) -> str:
    if value not in ("", *LANGUAGES):
        raise Invalid("Choose ru, kk or en", field="widget_language")
    return str(value)


def _texts(field: str, most: int) -> Callable[[object], dict[str, str]]:
    def check(value: object) -> dict[str, str]:
        given = value if isinstance(value, dict) else {}
        cleaned = {
            key: text_input.line(given.get(key, ""), f"{field}_{key}", most=most, required=False) for key in LANGUAGES
        }
        return {key: text for key, text in cleaned.items() if text}

    return check


def _delay(value: object) -> int:
    text = str(value or 0).strip()
    if not text.isdecimal() or len(text) > 4 or int(text) > DELAY_MOST_SECONDS:
        raise Invalid("A whole number of seconds from 0 to %(max)s", field="delay_seconds", max=DELAY_MOST_SECONDS)
    return int(text)


def _domains(value: object) -> list[str]:
    """Sites as people write them, one a line or apart by commas: with a scheme, a path, capitals, in Cyrillic."""
    words = [word for word in re.split(r"[\s,;]+", str(value)) if word]
    if len(words) > DOMAINS_MOST:
        raise Invalid("At most %(max)s sites", field="domains", max=DOMAINS_MOST)
    return list(dict.fromkeys(_domain(word) for word in words))


def _domain(word: str) -> str:
    wrong = Invalid("Enter a site address, for example stroykz.kz", field="domains")
    try:
        parts = urlsplit(word if "://" in word else f"//{word}")
        name = (parts.hostname or "").rstrip(".").encode("idna").decode().lower()
        host = f"{name}:{parts.port}" if parts.port else name
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("", "http", "https") or parts.username is not None or not HOST.fullmatch(host):
        raise wrong
    return host


def slug(value: object) -> str:
    text = str(value).strip().lower()
    if not SLUG.fullmatch(text):
        raise Invalid("Small Latin letters, figures and hyphens, 3 to 60", field="slug")
    return text


def _privacy_url(value: object) -> str:
    text = text_input.line(value, "privacy_url", most=300, required=False)
    if text and not re.fullmatch(r"https?://[^\s\"'<>]+", text):
        raise Invalid("The address of the page must begin with https://", field="privacy_url")
    return text


def _offset(field: str) -> Callable[[object], int]:
    def check(value: object) -> int:
        text = str(OFFSET if value in (None, "") else value).strip()
        if not text.isdecimal() or len(text) > 4 or int(text) > OFFSET_MOST:
            raise Invalid("A whole number of pixels from 0 to %(max)s", field=field, max=OFFSET_MOST)
        return int(text)

    return check


def _whatsapp(value: object) -> str:
    """A number as WhatsApp's links have it: digits with the country."""
    text = text_input.line(value, "whatsapp", most=40, required=False)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "KZ")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid("A phone number as +7 701 000 00 00", field="whatsapp")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def _telegram(value: object) -> str:
    """A name in Telegram, however it is written: @name, t.me/name, https://t.me/name."""
    text = text_input.line(value, "telegram", most=60, required=False)
    name = re.sub(r"^(?:https?://)?(?:t\.me/|@)", "", text).rstrip("/")
    if name and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", name):
        raise Invalid("A name in Telegram as @stroydom", field="telegram")
    return name


CHECKS: dict[str, Callable[[object], Any]] = {
    "color": _color,
    "position": _position,
    "language": _language,
    "title": _texts("title", TITLE_MOST),
    "bubble": _texts("bubble", BUBBLE_MOST),
    "delay_seconds": _delay,
    "domains": _domains,
    "privacy_url": _privacy_url,
    "offset_x": _offset("offset_x"),
    "offset_y": _offset("offset_y"),
    "hides_closed": bool,
    "has_sound": bool,
    "whatsapp": _whatsapp,
    "telegram": _telegram,
}
