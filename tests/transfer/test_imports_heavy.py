"""A file of leads takes no more memory, disk or turns than a company may, whatever is in it."""

from __future__ import annotations

import io
import os
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import Web
from flask import Flask
from importing import act, bring, upload
from sheetmaking import as_csv, as_xlsx

from leadbot.accounts.limits import Limit
from leadbot.config import Config
from leadbot.database.session import db
from leadbot.errors import TooMany
from leadbot.models import Lead, User
from leadbot.transfer import imports, imports_book, imports_kept, imports_plan
from leadbot.transfer.imports_values import PhoneReader
from leadbot.web.transfer import file_words

MEGABYTE = 1024 * 1024
COUNT = 120


def peak(do: Callable[[], object]) -> int:
    """How many bytes were taken at most."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("width", [60, 150])
def test_looking_at_long_cells_holds_few_of_them(app: Flask, almaty: Web, width: int) -> None:
    """Rows that can be read, and rows too long for that; a letter beyond the first plane makes each cell four times as
    large."""
    rows = [["Тел.", "Имя"], *(["8701555" + f"{at:04}", *["ж" * 1500 + "🏠"] * width] for at in range(COUNT))]
    with app.test_request_context():
        act(almaty)
        words = file_words.words()
        by = db.session.query(User).one()
        key, sheets = imports_kept.lay(as_csv(rows), imports_plan.scored(words))
        assert peak(lambda: imports_plan.recognise(key, sheets, words)) < 20 * MEGABYTE
        imports_kept.keep_plan(key, asdict(imports_plan.recognise(key, sheets, words)))
        assert peak(lambda: imports.look(key, words, by=by)) < 30 * MEGABYTE
        found = imports.look(key, words, by=by)
        assert (found.count, found.wrong) == ((COUNT, 0) if width == 60 else (0, COUNT))


def test_a_row_too_long_is_left_out_and_the_others_come_in(app: Flask, almaty: Web) -> None:
    rows = [["Телефон", *"абвгд"], ["87015550001", *["x" * 30_000] * 5], ["87015550002", "обычная"]]
    assert "Пропущено строк: 1" in bring(app, almaty, as_xlsx(("Клиенты", rows)))
    with app.app_context():
        act(almaty)
        assert [lead.phone_e164 for lead in db.session.query(Lead)] == ["+77015550002"]


def test_sheets_share_the_room_of_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_book, "OUT_BYTES", 150_000)
    (tmp_path / "source").write_bytes(as_xlsx(*((name, [["y" * 9000] * 10]) for name in ("Май", "Июнь"))))
    assert imports_book._read(str(tmp_path / "source"), tmp_path) == 1


def test_the_oldest_files_of_a_company_make_room_for_new_ones(
    config: Config, almaty: Web, astana: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = as_csv([["Телефон", "Имя"], *([f"8701555{at:04}", "Ербол"] for at in range(100))])
    others = upload(astana, data)
    first, second, third = (upload(almaty, data) for _ in range(3))
    going, *rest = (path.rpartition("/")[2] for path in (first, second, third))
    assert almaty.post(first).status_code == 303
    for age, key in enumerate([going, *rest]):
        [folder] = (config.data_dir / "imports").glob(f"*-{key}")
        os.utime(folder, (10**9 + age, 10**9 + age))
    size = sum(each.stat().st_size for each in folder.glob("*"))
    monkeypatch.setattr(imports_kept, "LIE_ASIDE_BYTES", 3 * size + size // 2)
    last = upload(almaty, data)
    assert [almaty.get(path).status_code for path in (first, second, third, last)] == [200, 404, 200, 200]
    assert astana.get(others).status_code == 200


def test_a_company_lays_only_so_many_files_aside(app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def counted(_self: Limit, *key: str, **_more: object) -> None:
        asked.append(key)
        if len(asked) > 1:
            raise TooMany(retry_after_seconds=60)

    monkeypatch.setattr(Limit, "count", counted)
    data = as_csv([["Телефон"], ["87015550001"]])
    upload(almaty, data)
    form = {"file": (io.BytesIO(data), "x.csv")}
    assert almaty.post("/leads/import", form, content_type="multipart/form-data").status_code == 429
    assert asked == [(str(almaty.company_id),)] * 2


def test_long_cells_with_phones_are_not_kept_in_mind(app: Flask, almaty: Web) -> None:
    with app.app_context():
        act(almaty)
        phones = PhoneReader()
        tracemalloc.start()
        try:
            for number in range(200):
                assert phones.of(f"8 701 333 {number:04} {number}-үй " + "ә" * 30_000)[1]
            held, _peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert held < 3 * 1024 * 1024
