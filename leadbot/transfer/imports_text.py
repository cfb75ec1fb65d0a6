"""A table in a text file as programs of all kinds write it: its encoding, its separator, its records.

Encodings and separators look alike; which one it is is told by the first lines: under the right one they name columns
that are known. Only where none does a detector is asked. A quotation mark that is never closed would swallow all lines
below it: such a line is handed out as unreadable, and reading goes on with the next one. So is a line with bytes that
the encoding does not have.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from leadbot.errors import Invalid

SEPARATORS = (";", ",", "\t", "|")
ONE_BYTE = ("cp1251", "cp866", "koi8-r", "mac-cyrillic")
LINES_LOOKED_AT = 30
HEAD_BYTES, WIDE_LOOKED_AT = 64 * 1024, 1000
TABLE_CELLS_MOST = 5_000_000  # of an HTML page
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own first line
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_STRAY = re.compile("[\udc80-\udcff]")
_LETTER = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BROKEN = re.compile("[\ufffd\udc80-\udcff]")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<table|<meta|<head)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]{3,20})", re.IGNORECASE)

Record = list[str] | None  # None: it can't be read
Score = Callable[[list[str]], int]  # how many known columns a line names, the phone above all


def records(path: Path, score: Score) -> Iterator[Record]:
    """The records from the top, empty ones among them, read as they are asked for. Raises Invalid for what is no
    text."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if _HTML.match(head.removeprefix(codecs.BOM_UTF8)):
        yield from _from_html(path, head)
        return
    if _is_binary(head):
        raise Invalid("This is no table. Choose a file of Excel, LibreOffice or CSV", field="file")
    encoding = encoding_of(path, head, score)
    with path.open(encoding=encoding, errors=_errors(encoding), newline="") as file:
        first = file.readline()
        said = _SAID.fullmatch(first)
        if said:
            separator = said[1]
        else:
            file.seek(0)
            separator = separator_of(list(islice(file, LINES_LOOKED_AT)), score)
            file.seek(0)
        for record in _records(file, separator):
            is_broken = record is not None and any(map(_BROKEN.search, record))
            yield None if is_broken else record


def encoding_of(path: Path, head: bytes, score: Score) -> str:
    """The encoding whose header names known columns: UTF-8 with or without a stray byte first, else what Windows, DOS,
    Unix or a Mac write in Cyrillic, or UTF-16."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if wide := _wide(head):
        return wide
    if _is_utf8(path):
        return "utf-8"
    scores = {each: _best(head.decode(each, errors="replace"), score) for each in ONE_BYTE}
    best = max(scores.values())
    likely = [each for each, found in scores.items() if found == best]
    if best and len(likely) == 1:
        return likely[0]
    # The header is in Latin letters or names nothing we know: how the words below it look.
    found = from_bytes(head, cp_isolation=[each.replace("-", "_") for each in likely]).best()
    return next((each for each in likely if found and codecs.lookup(each) == codecs.lookup(found.encoding)), "cp1251")


def separator_of(lines: list[str], score: Score) -> str:
    """The separator under which a line names the most known columns; else the one that most lines have as often."""
    scores = {each: max(map(score, _sample(lines, each)), default=0) for each in SEPARATORS}
    best = max(scores.values())
    likely = [each for each in SEPARATORS if scores[each] == best]
    return max(likely, key=lambda each: _evenness(_sample(lines, each)))


def _is_utf8(path: Path) -> bool:
    """All of it, but for a few stray bytes: under any other encoding letters of two bytes are noise."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    stray = letters = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            text = decoder.decode(piece)
            if not text.isascii():
                stray, letters = stray + len(_STRAY.findall(text)), letters + len(_LETTER.findall(text))
    return stray * 10 <= letters


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: one of two bytes says nothing but Latin or Cyrillic."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        halves = head[first:WIDE_LOOKED_AT:2]
        if halves and (halves.count(0) + halves.count(4)) * 10 > len(halves) * 9:
            return encoding
    return ""


def _is_binary(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or _wide(head):
        return False
    zeros = head.count(0)
    return (0 < zeros < len(head) / 4) or any(mark in head[:64] for mark in b"\x01\x02\x03\x04\x05\x06")


def _errors(encoding: str) -> str:
    return "surrogateescape" if encoding.startswith("utf-8") else "replace"


def _best(text: str, score: Score) -> int:
    lines = text.splitlines(keepends=True)[:LINES_LOOKED_AT]
    return max((score(record) for each in SEPARATORS for record in _sample(lines, each)), default=0)


def _sample(lines: list[str], separator: str) -> list[list[str]]:
    return [record for record in islice(_records(iter(lines), separator), LINES_LOOKED_AT) if record]


def _evenness(records: list[list[str]]) -> tuple[int, int]:
    """How many lines have the same number of cells, more than one; and that number."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    return max(((times, width) for width, times in widths.items()), default=(0, 0))


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


def _from_html(path: Path, head: bytes) -> Iterator[Record]:
    """The table of a web page: Bitrix24 and others call that .xls. A table inside a cell is text of that cell."""
    named = _CHARSET.search(head)
    try:
        encoding = codecs.lookup(named[1].decode()).name if named else "utf-8"
    except LookupError:
        encoding = "utf-8"
    reader = _HtmlRows()
    with io.TextIOWrapper(path.open("rb"), encoding=encoding, errors="replace") as file:
        while piece := file.read(1 << 16):
            reader.feed(piece)
            rows, reader.rows = reader.rows, []
            yield from rows
    reader.close()
    yield from reader.rows


class _HtmlRows(HTMLParser):
    """Rows of cells, as they are complete."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Record] = []
        self._row: list[str] = []
        self._cell: list[str] | None = None
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = []
        elif tag in ("br", "p", "div") and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            self._row.append("".join(self._cell).strip())
            self._cell = None
            self._count += 1
            if self._count > TABLE_CELLS_MOST:
                raise Invalid("The file is too large", field="file")

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.rows.append(self._row)
            self._row = []
