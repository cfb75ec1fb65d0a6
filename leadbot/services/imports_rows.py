"""The rows of a CSV file of leads: read, turned into leads, and told apart from those that are on the board."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from leadbot.db import db, utcnow
from leadbot.errors import Invalid
from leadbot.folding import fold
from leadbot.models import Lead, LeadStatus, LostReason, Source
from leadbot.services import exports, lead_fields, settings, sheets

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
)
MOST_ROWS = 100_000
_LOCAL = re.compile(r"(?:\+?7|8)(7\d{9})")
_USUAL = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}), (\d\d):(\d\d)")
_FIRST_YEAR, _TOMORROW = 1970, timedelta(days=1)
_MOMENTS = ("%d.%m.%Y, %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Words:
    """What columns, stages, reasons and sources may be called, folded, in every language we speak: to their keys."""

    columns: Mapping[str, str]
    stages: Mapping[str, str]
    reasons: Mapping[str, str]
    sources: Mapping[str, str]


class Row(NamedTuple):
    """A row by column; lines are counted as a spreadsheet counts them."""

    line: int
    cells: dict[str, str]


class Fault(NamedTuple):
    """What is wrong in a line of the file."""

    line: int
    error: Invalid


def rows(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a file that are not empty, read as they are asked for. Raises Invalid for what is no table of leads,
    or too long a one."""
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        sign = _delimiter(file.readline())
        file.seek(0)
        lines, count = csv.reader(file, delimiter=sign), 0
        try:
            names = [columns.get(fold(sheets.as_typed(cell).strip())) for cell in next(lines, [])]
            if "phone" not in names:
                raise Invalid("The first line must name the columns, one of them Phone", field="file")
            for cells in lines:
                if not any(cell.strip() for cell in cells):
                    continue
                if (count := count + 1) > MOST_ROWS:
                    raise Invalid("At most %(max)s lines at once", field="file", max=MOST_ROWS)
                said = {name: sheets.as_typed(cell.strip()) for name, cell in zip(names, cells, strict=False) if name}
                yield Row(lines.line_num, said)
        except csv.Error:
            raise Invalid("This is not a CSV file", field="file") from None


class Reader:
    """Turns rows into leads."""

    def __init__(self, words: Words) -> None:
        self._words = words
        own = settings.company()
        self._zone = ZoneInfo(own.time_zone)
        self._language = own.language
        self._people = {fold(name): id_ for id_, name in exports.people().items()}
        self._cleaned = lru_cache(maxsize=20_000)(lead_fields.clean)

    def read(self, some: Iterable[Row]) -> tuple[list[dict[str, Any]], list[Fault]]:
        """Leads as they are stored, by column, and what is wrong with the others."""
        made: list[dict[str, Any]] = []
        faults: list[Fault] = []
        for line, cells in some:
            try:
                made.append(self._lead(cells))
            except Invalid as error:
                faults.append(Fault(line, error))
        return made, faults

    def _lead(self, cells: dict[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"area_m2": None, **_phone(cells.get("phone", ""))}
        for name in ("city", "object_type", "area"):
            made |= self._cleaned(name, cells.get(name, ""))
        for name in ("name", "summary"):
            made |= lead_fields.clean(name, cells.get(name, ""))
        status = LeadStatus(self._key("status", cells, self._words.stages, LeadStatus.NEW.value))
        reason = self._key("lost_reason", cells, self._words.reasons, "") if status is LeadStatus.LOST else ""
        if status is LeadStatus.LOST and not reason:
            raise Invalid("Choose a lost reason", field="lost_reason")
        created = self._moment(cells.get("created_at", ""))
        language = cells.get("language", "").lower()
        # No talk and no first touch of ours belongs to it: whatever the source was, here it came by hand.
        is_test = self._words.sources.get(fold(cells.get("source", ""))) == Source.TEST.value
        return {
            **made, "status": status, "lost_reason": LostReason(reason) if reason else None,
            "source": Source.TEST if is_test else Source.MANUAL,
            "language": language if language in ("ru", "kk", "en") else self._language, "created_at": created,
            "raised_at": created, "rank": int(created.timestamp() * 1_000_000_000),
            "assignee_id": self._people.get(fold(cells.get("assignee", ""))),
        }  # fmt: skip

    def _key(self, name: str, cells: dict[str, str], words: Mapping[str, str], default: str) -> str:
        said = cells.get(name, "")
        if not said:
            return default
        if (key := words.get(fold(said))) is None:
            if name == "status":
                raise Invalid("There is no such stage", field=name)
            raise Invalid("Choose a lost reason", field=name)
        return key

    def _moment(self, text: str) -> datetime:
        if not text:
            return utcnow()
        for form in _MOMENTS:
            try:
                moment = _read_moment(text, form).replace(tzinfo=self._zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
            if moment.year >= _FIRST_YEAR and moment < utcnow() + _TOMORROW:
                return moment
        raise Invalid("A date as 23.11.2026, 15:30", field="created_at")


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


def _read_moment(text: str, form: str) -> datetime:
    found = _USUAL.fullmatch(text) if form == _MOMENTS[0] else None
    if found is None:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    day, month, year, hour, minute = map(int, found.groups())  # nearly all, and many times quicker
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _phone(text: str) -> dict[str, Any]:
    digits = re.sub(r"[\s()\u00a0-]", "", text)
    if found := _LOCAL.fullmatch(digits):  # nearly all, and a hundred times quicker
        return {"phone": f"8{found[1]}", "phone_e164": f"+7{found[1]}"}
    return lead_fields.clean("phone", text)


def _encoding(path: Path) -> str:
    """UTF-8, else what a Russian Excel writes."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 16):
                pass
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def _delimiter(first: str) -> str:
    return max((",", ";", "\t"), key=first.count)
