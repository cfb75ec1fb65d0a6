"""Tables as files: CSV that the reader's Excel opens in columns, and XLSX whose numbers and dates are such; a row at a
time, whatever their number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import xlsxwriter

BOM = "\ufeff"
# A cell that begins so would be a formula to a spreadsheet: OWASP's list, and NUL and spaces, which some readers drop.
_BEGINS = "[\t\r\n\0]|\\s*[=+\\-@＝＋－＠]"
_FORMULA = re.compile(_BEGINS)
_SAFE = re.compile(f"^'(?={_BEGINS}|')")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CELL_MOST = 32_767  # characters a spreadsheet takes
LINES_A_PIECE = 200
DATE_FORMAT = "dd.mm.yyyy hh:mm"
SEPARATORS = {"ru": ";", "kk": ";", "en": ","}  # what Excel expects where the comma stands before decimals

Cell = str | int | float | datetime | None
Row = Sequence[Cell]


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would be one."""
    return f"'{text}" if _FORMULA.match(text) or _SAFE.match(text) else text


def as_typed(cell: str) -> str:
    """What `inert` was given."""
    return _SAFE.sub("", cell)


def csv_pieces(rows: Iterable[Row], language: str = "en", zone: tzinfo = UTC) -> Iterator[bytes]:
    """The file in pieces of some hundred lines, every cell quoted, moments by the clock of `zone`."""
    out = io.StringIO(BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(
        out, delimiter=SEPARATORS.get(language, ","), quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )  # fmt: skip
    for number, row in enumerate(rows, 1):
        writer.writerow([_as_text(cell, language, zone) for cell in row])
        if number % LINES_A_PIECE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def xlsx(path: Path, rows: Iterable[Row], zone: tzinfo, *, widths: Sequence[int] = (), name: str = "") -> None:
    """Write a workbook of one sheet: texts are texts whatever they begin with, numbers and moments are such, the first
    row stays in sight and can be filtered by. Memory stays the same; what is written in between lies beside `path`.
    """
    safe = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **safe})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31] or None)
    bold, date = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": DATE_FORMAT})
    date.set_align("left")
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    last = columns = 0
    for last, row in enumerate(rows):
        columns = max(columns, len(row))
        for at, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(last, at, cell.astimezone(zone).replace(tzinfo=None, microsecond=0), date)
            elif isinstance(cell, int | float):
                sheet.write_number(last, at, cell)
            elif cell:
                sheet.write_string(last, at, _CONTROLS.sub("", cell)[:CELL_MOST], None if last else bold)
    if columns:
        sheet.autofilter(0, 0, last, columns - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_col_to_name(columns - 1)}{last + 1}"})
    book.close()


def stamp(moment: datetime, language: str, zone: tzinfo) -> str:
    """23.11.2026 15:30, in English 2026-11-23 15:30: what a spreadsheet of that language takes for a date. Seconds only
    where there are some."""
    local = moment.astimezone(zone)
    day = f"{local:%Y-%m-%d}" if language == "en" else f"{local:%d.%m.%Y}"
    return f"{day} {local:%H:%M:%S}" if local.second else f"{day} {local:%H:%M}"


def _as_text(cell: Cell, language: str, zone: tzinfo) -> str:
    if isinstance(cell, datetime):
        return stamp(cell, language, zone)
    if isinstance(cell, float):
        text = f"{cell:.10g}"
        return text if language == "en" else text.replace(".", ",")
    return inert(str(cell).replace("\0", "")) if cell is not None else ""
