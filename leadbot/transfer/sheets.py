"""Tables as files: CSV that Excel opens with Cyrillic intact, and XLSX; a row at a time, whatever their number."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO
from xml.sax.saxutils import escape

BOM = "\ufeff"
# A cell that begins so would be a formula to a spreadsheet: OWASP's list, and NUL and spaces, which some readers drop.
_BEGINS = "[\t\r\n\0]|\\s*[=+\\-@＝＋－＠]"
_FORMULA = re.compile(_BEGINS)
_SAFE = re.compile(f"^'(?={_BEGINS}|')")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CELL_MOST = 32_767  # characters a spreadsheet takes
LINES_A_PIECE = 200
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/%s" Target="%s"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>'
)  # fmt: skip

Row = Sequence[str]


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would be one."""
    return f"'{text}" if _FORMULA.match(text) or _SAFE.match(text) else text


def as_typed(cell: str) -> str:
    """What `inert` was given."""
    return _SAFE.sub("", cell)


def csv_pieces(rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces of some hundred lines, every cell quoted."""
    out = io.StringIO(BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow([inert(cell.replace("\0", "")) for cell in row])
        if number % LINES_A_PIECE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def xlsx(rows: Iterable[Row]) -> IO[bytes]:
    """The file, on the disk and gone once it is closed. Cells are texts: a formula in one is only shown."""
    # The caller closes it, when all of it is sent.
    out = tempfile.TemporaryFile(prefix="leadbot-")  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELATIONS % ("officeDocument", "xl/workbook.xml"))
        book.writestr("xl/workbook.xml", _BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS % ("worksheet", "worksheets/sheet1.xml"))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in rows:
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
    out.seek(0)
    return out


def _cell(text: str) -> str:
    clean = escape(_NOT_XML.sub("", text)[:CELL_MOST])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>' if clean else "<c/>"
