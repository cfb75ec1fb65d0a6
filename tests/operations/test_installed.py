"""Leadbot on a phone: what a browser wants of an app, a worker over all pages, a page for when there is no network."""

from __future__ import annotations

import re
import struct

from conftest import Api, Web
from flask import Flask
from flask.testing import FlaskClient

from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.models import Source

HTMX = {"HX-Request": "true"}


def test_a_browser_may_install_it(almaty: Web, stranger: FlaskClient) -> None:
    assert 'rel="manifest" href="/manifest.webmanifest"' in almaty.get("/board").text
    answer = stranger.get("/manifest.webmanifest")
    said = answer.get_json(force=True)
    assert answer.mimetype == "application/manifest+json"
    assert (said["display"], said["start_url"], said["scope"]) == ("standalone", "/board", "/")
    for icon in said["icons"]:
        picture = stranger.get(icon["src"]).data
        assert picture.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", picture[16:24])
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}


def test_the_worker_lies_where_it_sees_all_pages_and_keeps_only_what_is_there(stranger: FlaskClient) -> None:
    answer = stranger.get("/sw.js")
    assert answer.mimetype == "text/javascript" and "Service-Worker-Allowed" not in answer.headers
    kept = re.match(r"const KEPT = \[(.*)\];\n", answer.text)
    assert kept
    for path in re.findall(r'"([^"]+)"', kept[1]):
        assert stranger.get(path).status_code == 200, path


def test_the_page_without_a_network_is_nobodys(almaty: Web, stranger: FlaskClient) -> None:
    page = stranger.get("/offline", headers={"Accept-Language": "kk"}).text
    assert "Байланыс жоқ" in page and "<script" not in page
    mine = almaty.get("/offline").text
    assert "Нет связи" in mine and "csrf" not in mine and "manager" not in mine


def test_no_page_allows_more_than_before(almaty: Web) -> None:
    for path in ("/settings/profile", "/sw.js", "/offline", "/manifest.webmanifest"):
        policy = almaty.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "script-src 'self';" in policy and "default-src 'none'" in policy


def test_an_open_page_hears_of_a_lead_and_of_a_client_who_waits(app: Flask, almaty: Web, api_almaty: Api) -> None:
    def asked(extra: str = "") -> dict[str, str]:
        text = almaty.get(f"/conversations/unread?n=x{extra}", headers=HTMX).text
        return dict(re.findall(r'data-(lead|fresh|waits|sound)="(\d+)"', text))

    assert asked() == {"lead": "0", "fresh": "0", "waits": "0", "sound": "1"}
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        for number in range(3):
            phone = f"8776877660{number}"
            chat.receive(chat.Incoming(Source.WIDGET, phone, f"Хочу дом 150 м² в Алматы, Канат, {phone}"))
        chat.receive(chat.Incoming(Source.TEST, "user-1", "Хочу дом 150 м² в Алматы, Канат, 87768776610"))
        chat.receive(chat.Incoming(Source.WIDGET, "87768776600", "Позовите менеджера, пожалуйста"))
    assert asked("&since=1") == {"lead": "3", "fresh": "2", "waits": "1", "sound": "1"}
    version = re.search(r"s=([\d.]+)", almaty.get("/conversations/unread?n=x", headers=HTMX).text)
    count = re.search(r"n=(\d+)", almaty.get("/conversations/unread?n=x", headers=HTMX).text)
    assert version and count
    path = f"/conversations/unread?n={count[1]}&s={version[1]}"
    assert almaty.get(path, headers=HTMX).status_code == 204
    assert almaty.get(f"{path}&since=1", headers=HTMX).status_code == 200
    almaty.post("/settings/profile/notifications", {"hours": "any"})
    assert "sound" not in asked()
