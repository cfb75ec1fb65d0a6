"""Cells of a file as values of a lead: phones by the reader that talks use, lines in one line, notes and reminders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from leadbot.engines.embedded import extract
from leadbot.leads import editing, records, tasks
from leadbot.texts import text_input
from leadbot.texts import trades as setups
from leadbot.transfer import imports_dates, sheets

_READ_MOST = 200  # characters of a cell in which phones are looked for
_LOCAL = re.compile(r"(?:\+?7|8)(7\d{9})")
_AS_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eEеЕ]\+?\d+)?")
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how some programs keep a spreadsheet from reading a number
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|_x000[dD]_")
_BESIDE = re.compile(r"[\s,;:/|()+.–—-]|и|или|:::")  # what stands between two phones and says nothing
_STAMP = r"(\d{2}\.\d{2}\.\d{4} \d{2}:\d{2}(?::\d{2})?)"
_NOTE_HEAD = re.compile(rf"\[{_STAMP}(?:, ([^\]]*))?\]")
_TASK = re.compile(rf"\[{_STAMP}(?:, ([^\]✓]*?))?(?:, ✓ {_STAMP})?\] ?(.*)")


class Phone(NamedTuple):
    """A number as the API shows it and as it is compared."""

    shown: str
    e164: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a file; who wrote it and when where that stands there."""

    text: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A reminder of a file."""

    due_at: datetime
    text: str
    of: str = ""
    done_at: datetime | None = None


def text(cell: Any) -> str:
    """A cell that holds text, or is taken as one, as it was typed."""
    if cell is None or isinstance(cell, dict):
        return str(cell["at"]).replace("T", " ") if cell else ""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    typed = _CONTROLS.sub("", str(cell)).strip()
    found = _AS_TEXT.fullmatch(typed)
    return found[1] if found else sheets.as_typed(typed)


def line(typed: str) -> str:
    """In one line, whatever ends of lines the cell has."""
    return " ".join(typed.split())


class PhoneReader:
    """Reads phones as the company's bot would."""

    def __init__(self) -> None:
        setup, own = editing.trade()
        self._setup, self._own = setups.setup_of(setup), own
        self._read = lru_cache(maxsize=5_000)(self._extracted)

    def of(self, typed: str) -> tuple[list[Phone], bool]:
        """The numbers of a cell in their order; and whether the cell says something besides."""
        digits = re.sub(r"[\s()\u00a0-]", "", typed)
        if found := _LOCAL.fullmatch(digits):  # nearly all, and a hundred times quicker
            return [Phone(f"8{found[1]}", f"+7{found[1]}")], False
        said = _whole_number(typed.strip()) or line(typed)
        return self._read(said) if len(said) <= _READ_MOST else self._extracted(said)  # thousands are kept in mind

    def _extracted(self, typed: str) -> tuple[list[Phone], bool]:
        read = extract(typed[:_READ_MOST], asked="phone", objects=self._own, setup=self._setup)
        found = [*filter(None, [read.slots.get("phone")]), *read.others.get("phone", ())]
        rest = typed
        for each in found:
            rest = rest.replace(each.quote, " ")
        return [Phone(each.value, each.e164) for each in found if each.e164], bool(_BESIDE.sub("", rest))


def moment(cell: Any, clock: Any, zone: tzinfo, *, month_first: bool) -> datetime:
    """The moment of a cell, with the clock of another where it has none. Raises ValueError, OverflowError."""
    if isinstance(cell, dict):
        at = datetime.fromisoformat(cell["at"])
        found = at if at.tzinfo else at.replace(tzinfo=zone)
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and cell < 200_000:
        found = imports_dates.serial(cell, zone)
    else:
        found = imports_dates.read(text(cell), zone, month_first=month_first)
    if clock and (found.hour, found.minute) == (0, 0):
        at_clock = imports_dates.clock(text(clock))
        if at_clock is None and isinstance(clock, float) and clock < 1:
            at_clock = imports_dates.serial(clock, zone).time()
        found = datetime.combine(found.date(), at_clock, zone) if at_clock else found
    return found


def notes(typed: str, zone: tzinfo) -> Iterator[Note]:
    """The notes of a cell: each below a line that says when and by whom, as `notes_cell` writes them; without such
    lines they stand apart by an empty line."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _NOTE_HEAD.fullmatch(lines[0]):
        pieces = re.split(r"\n\s*\n", "\n".join(lines))
        yield from (Note(piece) for each in pieces for piece in _clean(each))
        return
    heads = [at for at, each in enumerate(lines) if _NOTE_HEAD.fullmatch(each)]
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        head = _NOTE_HEAD.fullmatch(lines[at])
        body = "\n".join(each.removeprefix("\\") if _is_masked(each) else each for each in lines[at + 1 : end])
        for piece in _clean(body):
            yield Note(piece, _stamped(head[1] if head else "", zone), (head and head[2]) or "")


def notes_cell(found: Iterable[Note], zone: tzinfo) -> str:
    """Notes in one cell; `notes` reads them back."""
    return "\n".join(
        f"{_head(note.at, note.by, zone)}\n" + "\n".join(_mask(each) for each in note.text.split("\n"))
        for note in found
        if note.at
    )


def tasks_of(typed: str, zone: tzinfo) -> list[Task]:
    """The reminders of a cell, a line each as `tasks_cell` writes them. Raises ValueError."""
    found = []
    for each in filter(None, map(str.strip, typed.splitlines())):
        read = _TASK.fullmatch(each)
        if not read:
            raise ValueError(each)
        about = text_input.line(read[4], "call_about", most=tasks.TEXT_MOST, required=False)
        done_at = _stamped(read[3], zone) if read[3] else None
        found.append(Task(_stamped(read[1], zone), about, read[2] or "", done_at))
    return found


def tasks_cell(found: Iterable[Task], zone: tzinfo) -> str:
    """Reminders in one cell; `tasks_of` reads them back."""
    return "\n".join(
        f"[{stamp(each.due_at, zone)}{_by(each.of)}{f', ✓ {stamp(each.done_at, zone)}' if each.done_at else ''}]"
        f" {each.text}".rstrip()
        for each in found
    )


def stamp(at: datetime, zone: tzinfo) -> str:
    """23.11.2026 15:30, with seconds where there are some."""
    local = at.astimezone(zone)
    return f"{local:%d.%m.%Y %H:%M:%S}" if local.second else f"{local:%d.%m.%Y %H:%M}"


def labelled(found: Mapping[str, str]) -> Iterator[Note]:
    """What has no field of its own as one note, a line each."""
    yield from (
        Note(piece) for piece in _clean("\n".join(f"{name}: {typed}" for name, typed in found.items() if typed))
    )


def cut(typed: str, most: int) -> tuple[str, str]:
    """As much of a line as its field takes; and the whole of it where that is not all."""
    return (typed, "") if len(typed) <= most else (typed[: most - 1].rstrip() + "…", typed)


def _clean(typed: str) -> Iterator[str]:
    """A note, or several where one would be too long."""
    for at in range(0, len(typed), records.NOTE_MOST):
        if piece := text_input.message(typed[at : at + records.NOTE_MOST], "notes", most=records.NOTE_MOST):
            yield piece


def _head(at: datetime, by: str, zone: tzinfo) -> str:
    return f"[{stamp(at, zone)}{_by(by)}]"


def shown_name(name: str) -> str:
    """A person's name as notes and reminders bear it: without the signs that mean something there."""
    return " ".join(re.sub(r"[\[\]✓]", " ", name).split())


def _by(name: str) -> str:
    return f", {plain}" if (plain := shown_name(name)) else ""


def _mask(typed: str) -> str:
    return f"\\{typed}" if _NOTE_HEAD.fullmatch(typed.lstrip("\\")) else typed


def _is_masked(typed: str) -> bool:
    return typed.startswith("\\") and bool(_NOTE_HEAD.fullmatch(typed.lstrip("\\")))


def _stamped(typed: str, zone: tzinfo) -> datetime:
    layout = "%d.%m.%Y %H:%M:%S" if typed.count(":") == 2 else "%d.%m.%Y %H:%M"
    return datetime.strptime(typed, layout).replace(tzinfo=zone)


def _whole_number(typed: str) -> str:
    """The digits of what a spreadsheet took for a number, 77011112233.0 or 7.7011112233E+10; empty where some are
    lost."""
    if not _AS_NUMBER.fullmatch(typed):
        return ""
    try:
        number = Decimal(typed.upper().replace("Е", "E").replace(",", "."))
    except InvalidOperation:
        return ""
    exponent = number.as_tuple().exponent
    is_whole = isinstance(exponent, int) and exponent <= 0 and number == number.to_integral_value()
    return f"{number:.0f}" if is_whole else ""
