"""Files of leads that lie aside until they are taken over: each in a folder of its own, read once into plain records.

A record is a JSON list a line, `null` where it can't be read; what a spreadsheet counts as line 1 is line 1.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from leadbot.database import tenancy
from leadbot.errors import Invalid, NotFound
from leadbot.files import storage
from leadbot.state import state
from leadbot.transfer import imports_book, imports_text
from leadbot.transfer.imports_text import Score

LASTS_SECONDS = 3600
BYTES_MOST = 160 * 1024 * 1024  # of records; what has more is no list of clients
LIE_ASIDE_BYTES = 2 * BYTES_MOST  # of all files of a company; beyond it the oldest go
LINE_MOST = 4 * imports_book.CELL_MOST  # characters of a row; one that has more can't be read
_KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Record = list[Any] | None


def lay(data: bytes, score: Score) -> tuple[str, list[str]]:
    """Lay a file aside; the key it is found by and what its sheets are called. Raises Invalid, NoRoom."""
    storage.check_room()
    key = secrets.token_urlsafe(24)
    path = _folder() / _name(key)
    path.mkdir(mode=0o700, parents=True)
    try:
        return key, _convert(path, data, score)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def records(key: str, sheet: int) -> Iterator[tuple[int, Record]]:
    """The lines of a sheet from the top with their numbers, read as they are asked for. Raises NotFound."""
    path = find(key) / f"sheet-{sheet}.jsonl"
    if not path.is_file():
        raise NotFound
    with path.open(encoding="utf-8") as file:
        for line, text in enumerate(file, 1):
            yield line, json.loads(text) if len(text) <= LINE_MOST else None


def find(key: str) -> Path:
    """The folder of a file of the company. Raises NotFound where it is not there any more."""
    path = _folder() / _name(key)
    if not is_key(key) or not path.is_dir():
        raise NotFound
    return path


def is_key(text: str) -> bool:
    """It looks like one."""
    return bool(_KEY.fullmatch(text))


def keep_plan(key: str, plan: dict[str, Any]) -> None:
    """Remember how the file is to be read; whole or not at all."""
    path = find(key)
    new = path / f"plan-{secrets.token_hex(4)}"
    new.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    new.replace(path / "plan.json")


def plan(key: str) -> dict[str, Any]:
    """How the file is to be read. Raises NotFound."""
    path = find(key) / "plan.json"
    if not path.is_file():
        raise NotFound
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def touch(key: str) -> None:
    """From now on it stays for an hour anew."""
    find(key).touch()


def forget(key: str) -> None:
    """Throw a file of the company away."""
    shutil.rmtree(_folder() / _name(key), ignore_errors=True)


def forget_all() -> None:
    """Throw all files of the company away."""
    for path in _folder().glob(f"{tenancy.acting_for()}-*"):
        shutil.rmtree(path, ignore_errors=True)


def make_room(spared: Collection[str]) -> None:
    """Throw away the company's oldest files, but for those of these keys, until the rest is no more than may lie aside.

    Others may be at it: what has gone meanwhile takes no room.
    """
    found = []
    for path in _folder().glob(f"{tenancy.acting_for()}-*"):
        with suppress(FileNotFoundError):
            size = sum(each.stat().st_size for each in path.glob("*"))
            found.append((_key_of(path) in spared, path.stat().st_mtime, size, path))
    total = sum(size for _, _, size, _ in found)
    for is_spared, _, size, path in sorted(found):
        if is_spared or total <= LIE_ASIDE_BYTES:
            return
        throw_away(path)
        total -= size


def old() -> dict[str, Path]:
    """What nobody has touched for an hour, of all companies, by key."""
    too_old = time.time() - LASTS_SECONDS
    found = {}
    for path in _folder().glob("*-*"):
        try:
            if path.stat().st_mtime < too_old:
                found[_key_of(path)] = path
        except FileNotFoundError:  # another worker was quicker
            continue
    return found


def throw_away(path: Path) -> None:
    """A folder, or a file that an earlier version laid aside."""
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _convert(path: Path, data: bytes, score: Score) -> list[str]:
    source = path / "source"
    source.write_bytes(data)
    if data.startswith(_BOOKS):
        try:
            sheets = imports_book.convert(source, path)
        except imports_book.Unreadable as error:
            raise _refused(error.code) from None
        if not sheets:
            raise _refused(imports_book.DAMAGED)
    else:
        _write(path / "sheet-0.jsonl", imports_text.records(source, score))
        sheets = [""]
    source.unlink()
    return sheets


def _refused(code: int) -> Invalid:
    if code == imports_book.LOCKED:
        return Invalid("The workbook is locked by a password. Save it without one and choose it again", field="file")
    if code == imports_book.DAMAGED:
        return Invalid("The workbook is damaged. Open it, save it anew and choose it again", field="file")
    return Invalid("The file is too large", field="file")


def _write(path: Path, found: Iterator[imports_text.Record]) -> None:
    size = count = 0
    with path.open("x", encoding="utf-8") as out:
        for record in found:
            cells = record and [cell[: imports_book.CELL_MOST] for cell in record[: imports_book.COLUMNS_MOST]]
            line = json.dumps(cells if record is not None else None, ensure_ascii=False) + "\n"
            size, count = size + len(line), count + 1
            if size > BYTES_MOST:
                raise Invalid("The file is too large", field="file")
            out.write(line)
            if count > imports_book.ROWS_MOST:
                return


def _name(key: str) -> str:
    return f"{tenancy.acting_for()}-{key}"


def _key_of(path: Path) -> str:
    return path.name.partition("-")[2].partition(".")[0]


def _folder() -> Path:
    folder: Path = state().config.data_dir / "imports"
    return folder
