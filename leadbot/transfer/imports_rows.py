"""The rows of a file of leads: turned into leads, and told apart from those that are on the board."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.engines.rules.reading import phone_line
from leadbot.errors import Invalid
from leadbot.leads import editing, registration, tasks
from leadbot.models import Lead, LeadStatus, LostReason, Source
from leadbot.texts import formats, text_input
from leadbot.texts.folding import fold
from leadbot.transfer import exports, imports_file, sheets

FIELDS = (
    "created_at",
    "status",
    "lost_reason",
    "name",
    "phone",
    "city",
    "object_type",
    "area",
    "summary",
    "language",
    "source",
    "assignee",
    "notes",
    "call_at",
    "call_about",
)
MOST_ROWS = 100_000
# What else people call these columns.
ALSO = {
    "phone": (
        "тел", "тел.", "номер телефона", "мобильный", "мобильный телефон", "контактный телефон", "телефон нөмірі",
        "телефоны", "ұялы телефон", "phone number", "mobile",
    ),
    "name": ("фио", "ф.и.о.", "клиент", "имя клиента", "контакт", "аты", "аты-жөні", "client", "full name", "contact"),
    "created_at": ("дата", "дата создания", "создано", "күні", "date", "created at"),
    "status": ("статус", "статусы", "status"),
    "city": ("населённый пункт", "қала", "town"),
    "object_type": ("тип объекта", "нысан", "object type"),
    "area": ("площадь, м2", "м2", "аудан", "area, m2"),
    "summary": ("описание", "сипаттама", "description"),
    "notes": ("комментарий", "комментарии", "примечание", "түсініктеме", "comment", "comments", "note"),
    "assignee": ("менеджер", "менеджері", "manager"),
}  # fmt: skip
_TWO_PHONES = 17  # characters that hold one number at most
_LOCAL = re.compile(r"(?:\+?7|8)(7\d{9})")
_AS_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eEеЕ]\+?\d+)?")
_MOMENT = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d)(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_FIRST_YEAR, _TOMORROW = 1970, timedelta(days=1)
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how some programs keep a spreadsheet from reading a number


@dataclass(frozen=True, slots=True)
class Words:
    """What columns, stages, reasons and sources may be called, folded, in every language we speak: to their keys."""

    columns: Mapping[str, str]
    stages: Mapping[str, str]
    reasons: Mapping[str, str]
    sources: Mapping[str, str]


class Row(NamedTuple):
    """A row by column, None where it can't be read; lines are counted as a spreadsheet counts them."""

    line: int
    cells: dict[str, str] | None


class Fault(NamedTuple):
    """What is wrong in a line of the file."""

    line: int
    error: Invalid


def rows(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a file that are not empty, read as they are asked for. Raises Invalid for what is no table of leads,
    or too long a one."""
    records, count = imports_file.records(path), 0
    names = [columns.get(_named(cell)) for cell in next(records, None) or []]
    if "phone" not in names:
        raise Invalid("The first line must name the columns, one of them Phone", field="file")
    for line, record in enumerate(records, 2):
        if record is not None and not any(cell.strip() for cell in record):
            continue
        if (count := count + 1) > MOST_ROWS:
            raise Invalid("At most %(max)s lines at once", field="file", max=MOST_ROWS)
        yield Row(line, None if record is None else _by_column(names, record))


def ignored(path: Path, columns: Mapping[str, str]) -> list[str]:
    """What the columns are called that nothing is taken from."""
    head = next(imports_file.records(path), None) or []
    return [cell.strip() for cell in head if cell.strip() and _named(cell) not in columns]


def _named(cell: str) -> str:
    return fold(sheets.as_typed(cell.strip()))


def _by_column(names: list[str | None], record: list[str]) -> dict[str, str]:
    """The cells that say something; of two columns of one name the first that does."""
    said: dict[str, str] = {}
    for name, cell in zip(names, record, strict=False):
        if name and name not in said and (text := cell.strip()):
            plain = _AS_TEXT.fullmatch(text)
            said[name] = plain[1] if plain else sheets.as_typed(text)
    return said


def _by_name(people: Mapping[int, str]) -> dict[str, int]:
    """People by name as it is written, and folded where that means one of them only: Семён is not Семен."""
    alike = Counter(map(fold, people.values()))
    found = {fold(name): id_ for id_, name in people.items() if alike[fold(name)] == 1}
    return found | {name: id_ for id_, name in people.items()}


class Reader:
    """Turns rows into leads."""

    def __init__(self, words: Words) -> None:
        self._words = words
        own = company_settings.company()
        self._zone = ZoneInfo(own.time_zone)
        self._language = own.language
        self._people = _by_name(exports.people())
        self._cleaned = lru_cache(maxsize=20_000)(editing.clean)

    def read(self, some: Iterable[Row]) -> tuple[list[dict[str, Any]], list[Fault]]:
        """Leads as they are stored, by column, each with its `notes` and its `task`; what is wrong with the others."""
        made: list[dict[str, Any]] = []
        faults: list[Fault] = []
        for line, cells in some:
            try:
                if cells is None:
                    raise Invalid("A quotation mark is missing, or a cell is too long", field="file")
                made.append(self._lead(cells))
            except Invalid as error:
                faults.append(Fault(line, error))
        return made, faults

    def _lead(self, cells: dict[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"area_m2": None, **_phone(cells.get("phone", ""))}
        for name in ("city", "object_type", "area"):
            made |= self._cleaned(name, cells.get(name, ""))
        for name in ("name", "summary"):
            made |= editing.clean(name, cells.get(name, ""))
        status = LeadStatus(self._key("status", cells, self._words.stages, LeadStatus.NEW.value))
        reason = self._key("lost_reason", cells, self._words.reasons, "") if status is LeadStatus.LOST else ""
        if status is LeadStatus.LOST and not reason:
            raise Invalid("Choose a lost reason", field="lost_reason")
        created = self._moment("created_at", cells, before=utcnow() + _TOMORROW) or utcnow()
        said = cells.get("assignee", "")
        assignee_id = self._people.get(said) or self._people.get(fold(said))
        task = self._task(cells, assignee_id)
        language = cells.get("language", "").lower()
        # No talk and no first touch of ours belongs to it: whatever the source was, here it came by hand.
        is_test = self._words.sources.get(fold(cells.get("source", ""))) == Source.TEST.value
        return {
            **made, "status": status, "lost_reason": LostReason(reason) if reason else None,
            "source": Source.TEST if is_test else Source.MANUAL,
            "language": language if language in ("ru", "kk", "en") else self._language, "created_at": created,
            "raised_at": created, "rank": int(created.timestamp() * 1_000_000_000),
            "assignee_id": assignee_id, "task_at": task["due_at"] if task else None,
            "notes": [*_further_phones(cells.get("phone", "")), *_notes(cells.get("notes", ""))], "task": task,
        }  # fmt: skip

    def _task(self, cells: dict[str, str], assignee_id: int | None) -> dict[str, Any] | None:
        """The call back that stands in the row; of one that was due long ago nobody is told."""
        due_at = self._moment("call_at", cells, before=utcnow() + tasks.AHEAD_MOST)
        if due_at is None:
            return None
        about = text_input.line(cells.get("call_about", ""), "call_about", most=tasks.TEXT_MOST, required=False)
        reminded_at = utcnow() if due_at < utcnow() else None
        return {"due_at": due_at, "text": about, "assignee_id": assignee_id, "reminded_at": reminded_at}

    def _key(self, name: str, cells: dict[str, str], words: Mapping[str, str], default: str) -> str:
        said = cells.get(name, "")
        if not said:
            return default
        if (key := words.get(fold(said))) is None:
            if name == "status":
                raise Invalid("There is no such stage", field=name)
            raise Invalid("Choose a lost reason", field=name)
        return key

    def _moment(self, name: str, cells: dict[str, str], before: datetime) -> datetime | None:
        if not (text := cells.get(name, "")):
            return None
        try:
            moment = _read_moment(text, self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is None or moment.year < _FIRST_YEAR or moment >= before:
            raise Invalid("A date as 23.11.2026, 15:30", field=name)
        return moment


class Sieve:
    """Keeps back what is on the board already, or came in an earlier row: the same phone in the same minute, or with
    an open lead."""

    def __init__(self) -> None:
        self._met: set[tuple[str, datetime]] = set()
        self._open: set[str] = set()

    def fresh(self, leads: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that are new, in their order."""
        phones = {lead["phone_e164"] for lead in leads}
        known = select(Lead.phone_e164, Lead.status, Lead.created_at, Lead.source).where(Lead.phone_e164.in_(phones))
        for phone, status, created, source in db.session.execute(known):
            self._put(phone, created, status.is_open and source is not Source.TEST)
        new = []
        for lead in leads:
            phone, created = lead["phone_e164"], lead["created_at"]
            is_open = lead["status"].is_open and lead["source"] is not Source.TEST
            if (phone, _minute(created)) not in self._met and not (is_open and phone in self._open):
                self._put(phone, created, is_open)
                new.append(lead)
        return new

    def _put(self, phone: str, created: datetime, is_open: bool) -> None:
        self._met.add((phone, _minute(created)))
        if is_open:
            self._open.add(phone)


def _read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment with the day first, or as ISO 8601 has it. Raises ValueError."""
    if found := _MOMENT.fullmatch(text):
        day, month, year, hour, minute, second = (int(each or 0) for each in found.groups())
        return datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second, tzinfo=zone)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _notes(text: str) -> list[str]:
    """Notes stand apart by an empty line."""
    pieces = (
        text_input.message(piece, "notes", most=registration.NOTE_MOST) for piece in re.split(r"\r?\n\s*\n", text)
    )
    return [piece for piece in pieces if piece]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _phone(text: str) -> dict[str, Any]:
    digits = re.sub(r"[\s()\u00a0-]", "", text)
    if (found := _LOCAL.fullmatch(digits)) and phone_line.is_mobile(
        found[1]
    ):  # nearly all, and a hundred times quicker
        return {"phone": f"8{found[1]}", "phone_e164": f"+7{found[1]}"}
    try:
        return editing.clean("phone", text)
    except Invalid:
        if whole := _whole_number(text):
            return editing.clean("phone", whole)
        raise


def _further_phones(text: str) -> list[str]:
    """The second number of a cell, as a note."""
    return [formats.phone(number) for number in editing.further_phones(text)] if len(text) > _TWO_PHONES else []


def _whole_number(text: str) -> str:
    """The digits of what a spreadsheet took for a number, 77011112233.0 or 7.7011112233E+10; empty where some are
    lost."""
    if not _AS_NUMBER.fullmatch(text):
        return ""
    try:
        number = Decimal(text.upper().replace("Е", "E").replace(",", "."))
    except InvalidOperation:
        return ""
    exponent = number.as_tuple().exponent
    is_whole = isinstance(exponent, int) and exponent <= 0 and number == number.to_integral_value()
    return f"{number:.0f}" if is_whole else ""
