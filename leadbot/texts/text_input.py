"""The gate every string from outside passes: what is refused, what is cleaned, how long it may be (in code points)."""

from __future__ import annotations

import re
import unicodedata

from leadbot.errors import Invalid

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAKS = re.compile("[\n\t\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What shows as nothing: zero-width marks, joiners, the soft hyphen, blank Hangul and Braille letters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028\u2029\u2060-\u206f\u2800\u3164\ufeff\uffa0]"
)
# What mail programs make a link of: a scheme, www, or a name below a country or one of the common domains.
_COMMON = "com|net|org|info|biz|online|site|shop|store|top|xyz|app|dev|pro|club|link|click|live|space|website|page"
_ADDRESS = re.compile(
    rf"://|\bwww[.。．]|[^\W_][\w-]*[.。．](?:[a-z]{{2}}|xn--[a-z0-9-]+|{_COMMON}|example|рф|қаз|рус|сайт|онлайн)(?![\w.-]*\w)",
    re.IGNORECASE,
)

# What many firms of the country are called: «Sarai.kz», and nothing else.
_BRAND = re.compile(r"(?:(?:ТОО|ИП|ЖШС|LLP) )?[«\"]?[^\W_][\w-]*\.kz[»\"]?", re.IGNORECASE)


def line(value: object, field: str, *, most: int, required: bool = True) -> str:
    """One line of text: NFC, trimmed, no controls, no marks that turn the reading direction. Raises Invalid."""
    text = _text(value, field).strip(" \t")  # a tab comes along with what is copied from a sheet
    if _CONTROLS.search(text) or _BREAKS.search(text):
        raise Invalid("Must be one line without control characters", field=field)
    text = _BIDI.sub("", unicodedata.normalize("NFC", text)).strip()
    if required and not is_visible(text):
        raise Invalid("Fill in this field", field=field)
    if len(text) > most:
        raise Invalid("At most %(max)s characters, now %(n)s", field=field, max=most, n=len(text))
    return text


def message(value: object, field: str, *, most: int) -> str:
    """A message of a client: any script, several lines; controls are dropped, an empty one is refused."""
    text = _text(value, field).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", unicodedata.normalize("NFC", text))
    if len(text) > most:
        raise Invalid("Message is too long", field=field)
    return text.strip() if is_visible(text) else ""


def tidied(value: object, *, most: int) -> str:
    """One line out of whatever a stranger's program sent: what can't stand in it is left out, nothing is refused."""
    text = value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
    text = _BIDI.sub("", _CONTROLS.sub("", _BREAKS.sub(" ", unicodedata.normalize("NFC", text))))
    return text.strip()[:most]


def name_of(value: object, field: str, *, most: int, required: bool = True) -> str:
    """What somebody or something is called, one line: it stands in letters to people who know neither, so that no
    address of a site may be in it, unless it is the whole name. Raises Invalid."""
    text = line(value, field, most=most, required=required)
    if not _BRAND.fullmatch(text) and _ADDRESS.search(unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))):
        raise Invalid("Write the name without the address of a site", field=field)
    return text


def is_visible(text: str) -> bool:
    """Something a person can see is in it."""
    return bool(_INVISIBLE.sub("", text).strip())


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid("Must be text", field=field)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("Not valid text", field=field) from None
    return value
