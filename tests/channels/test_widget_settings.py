"""Settings → Widget: the code for the site, its look, its sites, its key."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from collecting import over
from conftest import Api, Web, widget_key
from flask import Flask
from flask.testing import FlaskClient
from visiting import Visitor

from leadbot import create_app
from leadbot.accounts import hours_settings
from leadbot.config import Config
from leadbot.conversations import widget
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Role, User

URL = "/settings/widget"


def filled(slug: str, **values: str) -> dict[str, object]:
    return {"position": "right", "slug": slug, "delay_seconds": "0", **values}


def code(almaty: Web) -> str:
    found = re.search(r'<code id="snippet">(.*?)</code>', almaty.get(URL).text)
    assert found
    return html.unescape(found.group(1))


def given(stranger: FlaskClient, key: str) -> dict[str, str]:
    """What the entry file tells the launcher."""
    found = re.search(r"\)\((\{.*\})\);?$", stranger.get(f"/widget.js?bot={key}").text)
    assert found
    return dict(json.loads(found.group(1)))


def test_what_is_set_reaches_the_site_without_another_code(
    almaty: Web,
    stranger: FlaskClient,
    key: str,
    slug: str,
) -> None:
    line = code(almaty)
    assert line == f'<script src="http://localhost:8000/widget.js?bot={key}" async></script>'
    assert given(stranger, key) == {"bot": key, "home": "http://localhost"}
    chosen = {"color": "#FFCC00", "position": "left", "bubble_ru": "Дом</script>?", "delay_seconds": "7"}
    more = {"offset_x": "0", "offset_y": "90", "has_sound": "y", "title_kk": "Құрылыс", "widget_language": "kk"}
    assert almaty.post(URL, filled(slug, **chosen, **more)).status_code == 303
    assert code(almaty) == line
    told = given(stranger, key)
    assert told.items() >= {"color": "#ffcc00", "position": "left", "ruBubble": "Дом</script>?", "delay": "7"}.items()
    assert told.items() >= {"offsetX": "0", "offsetY": "90", "sound": "1", "kkTitle": "Құрылыс", "lang": "kk"}.items()
    entry = stranger.get(f"/widget.js?bot={key}")
    assert "</script>" not in entry.text
    assert stranger.get(f"/widget.js?bot={key}", headers={"If-None-Match": entry.headers["ETag"]}).status_code == 304


def test_a_launcher_that_bears_the_host_that_was_asked_is_kept_nowhere(config: Config, key: str) -> None:
    for public, home, kept in (
        (None, "http://evil.example", "no-store"),
        ("https://bot.dom.kz", "https://bot.dom.kz", "public, max-age=60, stale-if-error=604800"),
    ):
        client = create_app(config.replace(public_url=public, trusted_hosts=("evil.example",))).test_client()
        answer = client.get(f"/widget.js?bot={key}", base_url="http://evil.example")
        assert f'"home":"{home}"' in answer.text and answer.headers["Cache-Control"] == kept


def test_outside_hours_the_button_goes_by_choice(
    almaty: Web,
    stranger: FlaskClient,
    key: str,
    slug: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    almaty.post(
        "/settings/hours",
        {f"day{number}": "9:00–18:00" for number in range(7)} | {"take_minutes": "15", "answer_minutes": "5"},
    )
    night, noon = datetime(2026, 12, 1, 20, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)
    for moment, is_off in ((night, False), (noon, False)):
        monkeypatch.setattr(hours_settings, "utcnow", lambda moment=moment: moment)
        assert ("hidden" in given(stranger, key)) == is_off
    almaty.post(URL, filled(slug, hides_closed="y"))
    for moment, is_off in ((night, True), (noon, False)):
        monkeypatch.setattr(hours_settings, "utcnow", lambda moment=moment: moment)
        assert ("hidden" in given(stranger, key)) == is_off


def test_a_client_may_go_on_in_the_companys_messengers(
    almaty: Web,
    stranger: FlaskClient,
    key: str,
    slug: str,
) -> None:
    assert "wa.me" not in stranger.get(f"/w/{key}").text
    almaty.post(URL, filled(slug, whatsapp="8 (701) 123-45-67", telegram="https://t.me/stroydom"))
    page = stranger.get(f"/w/{key}").text
    assert 'href="https://wa.me/77011234567"' in page and 'href="https://t.me/stroydom"' in page


def test_colour_and_title_are_seen_in_the_chat(almaty: Web, stranger: FlaskClient, key: str, slug: str) -> None:
    assert almaty.post(URL, filled(slug, color="#ffcc00", title_kk="Құрылыс үйі")).status_code == 303
    page = stranger.get(f"/w/{key}?lang=kk").text
    assert "<h1>Құрылыс үйі</h1>" in page and "<h1>СтройКомпания Алматы</h1>" in stranger.get(f"/w/{key}?lang=ru").text
    look = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert stranger.get(look).text.endswith(":root{--brand:#ffcc00;--on-brand:#211e1a}")


@over([
        ("color", "red", "Цвет в виде"), ("color", "#12345", "Цвет в виде"), ("color", "#777777;}", "Цвет в виде"),
        ("domains", "стройка кз'; script-src *", "Впишите адрес сайта"), ("domains", "ftp://x.kz", "Впишите адрес"),
        ("domains", "user@x.kz", "Впишите адрес"), ("domains", "*", "Впишите"), ("domains", "x.kz:99999", "Впишите"),
        ("domains", "\n".join(f"s{n}.kz" for n in range(51)), "Сайтов не больше 50"),
        ("slug", "Ы", "латинские"), ("slug", "a", "латинские"), ("slug", "-ab-", "латинские"),
        ("delay_seconds", "601", "от 0 до 600"), ("delay_seconds", "x", "от 0 до 600"),
        ("offset_y", "401", "от 0 до 400"), ("whatsapp", "123", "Номер телефона"),
        ("telegram", "a b", "Имя в Telegram"),
        ("privacy_url", "javascript:alert(1)", "https://"), ("title_ru", "я" * 61, "Не больше 60"),
    ], "field, value, says")  # fmt: skip
def test_what_is_not_right_changes_nothing(almaty: Web, slug: str, field: str, value: str, says: str) -> None:
    before = code(almaty)
    answer = almaty.post(URL, {**filled(slug), field: value})
    assert answer.status_code == 422
    assert says in answer.text and f'id="{field}-e"' in answer.text
    assert code(almaty) == before


def test_an_address_that_is_taken_is_not_given_twice(almaty: Web, astana: Web, slug: str) -> None:
    answer = astana.post(URL, filled(slug))
    assert answer.status_code == 422 and "Этот адрес занят" in answer.text


def test_where_it_was_seen_can_be_pinned(app: Flask, almaty: Web, key: str) -> None:
    visitor = Visitor(app, key)
    assert "Пока ни на одном сайте" in almaty.get(URL).text
    for page in ("javascript:x", "http://localhost:8000/settings/widget"):
        visitor.ask("POST", f"/w/{key}/open", {"page": page})
    assert "Пока ни на одном сайте" in almaty.get(URL).text
    visitor.ask("POST", f"/w/{key}/open", {"page": "https://stroykz.kz/o-nas?x=1"})
    assert re.search(r"Виджет открывали на stroykz.kz: \d\d.\d\d.\d{4}, \d\d:\d\d", almaty.get(URL).text)
    assert almaty.post(f"{URL}/pin", shown_site(almaty)).status_code == 303
    assert "https://stroykz.kz" in visitor.open().headers["Content-Security-Policy"]
    assert "Разрешить только" not in almaty.get(URL).text


def shown_site(web: Web) -> dict[str, str]:
    """What the form beside «Разрешить только …» sends."""
    found = re.search(r'name="site" value="([^"]*)"', web.get(URL).text)
    return {"site": found.group(1)} if found else {}


def test_a_stranger_chooses_no_site_for_the_owner(app: Flask, almaty: Web, key: str) -> None:
    visitor = Visitor(app, key)
    visitor.ask("POST", f"/w/{key}/open", {"page": "https://ac-uy.kz/"})
    sent = shown_site(almaty)
    visitor.ask("POST", f"/w/{key}/open", {"page": "https://evil.example/"})
    assert almaty.post(f"{URL}/pin", sent).status_code == 303
    allowed = visitor.open().headers["Content-Security-Policy"]
    assert "https://ac-uy.kz" in allowed and "evil.example" not in allowed
    for nothing in ({}, {"site": "  "}, {"site": "no site"}):
        almaty.post(f"{URL}/pin", nothing)
    assert visitor.open().headers["Content-Security-Policy"] == allowed


def test_a_pause_closes_and_opens(almaty: Web, stranger: FlaskClient, key: str) -> None:
    almaty.post(f"{URL}/pause", {"paused": "1"})
    assert stranger.get(f"/w/{key}").status_code == 404
    almaty.post(f"{URL}/pause", {"paused": "0"})
    assert stranger.get(f"/w/{key}").status_code == 200


def test_another_key_makes_the_old_one_nobodys(almaty: Web, api_almaty: Api, key: str) -> None:
    assert almaty.post(f"{URL}/rotate").status_code == 303
    new = widget_key(api_almaty)
    assert new != key and code(almaty).count(new) == 1


@pytest.mark.parametrize(("role", "allowed"), [(Role.MANAGER, {"pause"}), (Role.VIEWER, set())])
def test_who_may_do_what(app: Flask, almaty: Web, slug: str, role: Role, allowed: set[str]) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.query(User).one().role = role
        db.session.commit()
    for path in ("pause", "rotate", "pin"):
        assert (almaty.post(f"{URL}/{path}").status_code == 403) == (
            path not in allowed | {"pin"} or role is Role.VIEWER
        )
    assert almaty.post(URL, filled(slug)).status_code == (403 if role is Role.VIEWER else 303)


@over([("#ffffff", "#000000", 21.0), ("#0b6b73", "#ffffff", 6.2)])
def test_contrast_is_counted_as_wcag_does(one: str, other: str, ratio: float) -> None:
    assert widget.contrast(one, other) == pytest.approx(ratio, abs=0.1)
