"""Static files go out small, and are kept for as long as their content stands."""

from __future__ import annotations

import gzip
from pathlib import Path

import databases
import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough: files are the same over any."""
    return databases.ready("sqlite", tmp_path)


@pytest.mark.parametrize("name", ["app.css", "app.js", "vendor/htmx.org@2.0.11/htmx.min.js", "icons.svg"])
def test_a_text_is_sent_compressed(stranger: FlaskClient, name: str) -> None:
    plain, packed = (stranger.get(f"/static/{name}", headers=headers) for headers in ({}, GZIP))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.mimetype == plain.mimetype


@pytest.mark.parametrize(
    "headers", [{"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br"}, {"Range": "bytes=0-9"}]
)
def test_who_can_not_read_it_gets_it_plain(stranger: FlaskClient, headers: dict[str, str]) -> None:
    answer = stranger.get("/static/app.css", headers=headers)
    assert answer.status_code in (200, 206) and "Content-Encoding" not in answer.headers
    assert b"\x1f\x8b" not in answer.data[:2]


def test_a_file_that_is_known_is_not_sent_again(stranger: FlaskClient) -> None:
    first = stranger.get("/static/app.css", headers=GZIP)
    again = stranger.get("/static/app.css", headers={**GZIP, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_head_tells_the_same_length(stranger: FlaskClient) -> None:
    got, told = stranger.get("/static/app.css", headers=GZIP), stranger.head("/static/app.css", headers=GZIP)
    assert told.headers["Content-Length"] == got.headers["Content-Length"] and told.data == b""


def test_small_files_pictures_and_pages_are_left_alone(stranger: FlaskClient) -> None:
    for path in ("/static/favicon.svg", "/login", "/"):
        assert "Content-Encoding" not in stranger.get(path, headers=GZIP).headers, path
