"""How dates, phones, areas and money read in Russian, Kazakh and English; zone and language are given."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from flask_babel import gettext as _
from flask_babel import ngettext

from leadbot.texts import phrases

NBSP = "\u00a0"
_BEFORE_UNIT = re.compile(r"(?<=\d)\s+(?=\S)")
# What "out of" adds to a Kazakh numeral: it follows the last word that is spoken. By how many noughts it ends with.
_OUT_OF = (
    ("", "ден", "ден", "тен", "тен", "тен", "дан", "ден", "ден", "дан"),
    ("", "нан", "дан", "дан", "тан", "ден", "тан", "тен", "нен", "нан"),
)


def local(moment: datetime, zone: str) -> datetime:
    """The moment by the clock of a zone; a moment without one is UTC, as it is stored."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone))


def day(moment: datetime, zone: str) -> str:
    """23.11.2026"""
    return f"{local(moment, zone):%d.%m.%Y}"


def clock(moment: datetime, zone: str) -> str:
    """15:30"""
    return f"{local(moment, zone):%H:%M}"


def day_and_clock(moment: datetime, zone: str) -> str:
    """23.11.2026, 15:30"""
    return f"{local(moment, zone):%d.%m.%Y, %H:%M}"


def age(moment: datetime, now: datetime, zone: str) -> str:
    """How long ago, short enough for a card: 4 min, 2 h, yesterday, 3 days, then the date."""
    then, here = local(moment, zone), local(now, zone)
    minutes = int((here - then) / timedelta(minutes=1))
    if minutes < 1:
        return str(_("just now"))
    if minutes < 60:
        return _held(_("%(n)s min", n=minutes))
    days = (here.date() - then.date()).days
    if days == 0:
        return _held(_("%(n)s h", n=minutes // 60))
    if days == 1:
        return str(_("yesterday"))
    if days < 7:
        return _held(ngettext("%(num)s day", "%(num)s days", days))
    return _short_date(then.date(), here.date())


def _held(words: str) -> str:
    """Words that stay on one line."""
    return words.replace(" ", NBSP)


def _short_date(then: date, today: date) -> str:
    return f"{then:%d.%m}" if then.year == today.year else f"{then:%d.%m.%Y}"


def phone(stored: str) -> str:
    """A number in groups that stay together: 8 776 877 66 37 for Kazakhstan, +996 555 123 456 for others."""
    if re.fullmatch(r"8\d{10}", stored):
        groups = stored[0], stored[1:4], stored[4:7], stored[7:9], stored[9:]
        return NBSP.join(groups)
    try:
        number = phonenumbers.parse(stored)
    except phonenumbers.NumberParseException:
        return stored
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return re.sub(r"[^\d+]+", NBSP, shown)


def money(tenge: int, language: str) -> str:
    """1 250 000 ₸, in English 1,250,000 ₸. By hand: CLDR puts kopecks and the letters KZT."""
    return f"{number(tenge, language, at_least=0)}{NBSP}₸"


def number(value: int, language: str, *, at_least: int = 10_000) -> str:
    """Thousands in groups; four digits stay together unless `at_least` says otherwise."""
    if abs(value) < at_least:
        return str(value)
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", NBSP)


def part_of(part: int, whole: int, language: str) -> str:
    """5 из 7; in Kazakh 7-ден 5, where the ending follows the numeral as it is spoken."""
    of = number(whole, language)
    return str(_("%(part)s of %(whole)s", part=number(part, language), whole=_out_of(whole, of, language)))


def _out_of(whole: int, written: str, language: str) -> str:
    if language != "kk":
        return written
    digits = str(whole)
    noughts = len(digits) - len(digits.rstrip("0")) if whole else 0
    ending = (
        "ден" if noughts == 2 or not whole else "нан" if noughts > 2 else _OUT_OF[noughts][int(digits[-1 - noughts])]
    )
    return f"{written}-{ending}"


def percent(share: float, language: str, digits: int = 1) -> str:
    """0,004 as 0,4 % (ru, kk) or 0.4% (en)."""
    text = f"{100 * share:.{digits}f}"
    return f"{text}%" if language == "en" else f"{text.replace('.', ',')}{NBSP}%"


def area(stored: str, language: str) -> str:
    """The area as the reader's language writes it, held together: 78,5 м², 78.5 m², 10 сотық."""
    return _BEFORE_UNIT.sub(NBSP, phrases.measure(stored, language))


def lead_number(lead_id: int, language: str) -> str:
    """№ 128, in English #128."""
    return f"#{lead_id}" if language == "en" else f"№{NBSP}{lead_id}"
