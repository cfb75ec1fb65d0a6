"""A workbook (.xlsx, .xlsb, .xls, .ods) as plain records, read by a process of its own.

A workbook of a few kilobytes can unpack to terabytes, and whoever reads it would die with it. This process has so much
memory, time and disk and no more; it knows nothing of the house. Each visible sheet becomes FOLDER/sheet-<n>.jsonl, a
JSON list a row; what they are called is printed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MEMORY_BYTES, OUT_BYTES = 1024 * 1024 * 1024, 160 * 1024 * 1024  # all sheets together
SECONDS = 30  # of CPU; by the clock it is twice as long
UNPACKED_MOST = 400 * 1024 * 1024  # what a packed workbook may say that it holds
SHEETS_MOST, ROWS_MOST, COLUMNS_MOST, CELL_MOST = 30, 100_200, 200, 32_767
LOCKED, DAMAGED = 3, 4
_WHOLE_MOST = 1e15  # up to there a float says a whole number exactly


class Unreadable(Exception):
    """The file can't be read; `code` is LOCKED, DAMAGED, or another one where it is too large."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def convert(source: Path, folder: Path) -> list[str]:
    """Write the sheets of a workbook into `folder`; what they are called. Raises Unreadable."""
    if says_bytes(source) > UNPACKED_MOST:
        raise Unreadable(1)
    command = [sys.executable, "-I", str(Path(__file__).resolve()), str(source), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unreadable(1) from None
    if done.returncode:
        raise Unreadable(done.returncode)
    names: list[str] = json.loads(done.stdout)
    return names


def says_bytes(source: Path) -> int:
    """How much a packed workbook says it unpacks to; one that lies meets the limits of its reader."""
    if not zipfile.is_zipfile(source):
        return 0
    with zipfile.ZipFile(source) as book:
        return sum(each.file_size for each in book.infolist())


def plain(cell: Any) -> Any:
    """A cell as JSON has it: text, a number, or a moment as {"at": ISO 8601}; None for nothing."""
    if isinstance(cell, datetime | date):
        return {"at": cell.isoformat()}
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE_MOST:
        return int(cell)
    return cell[:CELL_MOST] or None if isinstance(cell, str) else cell


def write(path: Path, rows: Iterable[list[Any]]) -> int:
    """A JSON list a line; what is empty at the end of a row or of the table is left out. How many bytes that were."""
    with path.open("x", encoding="utf-8") as out:
        empty = 0
        for row in rows:
            cells = [plain(cell) for cell in row[:COLUMNS_MOST]]
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                empty += 1
                continue
            out.write("[]\n" * empty + json.dumps(cells, ensure_ascii=False) + "\n")
            empty = 0
    return path.stat().st_size


def _read(source: str, folder: Path) -> int:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(source)
        sheets = [
            each.name
            for each in book.sheets_metadata
            if each.visible == calamine.SheetVisibleEnum.Visible and each.typ == calamine.SheetTypeEnum.WorkSheet
        ][:SHEETS_MOST]
        room = OUT_BYTES
        for number, name in enumerate(sheets):
            rows = book.get_sheet_by_name(name).iter_rows()
            some = (row for row, _ in zip(rows, range(ROWS_MOST), strict=False))
            room -= write(folder / f"sheet-{number}.jsonl", some)
            if room < 0:
                return 1
    except calamine.PasswordError:
        return LOCKED
    except BaseException as error:  # a panic of the library is no Exception
        return 1 if isinstance(error, MemoryError | OSError) else DAMAGED
    sys.stdout.write(json.dumps(sheets))
    return 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUT_BYTES, OUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(_read(sys.argv[1], Path(sys.argv[2])))
