"""Working hours in words: as a company types them, and as clients read them in Russian, Kazakh and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from leadbot.accounts.hours import Interval, days_of
from leadbot.errors import Invalid
from leadbot.texts import text_input

DAY = 1440  # minutes
INTERVALS_MOST, HOLIDAYS_MOST, HOLIDAY_DAYS_MOST, NOTE_MOST, DAY_TEXT_MOST = 6, 100, 62, 80, 200
DAYS = {
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
    "kk": ("дс", "сс", "ср", "бс", "жм", "сб", "жс"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
EVERY_DAY = {"ru": "ежедневно", "kk": "күн сайын", "en": "daily"}
ROUND_THE_CLOCK = {"ru": "круглосуточно", "kk": "тәулік бойы", "en": "around the clock"}

# Days without work in Kazakhstan that come on the same date each year: national and state holidays by articles 2 and 3
# of the law «О праздниках в Республике Казахстан» of 13.12.2001 № 267-II as in force since 01.07.2026 (the day of the
# Constitution is 15 March, no longer 30 August), and 7 January by article 84 of the Labour Code. The first day of
# Kurban Ait goes by the moon and is announced each year.
PUBLIC_HOLIDAYS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("01-01", "01-02", {"ru": "Новый год", "kk": "Жаңа жыл", "en": "New Year"}),
    ("01-07", "", {"ru": "Православное Рождество", "kk": "Православиелік Рождество", "en": "Orthodox Christmas"}),
    ("03-08", "", {"ru": "Международный женский день", "kk": "Халықаралық әйелдер күні", "en": "Women’s Day"}),
    ("03-15", "", {"ru": "День Конституции", "kk": "Конституция күні", "en": "Constitution Day"}),
    ("03-21", "03-23", {"ru": "Наурыз мейрамы", "kk": "Наурыз мейрамы", "en": "Nauryz"}),
    ("05-01", "", {"ru": "Праздник единства народа Казахстана", "kk": "Қазақстан халқының бірлігі мерекесі",
                   "en": "Unity Day"}),
    ("05-07", "", {"ru": "День защитника Отечества", "kk": "Отан қорғаушы күні", "en": "Defender’s Day"}),
    ("05-09", "", {"ru": "День Победы", "kk": "Жеңіс күні", "en": "Victory Day"}),
    ("07-06", "", {"ru": "День столицы", "kk": "Астана күні", "en": "Capital City Day"}),
    ("10-25", "", {"ru": "День Республики", "kk": "Республика күні", "en": "Republic Day"}),
    ("12-16", "", {"ru": "День Независимости", "kk": "Тәуелсіздік күні", "en": "Independence Day"}),
)  # fmt: skip

_DASH = r"\s*(?:-|–|—|−|до|дейін|to)\s*"
_TIME = r"([0-2]?\d)(?:[:.]([0-5]\d))?"
_PAIR = rf"(?:(?:с|со|from)\s+)?{_TIME}{_DASH}{_TIME}"
_PAIRS = re.compile(rf"{_PAIR}(?:(?:\s*[,;]\s*|\s+)(?:(?:и|және|and)\s+)?{_PAIR})*")
_ONE_PAIR = re.compile(_PAIR)
_NONE = {
    "",
    "-",
    "–",
    "—",
    "выходной",
    "вых",
    "нет",
    "демалыс",
    "демалыс күні",
    "жоқ",
    "day off",
    "off",
    "closed",
    "no",
}
_ALL_DAY = {"24", "24/7", "24 часа", "24 сағат", "24 hours", *ROUND_THE_CLOCK.values()}
_HOLIDAY = re.compile(
    r"(\d{1,2})[.](\d{1,2})(?:[.](\d{4}))?(?:\s*[-–—]\s*(\d{1,2})[.](\d{1,2})(?:[.](\d{4}))?)?[.,:;]?(?:\s+(.*))?",
    re.DOTALL,
)


def read_day(text: str, field: str) -> list[list[int]]:
    """The intervals of one weekday as typed: «9:00–13:00, 14–18», «круглосуточно», nothing for a day off.

    An end before its beginning lies behind midnight. Raises Invalid.
    """
    clean = " ".join(
        text_input.line(" ".join(text.split()), field, most=DAY_TEXT_MOST, required=False).casefold().split()
    )
    if clean in _NONE:
        return []
    if clean in _ALL_DAY:
        return [[0, DAY]]
    if not _PAIRS.fullmatch(clean):
        raise Invalid("Write it like this: 9:00–13:00, 14:00–18:00", field=field)
    found = sorted(_interval(pair.groups(), field) for pair in _ONE_PAIR.finditer(clean))
    if len(found) > INTERVALS_MOST:
        raise Invalid("At most %(max)s, now %(n)s", field=field, max=INTERVALS_MOST, n=len(found))
    joined: list[list[int]] = []
    for begins, ends in found:
        if joined and begins < joined[-1][1]:
            raise Invalid("The intervals overlap", field=field)
        if joined and begins == joined[-1][1]:
            joined[-1][1] = ends
        else:
            joined.append([begins, ends])
    return joined


def check_week(week: Sequence[Sequence[Sequence[int]]], fields: Sequence[str]) -> None:
    """Raises Invalid where what runs past midnight meets the work of the next day."""
    for number, day in enumerate(week):
        if not day:
            continue
        after = week[(number + 1) % 7]
        if after and day[-1][1] > DAY + after[0][0]:
            raise Invalid("The intervals overlap", field=fields[number])


def _interval(parts: tuple[str | None, ...], field: str) -> tuple[int, int]:
    begins, ends = _minutes(parts[0], parts[1], field), _minutes(parts[2], parts[3], field)
    if begins == DAY:
        begins = 0
    if ends == 0 or ends < begins:
        ends += DAY
    if begins == ends:
        raise Invalid("The start must be before the end", field=field)
    return begins, ends


def _minutes(hour: str | None, minute: str | None, field: str) -> int:
    total = int(hour or 0) * 60 + int(minute or 0)
    if total > DAY:
        raise Invalid("Write it like this: 9:00–13:00, 14:00–18:00", field=field)
    return total


def clock(minutes: int) -> str:
    """9:00; the end of a day is 24:00, what lies behind it begins anew."""
    hour, minute = divmod(minutes if minutes <= DAY else minutes - DAY, 60)
    return f"{hour}:{minute:02d}"


def day_text(intervals: Iterable[Sequence[int]]) -> str:
    """«9:00–13:00, 14:00–18:00», as a weekday's field shows it."""
    return ", ".join(f"{clock(begins)}–{clock(ends)}" for begins, ends in intervals)


def week_text(week: Sequence[Sequence[Interval]], language: str) -> str:
    """«пн–пт 9:00–13:00, 14:00–18:00, сб 10:00–15:00»; empty where no day is worked."""
    groups: dict[tuple[Interval, ...], list[int]] = {}
    for number, day in enumerate(week):
        if day:
            groups.setdefault(tuple((begins, ends) for begins, ends in day), []).append(number)
    return ", ".join(_group(days, intervals, language) for intervals, days in groups.items())


def _group(days: list[int], intervals: tuple[Interval, ...], language: str) -> str:
    is_all_day = intervals == ((0, DAY),)
    time = ROUND_THE_CLOCK[language] if is_all_day else day_text(intervals)
    if len(days) == 7:
        return time if is_all_day else f"{EVERY_DAY[language]} {time}"
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = DAYS[language]
    told = (
        names[run[0]] if len(run) == 1 else f"{names[run[0]]}{', ' if len(run) == 2 else '–'}{names[run[-1]]}"
        for run in runs
    )
    return f"{', '.join(told)} {time}"


def read_holidays(text: str, field: str) -> list[dict[str, str]]:
    """The days off as typed, one a line: «08.03 Женский день» each year, «31.12.2026» once, «01.01–02.01» several.

    A day that stands there twice is kept once. Raises Invalid with the line that can't be read.
    """
    rows: dict[str, dict[str, str]] = {}
    for line in filter(None, (each.strip() for each in text_input.message(text, field, most=20_000).split("\n"))):
        row = _holiday(line, field)
        rows.setdefault(row["day"], row)
    if len(rows) > HOLIDAYS_MOST:
        raise Invalid("At most %(max)s, now %(n)s", field=field, max=HOLIDAYS_MOST, n=len(rows))
    return sorted(rows.values(), key=lambda row: (len(row["day"]), row["day"]))


def _holiday(line: str, field: str) -> dict[str, str]:
    wrong = Invalid("Not a date: “%(line)s”. Write it like this: 08.03 or 31.12.2026", field=field, line=line[:60])
    found = _HOLIDAY.fullmatch(line)
    if not found:
        raise wrong
    day, month, year, to_day, to_month, to_year, note = found.groups()
    row = {"day": _iso(day, month, year or to_year)}
    if to_day:
        row["to"] = _iso(to_day, to_month, to_year or year)
    try:
        days = list(days_of(row))
    except ValueError:
        raise wrong from None
    if not 0 < len(days) <= HOLIDAY_DAYS_MOST:
        raise wrong
    clean = text_input.line(" ".join((note or "").split())[:NOTE_MOST], field, most=NOTE_MOST, required=False)
    return row | ({"note": clean} if clean else {})


def _iso(day: str, month: str, year: str | None) -> str:
    return f"{year}-{int(month):02d}-{int(day):02d}" if year else f"{int(month):02d}-{int(day):02d}"


def holidays_text(rows: Iterable[Mapping[str, str]]) -> str:
    """The days off as their field shows them."""
    return "\n".join(
        f"{'–'.join(_dotted(row[end]) for end in ('day', 'to') if row.get(end))} {row.get('note', '')}".rstrip()
        for row in rows
    )


def _dotted(iso: str) -> str:
    return ".".join(reversed(iso.split("-")))


def with_public_holidays(rows: Iterable[Mapping[str, str]], language: str) -> list[dict[str, str]]:
    """The days off with Kazakhstan's public holidays among them; a date that is there already stays as it is."""
    kept = {row["day"]: dict(row) for row in rows}
    for day, to, names in PUBLIC_HOLIDAYS:
        kept.setdefault(day, {"day": day, **({"to": to} if to else {}), "note": names[language]})
    return sorted(kept.values(), key=lambda row: (len(row["day"]), row["day"]))
