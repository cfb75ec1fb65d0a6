"""Leads from a CSV file: first looked through, with all that is wrong in it, then taken over.

Between the two the file lies in the data folder under a key of its own, for an hour at most.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from leadbot import tenancy
from leadbot.db import db, utcnow
from leadbot.errors import Invalid, NotFound
from leadbot.folding import fold
from leadbot.models import Lead, LeadEvent, LeadStatus, LostReason, Source, User
from leadbot.services import accounts, board, exports, lead_fields, search, settings, sheets

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
    "assignee",
)
MOST_BYTES, MOST_ROWS = 48 * 1024 * 1024, 100_000
LASTS_SECONDS = 3600
BATCH = 500
_KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")
_LOCAL = re.compile(r"(?:\+?7|8)(7\d{9})")
_MOMENTS = ("%d.%m.%Y, %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Words:
    """What columns, stages, reasons and languages may be called, folded, in every language we speak: to their keys."""

    columns: Mapping[str, str]
    stages: Mapping[str, str]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of the file; lines are counted as a spreadsheet counts them."""

    line: int
    error: Invalid


@dataclass(slots=True)
class Sheet:
    """A file looked through: the leads it makes, what is wrong, and how many are on the board already."""

    leads: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: int = 0


def keep(data: bytes, *, by: User) -> str:
    """Lay a file aside; the key it is found by. Raises Invalid, Forbidden."""
    accounts.check_may_write(by)
    if not data.strip():
        raise Invalid("Choose a file", field="file")
    folder, key = _folder(), secrets.token_urlsafe(24)
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - LASTS_SECONDS:
            old.unlink(missing_ok=True)
    with (folder / _name(key)).open("xb") as file:
        file.write(data)
    return key


def look(key: str, words: Words, *, by: User) -> Sheet:
    """What the file would bring. Raises NotFound where it is not there any more, Invalid, Forbidden."""
    accounts.check_may_write(by)
    return _read(_path(key).read_bytes(), words)


def take_over(key: str, words: Words, *, by: User) -> int:
    """Write the good leads down, some hundred a commit; how many. A run that broke off may be repeated: what is on the
    board already is left out. Nobody is told of these leads. Raises as `look` does."""
    sheet, company_id, by_id = look(key, words, by=by), tenancy.acting_for(), by.id
    db.session.rollback()
    for at in range(0, len(sheet.leads), BATCH):
        tenancy.act_for(company_id)
        some = [Lead(**row) for row in sheet.leads[at : at + BATCH]]
        db.session.add_all(some)
        db.session.flush()
        db.session.add_all(LeadEvent(lead_id=lead.id, user_id=by_id, kind="created") for lead in some)
        board.touch()
        db.session.commit()
        for lead in some:
            db.session.expunge(lead)
    forget(key)
    return len(sheet.leads)


def forget(key: str) -> None:
    """Throw the file away."""
    _path(key).unlink(missing_ok=True)


def forget_all() -> None:
    """Throw all files of the company away that lie aside."""
    for path in _folder().glob(f"{tenancy.acting_for()}-*.csv"):
        path.unlink(missing_ok=True)


def _read(data: bytes, words: Words) -> Sheet:
    lines = csv.reader(io.StringIO(_text(data), newline=""), delimiter=_delimiter(data))
    names = [words.columns.get(fold(sheets.as_typed(cell).strip())) for cell in next(lines, [])]
    if "phone" not in names:
        raise Invalid("The first line must name the columns, one of them Phone", field="file")
    sheet, reader = Sheet(), _Reader(words)
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                reader.put(sheet, lines.line_num, {n: c.strip() for n, c in zip(names, cells, strict=False) if n})
            if len(sheet.leads) + len(sheet.faults) > MOST_ROWS:
                raise Invalid("At most %(max)s lines at once", field="file", max=MOST_ROWS)
    except csv.Error:
        raise Invalid("This is not a CSV file", field="file") from None
    return sheet


class _Reader:
    """Turns the lines of a file into leads, remembering what it has met."""

    def __init__(self, words: Words) -> None:
        self._words = words
        own = settings.company()
        self._zone = ZoneInfo(own.time_zone)
        self._language = own.language
        self._people = {fold(name): id_ for id_, name in exports.people().items()}
        known = select(Lead.phone_e164, Lead.status, Lead.created_at).where(Lead.source != Source.TEST)
        rows = db.session.execute(known).all()
        self._open = {row.phone_e164 for row in rows if row.status.is_open}
        self._met = {(row.phone_e164, row.created_at.replace(second=0, microsecond=0)) for row in rows}
        self._cleaned = lru_cache(maxsize=20_000)(lead_fields.clean)

    def put(self, sheet: Sheet, line: int, cells: dict[str, str]) -> None:
        try:
            lead = self._lead({name: sheets.as_typed(cell) for name, cell in cells.items()})
        except Invalid as error:
            sheet.faults.append(Fault(line, error))
            return
        phone, minute = lead["phone_e164"], lead["created_at"].replace(second=0, microsecond=0)
        if (phone, minute) in self._met or (lead["status"].is_open and phone in self._open):
            sheet.known += 1
            return
        self._met.add((phone, minute))
        if lead["status"].is_open:
            self._open.add(phone)
        sheet.leads.append(lead)

    def _lead(self, cells: dict[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {**_phone(cells.get("phone", ""))}
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
        found = search.text_of(made["name"], made["phone_e164"], made["city"], made["object_type"])
        return {
            **made, "status": status, "lost_reason": LostReason(reason) if reason else None, "source": Source.MANUAL,
            "language": language if language in ("ru", "kk", "en") else self._language, "created_at": created,
            "raised_at": created, "rank": int(created.timestamp() * 1_000_000_000), "search": found,
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
                return datetime.strptime(text, form).replace(tzinfo=self._zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise Invalid("A date as 23.11.2026, 15:30", field="created_at")


def _phone(text: str) -> dict[str, Any]:
    digits = re.sub(r"[\s()\u00a0-]", "", text)
    if found := _LOCAL.fullmatch(digits):  # nearly all, and a hundred times quicker
        return {"phone": f"8{found[1]}", "phone_e164": f"+7{found[1]}"}
    return lead_fields.clean("phone", text)


def _text(data: bytes) -> str:
    """UTF-8, else what a Russian Excel writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def _delimiter(data: bytes) -> str:
    first = data.partition(b"\n")[0]
    return max((",", ";", "\t"), key=lambda sign: first.count(sign.encode()))


def _path(key: str) -> Path:
    path = _folder() / _name(key)
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound
    return path


def _name(key: str) -> str:
    return f"{tenancy.acting_for()}-{key}.csv"


def _folder() -> Path:
    folder: Path = current_app.extensions["leadbot_config"].data_dir / "imports"
    return folder
