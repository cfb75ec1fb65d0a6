"""The widget's gate: whose key, whose token, who may frame it, and how little it weighs."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from conftest import Api, Web, widget_key
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from making import set_company
from visiting import Visitor, token_in

from leadbot.widget import tokens

LAUNCHER_MOST, CHAT_MOST, REQUESTS_MOST = 2 * 1024, 30 * 1024, 4  # performance.md, P7: bytes after gzip -9


def packed(client: FlaskClient, path: str) -> int:
    return len(gzip.compress(client.get(path).data, 9))


def test_the_launcher_and_the_chat_are_featherweights(stranger: FlaskClient, key: str) -> None:
    page = stranger.get(f"/w/{key}")
    paths = ["/widget.js", f"/w/{key}", *(part.split('"')[0] for part in page.text.split('src="')[1:])]
    paths += [part.split('"')[0] for part in page.text.split('<link rel="stylesheet" href="')[1:]]
    sizes = {path: packed(stranger, path) for path in paths}
    assert sizes["/widget.js"] <= LAUNCHER_MOST, sizes
    assert sum(sizes.values()) <= CHAT_MOST and len(sizes) <= REQUESTS_MOST, sizes
    assert packed(stranger, f"/widget.js?bot={key}") <= LAUNCHER_MOST
    assert "http://" not in page.text.replace("http://www.w3.org", "") and "https://" not in page.text


def test_what_is_kept_is_kept_by_its_content(stranger: FlaskClient, key: str) -> None:
    entry = stranger.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert entry.headers["Content-Encoding"] == "gzip" and "max-age=300," in entry.headers["Cache-Control"]
    assert stranger.get("/widget.js", headers={"If-None-Match": entry.headers["ETag"]}).status_code == 304
    page = stranger.get(f"/w/{key}").text
    look = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in stranger.get(look).headers["Cache-Control"]
    assert stranger.get(look.split("?")[0] + "?v=old").headers["Cache-Control"] == "no-cache"
    for each in (entry, stranger.get(f"/widget.js?bot={key}"), stranger.get(f"/w/{key}/site.js")):
        assert each.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert each.headers["Access-Control-Allow-Origin"] == "*"


def test_sites_that_ask_isolation_may_frame_the_chat(stranger: FlaskClient, key: str) -> None:
    for path in (f"/w/{key}", "/w/wk_unknown_unknown"):
        answer = stranger.get(path)
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_key_that_is_none_makes_no_button(app: Flask, api_almaty: Api, stranger: FlaskClient, key: str) -> None:
    set_company(app, api_almaty.company_id, widget_is_paused=True)
    for each in (key, "wk_unknown_unknown", "%00", "x"):
        answer = stranger.get(f"/widget.js?bot={each}")
        assert (answer.status_code, answer.data) == (200, b"")
    gone = stranger.get(f"/w/{key}/site.js?t=x")
    assert gone.status_code == 200 and "hidden" in gone.text and len(gone.text) < 200


def test_no_public_page_reads_or_sets_a_cookie(app: Flask, almaty: Web, key: str, slug: str) -> None:
    for path in (
        "/widget.js",
        f"/widget.js?bot={key}",
        f"/w/{key}/site.js",
        f"/w/{key}",
        f"/w/{key}/look.css",
        f"/c/{slug}",
        f"/c/{slug}/consent",
        "/w/none",
        "/w/a/b",
    ):
        answer = almaty.get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
    assert almaty.get("/settings/widget").status_code == 200


def test_unknown_paused_rotated_and_closed_look_alike(app: Flask, api_almaty: Api, almaty: Web, key: str) -> None:
    unknown = almaty.get("/w/wk_unknown_unknown")
    assert unknown.status_code == 404 and "Чат сейчас не работает" in unknown.text
    set_company(app, api_almaty.company_id, widget_is_paused=True)
    paused = almaty.get(f"/w/{key}")
    set_company(app, api_almaty.company_id, widget_is_paused=False)
    assert almaty.get(f"/w/{key}").status_code == 200
    almaty.post("/settings/widget/rotate")
    rotated = almaty.get(f"/w/{key}")
    new = widget_key(api_almaty)
    set_company(app, api_almaty.company_id, is_active=False)
    closed = app.test_client().get(f"/w/{new}", headers={"Accept-Language": "ru"})
    for answer in (paused, rotated, closed):
        assert (answer.status_code, answer.data) == (404, unknown.data)
        assert answer.headers["Content-Security-Policy"] == unknown.headers["Content-Security-Policy"]


@pytest.mark.parametrize("key", ["%00", "../x", "a" * 100, "wk_%F0%9F", "1;", "x y"])
def test_a_strange_key_is_no_fault_of_ours(stranger: FlaskClient, key: str) -> None:
    for path in (f"/w/{key}", f"/w/{key}/messages", f"/c/{key}", f"/c/{key}/qr.svg"):
        for method in ("GET", "POST"):
            assert stranger.open(path, method=method).status_code in {404, 405}, path


@pytest.mark.parametrize("path", ["messages", "call", "lines", "seen", "link"])
def test_without_a_token_of_this_bot_nothing_is_said(app: Flask, api_astana: Api, key: str, path: str) -> None:
    theirs = Visitor(app, widget_key(api_astana)).token
    mine = Visitor(app, key).token
    for token in ("", "x", "x" * 5000, theirs, mine[:-2], mine.replace(".", ".x", 1), "é"):
        visitor = Visitor(app, key, token="-")
        visitor.token = token
        answer = visitor.ask(
            "GET" if path == "lines" else "POST", f"/w/{key}/{path}", {"text": "Дом"} if path != "lines" else None
        )
        assert answer.status_code == 401, token


def test_a_token_that_ran_out_is_renewed_for_the_same_visitor(
    app: Flask, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(app, key)
    visitor.talk("Хочу дом")
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + tokens.LIFE_SECONDS + 1)
    assert visitor.lines().status_code == 401
    old = visitor.token
    visitor.token = ""
    visitor.token = visitor.ask("POST", f"/w/{key}/token", {"token": old}).text
    assert "Хочу дом" in visitor.lines().text
    later = int(timedelta(days=91).total_seconds())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + later)
    old, visitor.token = visitor.token, ""
    visitor.token = visitor.ask("POST", f"/w/{key}/token", {"token": old}).text
    assert visitor.lines().status_code == 204  # somebody else now


def test_a_renewal_with_rubbish_makes_a_stranger(app: Flask, key: str) -> None:
    for rubbish in ("", "x", "é" * 3000, "a.b.c"):
        with app.test_client() as client:
            answer = client.post(f"/w/{key}/token", data={"token": rubbish})
            assert answer.status_code == 200
            assert Visitor(app, key, token=answer.text).lines().status_code == 204


def test_only_listed_sites_may_frame_the_chat(almaty: Web, key: str, stranger: FlaskClient) -> None:
    def ancestors() -> str:
        policy = stranger.get(f"/w/{key}").headers["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))

    assert ancestors() == "frame-ancestors * file: capacitor: ionic:"
    page = almaty.get("/settings/widget").text
    slug_now = page.split('name="slug"')[1].split('value="')[1].split('"')[0]
    form = {
        "color": "",
        "position": "right",
        "slug": slug_now,
        "domains": "https://StroyKZ.kz/o-nas\nдом.қаз, localhost:3000",
    }
    assert almaty.post("/settings/widget", form).status_code == 303
    listed = ancestors().split()[1:]
    assert listed[0] == "'self'" and "*" not in listed
    for source in ("https://stroykz.kz", "http://stroykz.kz", "https://www.stroykz.kz", "http://localhost:3000"):
        assert source in listed
    assert all(source == "'self'" or source.startswith(("http://", "https://")) for source in listed)
    assert any(source.startswith("https://xn--") for source in listed)
    frame = stranger.get(f"/w/{key}")
    assert "X-Frame-Options" not in frame.headers
    assert stranger.get(f"/w/{key}/messages").status_code in {404, 405}


def test_the_page_speaks_as_it_is_asked(stranger: FlaskClient, key: str) -> None:
    asks = {"?lang=kk": ("", "kk"), "?lang=en": ("ru", "en"), "?lang=xx": ("kk-KZ,ru;q=0.5", "kk"), "": ("de", "ru"),
            "?lang=kz": ("ru", "kk"), "?lang=kk-Latn-KZ": ("ru", "kk"), "?lang=RU_ru": ("kk", "ru")}  # fmt: skip
    for query, (browser, language) in asks.items():
        page = stranger.get(f"/w/{key}{query}", headers={"Accept-Language": browser}).text
        assert f'<html lang="{language}">' in page, query
        assert page.count("<textarea") == 1 and page.count('name="text"') == 1
    assert token_in(stranger.get(f"/w/{key}").text) != token_in(stranger.get(f"/w/{key}").text)
