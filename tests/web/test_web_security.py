"""What the session door refuses: forged requests, foreign addresses, foreign hosts, and what browsers must not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from collecting import over
from conftest import PASSWORD, Api, Web
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from leadbot.accounts import users
from leadbot.config import Config
from leadbot.database import session as database
from leadbot.web import OPEN

HTMX = {"HX-Request": "true"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> Iterator[Rule]:
    """The routes of the session door."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web."))


def path(rule: Rule) -> str:
    return re.sub("<[^>]+>", "1", rule.rule)


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def test_no_unsafe_request_passes_without_its_token(app: Flask, almaty: Web, astana: Web) -> None:
    foreign = astana.token()
    seen = 0
    for rule in rules(app):
        for method in UNSAFE & (rule.methods or set()):
            for data in ({}, {"csrf_token": foreign}, {"csrf_token": "x"}):
                assert almaty.client.open(path(rule), method=method, data=data).status_code == 400, rule
            answer = almaty.client.open(path(rule), method=method, headers=HTMX)
            assert (answer.status_code, answer.headers["HX-Refresh"]) == (403, "true"), rule
            seen += 1
    assert seen > 5


@pytest.mark.parametrize(("origin", "status"), [("https://evil.kz", 400), ("http://localhost", 303), ("null", 303)])
def test_another_site_can_send_nothing_even_with_a_token(almaty: Web, origin: str, status: int) -> None:
    values = {"company_name": "Алматы", "language": "ru", "time_zone": "Asia/Almaty"}
    assert almaty.post("/settings/company", values, headers={"Origin": origin}).status_code == status


def test_no_page_changes_anything_by_get(app: Flask, almaty: Web) -> None:
    only_post = [
        rule for rule in rules(app) if UNSAFE & (rule.methods or set()) and "GET" not in (rule.methods or set())
    ]
    assert "/logout" in {rule.rule for rule in only_post}
    for rule in only_post:
        answer = almaty.get(path(rule))
        known_otherwise = {each.rule for each in rules(app) if "GET" in (each.methods or set())}
        assert answer.status_code in ({200, 303, 404, 410, 286} if rule.rule in known_otherwise else {404, 405}), rule
    assert almaty.get("/settings/company").status_code == 200


def test_a_form_left_open_for_hours_still_counts(almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    old = almaty.token()
    import itsdangerous

    real = itsdangerous.TimestampSigner.get_timestamp
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda self: real(self) + 3 * 3600)
    data = {"csrf_token": old, "name": "А", "language": "ru", "theme": ""}
    assert almaty.client.post("/settings/profile", data=data).status_code == 303


def test_a_form_of_an_older_session_leads_back_to_itself(almaty: Web) -> None:
    referrer = {"Referer": "http://localhost/settings/profile"}
    answer = almaty.client.post("/settings/profile", data={"csrf_token": "old", "name": "Б"}, headers=referrer)
    assert answer.status_code == 400
    assert "Страница устарела" in answer.text and 'href="/settings/profile"' in answer.text
    assert ">Б<" not in almaty.get("/settings/profile").text


def test_htmx_bears_the_token_in_a_header(almaty: Web) -> None:
    body = re.search(r"hx-headers='{\"X-CSRFToken\": \"([^\"]+)\"}'", almaty.get("/settings/profile").text)
    assert body
    data = {"name": "А", "language": "ru", "theme": ""}
    answer = almaty.client.post("/settings/profile", data=data, headers={**HTMX, "X-CSRFToken": body.group(1)})
    assert answer.status_code == 204


def test_guests_are_led_to_the_log_in_from_every_room_but_the_open_ones(app: Flask, stranger: FlaskClient) -> None:
    open_rooms = {f"web.{room.bp.name}." for room in OPEN}
    closed = [rule for rule in rules(app) if not rule.endpoint.startswith(tuple(open_rooms))]
    assert len(closed) > 5
    for rule in closed:
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = stranger.open(path(rule), method=method)
            assert answer.status_code == 303 and answer.location.startswith("/login"), rule
            htmx = stranger.open(path(rule), method=method, headers=HTMX)
            assert htmx.status_code == (286 if method == "GET" else 401), rule
            assert htmx.headers["HX-Reswap"] == "none" and 'href="/login"' in htmx.text


def test_a_guest_comes_back_to_where_he_was_going(app: Flask, api_almaty: Api) -> None:
    client = app.test_client()
    asked = client.get("/settings/telegram")
    assert asked.location == "/login?next=/settings/telegram"
    page = client.get(asked.location).text
    data = {"email": "manager@almaty.kz", "password": PASSWORD, "csrf_token": token(page), "next": "/settings/telegram"}
    assert client.post("/login", data=data).location == "/settings/telegram"
    assert 'value="/settings/telegram"' in page


BAD_NEXT = [
    "//evil.kz", "///evil.kz", "/\\evil.kz", "\\\\evil.kz", "\t//evil.kz", "/\t/evil.kz", "/\n/evil.kz", " //evil.kz",
    "https:evil.kz", "https://evil.kz", "http:///evil.kz", "javascript:alert(1)", "data:text/html,x", "/a%0d%0aX:y",
    "/board\r\nX: y", "/%2f%2fevil.kz", "/.//evil.kz", "/..//evil.kz", "//evil.kz/%2e%2e", "/board@evil.kz",
    "evil.kz", "?x", "#x", "/nowhere", "/static/app.css", "/api/leads", "/logout", "/board\x00", "/бoard",
    "／／evil.kz", "/login/../../evil",
]  # fmt: skip


@over(BAD_NEXT, "target")
def test_no_address_leads_off_the_site(app: Flask, api_almaty: Api, target: str) -> None:
    client = app.test_client()
    data = {"email": "manager@almaty.kz", "password": PASSWORD, "next": target}
    answer = client.post("/login", data={**data, "csrf_token": token(client.get("/login").text)})
    assert (answer.status_code, answer.location) == (303, "/board")


@pytest.mark.parametrize("target", ["/settings/company", "/", "/settings/profile?x=1&y=%D0%B0"])
def test_pages_of_ours_are_allowed(app: Flask, api_almaty: Api, target: str) -> None:
    client = app.test_client()
    data = {"email": "manager@almaty.kz", "password": PASSWORD, "next": target}
    answer = client.post("/login", data={**data, "csrf_token": token(client.get("/login").text)})
    assert answer.location == target


def test_every_answer_tells_the_browser_what_to_refuse(app: Flask, almaty: Web) -> None:
    for rule in rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        answer = almaty.get(path(rule))
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store", rule


def test_no_page_holds_a_script_or_a_style_of_its_own(app: Flask, almaty: Web) -> None:
    for rule in rules(app):
        if "GET" in (rule.methods or set()):
            answer = almaty.get(path(rule))
            text = answer.text if "xlsx" not in rule.rule else ""
            assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|\shx-on|hx-vals=.js:", text), rule
            assert not re.search(r'(src|<link[^>]*href)="(https?:)?//', text), rule


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask, stranger: FlaskClient) -> None:
    cookie = stranger.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert not any("remember" in line for line in stranger.get("/login").headers.getlist("Set-Cookie"))


class TestHttps:
    """People reach this copy over https, by one name."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(public_url="https://leadbot.kz", trusted_hosts=("leadbot.kz",))

    def test_the_cookie_is_bound_to_the_host(self, stranger: FlaskClient) -> None:
        cookie = stranger.get("/login", base_url="https://leadbot.kz").headers["Set-Cookie"]
        assert cookie.startswith("__Host-leadbot=") and "Secure" in cookie and "Path=/" in cookie

    @pytest.mark.parametrize("host", ["evil.example", "leadbot.kz.evil.example", "a b<>", "10.0.0.5"])
    def test_another_host_is_refused(self, stranger: FlaskClient, host: str) -> None:
        assert stranger.get("/login", headers={"Host": host}).status_code == 400

    def test_a_forwarded_host_is_not_believed(self, stranger: FlaskClient) -> None:
        headers = {"Host": "leadbot.kz", "X-Forwarded-Host": "evil.example"}
        answer = stranger.get("/settings/company", headers=headers)
        assert answer.status_code == 303 and "evil" not in answer.location + answer.text


def test_a_session_is_outworn_after_thirty_days(almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    now = database.utcnow()
    monkeypatch.setattr(users, "utcnow", lambda: now + timedelta(days=29))
    assert almaty.get("/settings/company").status_code == 200
    monkeypatch.setattr(users, "utcnow", lambda: now + timedelta(days=30, minutes=1))
    assert almaty.get("/settings/company").status_code == 303


@pytest.mark.parametrize("host", ["x" * 300, "a..b", "[::1", ""])
def test_an_absurd_host_is_no_fault_of_ours(stranger: FlaskClient, host: str) -> None:
    for path in ("/login", "/api/leads", "/w/x"):
        assert stranger.get(path, headers={"Host": host}).status_code < 500


def test_static_files_are_kept_for_ever_by_their_content(stranger: FlaskClient) -> None:
    address = re.search(r"/static/app\.css\?v=[0-9a-f]+", stranger.get("/").text)
    assert address
    assert "immutable" in stranger.get(address.group()).headers["Cache-Control"]
    for stale in ("/static/app.css", "/static/app.css?v=0"):
        assert "immutable" not in stranger.get(stale).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/%2e%2e/", 404),
        ("/static/../wsgi.py", 404),
        ("/static/%2e%2e/wsgi.py", 404),
        ("/logout", 405),
    ],
)
def test_what_is_not_there_is_a_page_or_a_note(almaty: Web, address: str, status: int) -> None:
    answer = almaty.get(address)
    assert answer.status_code == status and "<h1>" in answer.text and "Traceback" not in answer.text
    note = almaty.get(address, headers=HTMX)
    assert note.status_code == status and "<h1>" not in note.text and 'role="alert"' in note.text


def test_a_body_too_large_is_refused(almaty: Web) -> None:
    answer = almaty.post("/settings/company", {"about": "я" * 300_000})
    assert answer.status_code == 413 and "Слишком большой объём" in answer.text
