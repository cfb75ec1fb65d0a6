"""When a client wants to be called, in another language than his own: «завтра после 18:00» as «ертең, 18:00-ден кейін».

Days, parts of the day and hours are understood. Words that say anything else are left as he wrote them: who reads them
half translated would call at the wrong time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"\d{1,2}(?:[:.]\d{2})?|[^\W\d_]+")
_DAYS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("сегодня бүгін бугин today", {"ru": "сегодня", "kk": "бүгін", "en": "today"}),
    ("завтра ертең ертен tomorrow", {"ru": "завтра", "kk": "ертең", "en": "tomorrow"}),
    ("послезавтра бүрсігүні", {"ru": "послезавтра", "kk": "бүрсігүні", "en": "the day after tomorrow"}),
    ("понедельник дүйсенбі monday", {"ru": "в понедельник", "kk": "дүйсенбі күні", "en": "on Monday"}),
    ("вторник сейсенбі tuesday", {"ru": "во вторник", "kk": "сейсенбі күні", "en": "on Tuesday"}),
    ("среда среду сәрсенбі wednesday", {"ru": "в среду", "kk": "сәрсенбі күні", "en": "on Wednesday"}),
    ("четверг бейсенбі thursday", {"ru": "в четверг", "kk": "бейсенбі күні", "en": "on Thursday"}),
    ("пятница пятницу жұма friday", {"ru": "в пятницу", "kk": "жұма күні", "en": "on Friday"}),
    ("суббота субботу сенбі saturday", {"ru": "в субботу", "kk": "сенбі күні", "en": "on Saturday"}),
    ("воскресенье жексенбі sunday", {"ru": "в воскресенье", "kk": "жексенбі күні", "en": "on Sunday"}),
    ("утром таңертең таңертен morning", {"ru": "утром", "kk": "таңертең", "en": "in the morning"}),
    ("днём днем күндіз afternoon", {"ru": "днём", "kk": "күндіз", "en": "in the afternoon"}),
    ("вечером кешке evening", {"ru": "вечером", "kk": "кешке", "en": "in the evening"}),
)
_NAMED = {word: texts for words, texts in _DAYS for word in words.split()}
_LUNCH = {
    "after": {"ru": "после обеда", "kk": "түстен кейін", "en": "after lunch"},
    "before": {"ru": "до обеда", "kk": "түске дейін", "en": "before lunch"},
    "at": {"ru": "в обед", "kk": "түсте", "en": "at lunchtime"},
}
_HOURS = {
    "after": {"ru": "после {0}", "kk": "{0}-{from} кейін", "en": "after {0}"},
    "before": {"ru": "до {0}", "kk": "{0}-{to} дейін", "en": "before {0}"},
    "at": {"ru": "в {0}", "kk": "{0}-{at}", "en": "at {0}"},
    "between": {"ru": "с {0} до {1}", "kk": "{0}–{1} аралығында", "en": "{0}–{1}"},
}
_MODES = {"после": "after", "after": "after", "кейін": "after", "до": "before", "before": "before", "дейін": "before",
          "с": "since", "from": "since"}  # fmt: skip
_LUNCHES = frozenset({"обеда", "обед", "түстен", "түске", "түсте", "lunch", "noon", "полудня"})
_SILENT = frozenset(
    [
        "в",
        "во",
        "к",
        "и",
        "on",
        "in",
        "at",
        "the",
        "күні",
        "сағат",
        "часов",
        "часа",
        "час",
        "ч",
        "ден",
        "дан",
        "тен",
        "тан",
        "нен",
        "нан",
        "ге",
        "га",
        "ға",
        "ке",
        "қа",
        "де",
        "да",
        "те",
        "та",
        "можно",
        "лучше",
    ]
)
_LATER = frozenset({"вечера", "дня", "pm"})  # of an hour: it is counted from noon
_EARLIER = frozenset({"утра", "am"})
_KAZAKH = frozenset(
    [
        "бүгін",
        "бугин",
        "ертең",
        "ертен",
        "бүрсігүні",
        "дүйсенбі",
        "сейсенбі",
        "сәрсенбі",
        "бейсенбі",
        "жұма",
        "сенбі",
        "жексенбі",
        "таңертең",
        "таңертен",
        "күндіз",
        "кешке",
        "кейін",
        "дейін",
        "түстен",
        "түске",
        "түсте",
        "күні",
        "сағат",
        "ден",
        "дан",
        "тен",
        "тан",
        "нен",
        "нан",
        "ге",
        "га",
        "ға",
        "ке",
        "қа",
        "де",
        "да",
        "те",
        "та",
    ]
)
# What a Kazakh numeral adds, by its last word: from, to, at.
_UNITS = {1: "ден ге де", 2: "ден ге де", 3: "тен ке те", 4: "тен ке те", 5: "тен ке те", 6: "дан ға да",
          7: "ден ге де", 8: "ден ге де", 9: "дан ға да"}  # fmt: skip
_TENS = {10: "нан ға да", 20: "дан ға да", 30: "дан ға да", 40: "тан қа та", 50: "ден ге де", 0: "ден ге де"}


@dataclass(slots=True)
class _Read:
    named: list[Mapping[str, str]] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    mode: str = "at"
    has_lunch: bool = False


def in_words(text: str, language: str) -> str:
    """The time in this language; as it was written where it is in that, or a word of it is not understood."""
    found = _read(text.lower()) if language != _language_of(text.lower()) else None
    if found is None:
        return text
    parts = [row[language] for row in found.named]
    if found.has_lunch:
        parts.append(_LUNCH["at" if found.mode == "since" else found.mode][language])
    if found.hours:
        mode = "between" if len(found.hours) == 2 else "after" if found.mode == "since" else found.mode
        endings = dict(zip(("from", "to", "at"), _endings(found.hours[0]), strict=True))
        parts.append(_HOURS[mode][language].format(*found.hours, **endings))
    return ", ".join(parts) if language == "kk" else " ".join(parts)


def _language_of(text: str) -> str:
    words = [word for word in _WORD.findall(text) if not word[0].isdigit()]
    if any(word in _KAZAKH for word in words):
        return "kk"
    return ("en" if all(word.isascii() for word in words) else "ru") if words else ""


def _read(text: str) -> _Read | None:
    """What the words say; None where one of them, or the whole, says something else."""
    found = _Read()
    for word in _WORD.findall(text):
        if word[0].isdigit():
            hour, _, minutes = word.replace(".", ":").partition(":")
            found.hours.append(f"{int(hour)}:{minutes or '00'}")
        elif word in _NAMED:
            found.named.append(_NAMED[word])
        elif word in _MODES:
            found.mode = _MODES[word] if found.mode != "since" else "since"
        elif word in _LUNCHES:
            found.has_lunch = True
        elif word in _LATER | _EARLIER and found.hours:
            found.hours[-1] = _past_noon(found.hours[-1]) if word in _LATER else found.hours[-1]
        elif word not in _SILENT:
            return None
    is_right = all(int(hour.partition(":")[0]) < 25 for hour in found.hours) and len(found.hours) < 3
    return found if is_right and (found.named or found.hours or found.has_lunch) else None


def _past_noon(hour: str) -> str:
    whole, _, minutes = hour.partition(":")
    return f"{int(whole) + 12}:{minutes}" if int(whole) < 12 else hour


def _endings(hour: str) -> list[str]:
    whole, minutes = (int(part) for part in hour.split(":"))
    number = minutes or whole
    return (_UNITS[number % 10] if number % 10 else _TENS[number]).split()
