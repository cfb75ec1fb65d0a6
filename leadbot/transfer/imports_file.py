"""A table in a text file as spreadsheets of all kinds write it: its encoding, its separator, its records.

A quotation mark that is never closed would swallow all lines below it. Such a line is handed out as unreadable, and
reading goes on with the next one.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from leadbot.errors import Invalid

SEPARATORS = (",", ";", "\t", "|")
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own first line
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Record = list[str] | None  # None: it can't be read


def records(path: Path) -> Iterator[Record]:
    """The records from the top, empty ones among them, read as they are asked for. Raises Invalid for a workbook."""
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        first = file.readline()
        said = _SAID.fullmatch(first)
        if not said:
            file.seek(0)
        yield from _records(file, said[1] if said else max(SEPARATORS, key=first.count))


def _records(lines: Iterator[str], separator: str) -> Iterator[Record]:
    ahead: deque[str] = deque()

    def following() -> str | None:
        return ahead.popleft() if ahead else next(lines, None)

    while (line := following()) is not None:
        taken = [line]
        record = _read(taken, separator)
        while record is _UNFINISHED and _go_on(taken, following):
            record = _read(taken, separator)
        if record is None or record is _UNFINISHED:
            ahead.extendleft(reversed(taken[1:]))
            record = None
        yield record


_UNFINISHED: list[str] = ["a quotation mark is still open"]


def _read(lines: list[str], separator: str) -> Record:
    try:
        return next(csv.reader(lines, delimiter=separator, strict=True), [])
    except csv.Error as error:
        return _UNFINISHED if "unexpected end" in str(error) else None


def _go_on(taken: list[str], following: Callable[[], str | None]) -> bool:
    """Take lines up to one in which the open quotation mark may be closed; False where there is none near by."""
    size = sum(map(len, taken))
    while size <= csv.field_size_limit() and (line := following()) is not None:
        taken.append(line)
        size += len(line)
        if line.count('"') % 2:
            return True
    return False


def _encoding(path: Path) -> str:
    """UTF-8 or UTF-16, else what a Russian Excel writes."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in _WORKBOOKS:
        raise Invalid("This is an Excel workbook. Save it as CSV in Excel and choose that file", field="file")
    if start[:2] in _UTF_16:
        return "utf-16"
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 16):
                pass
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"
