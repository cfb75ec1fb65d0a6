"""A company's page that gets another address: the one on its banners leads there, and never to a stranger's chat."""

from __future__ import annotations

import pytest
from conftest import Web
from flask.testing import FlaskClient
from test_widget_page import form_of
from test_widget_settings import URL, filled

from leadbot.accounts.limits import Limit
from leadbot.config import Config
from leadbot.conversations import widget


def move(web: Web, to: str) -> int:
    return web.post(URL, filled(to)).status_code


def test_the_old_address_leads_to_the_page(stranger: FlaskClient, almaty: Web, slug: str) -> None:
    assert move(almaty, "sauna-kz") == move(almaty, "sauna-almaty") == 303
    for old in (slug, "sauna-kz"):
        found = stranger.get(f"/c/{old}?lang=kk&utm_source=banner")
        assert (found.status_code, found.location) == (302, "/c/sauna-almaty?lang=kk&utm_source=banner")
        assert stranger.get(f"/c/{old}/qr.png").location == "/c/sauna-almaty/qr.png"
        assert stranger.get(f"/c/{old}/consent").location == "/c/sauna-almaty/consent"
    assert stranger.get("/c/sauna-almaty").status_code == 200
    assert stranger.get("/c/sauna-astana").status_code == 404


def test_a_page_that_stood_open_goes_on(stranger: FlaskClient, almaty: Web, slug: str) -> None:
    sent = {**form_of(stranger.get(f"/c/{slug}").text), "text": "Хочу баню"}
    assert move(almaty, "sauna-kz") == 303
    answer = stranger.post(f"/c/{slug}?lang=ru", data=sent)
    assert answer.status_code == 200 and "Хочу баню" in answer.text


def test_nobody_else_gets_it(stranger: FlaskClient, almaty: Web, astana: Web, slug: str) -> None:
    assert move(almaty, "sauna-kz") == 303
    assert move(astana, slug) == 422 and move(astana, "sauna-kz") == 422
    assert move(astana, "sauna-astana") == 303
    assert move(almaty, slug) == 303  # it may go back itself
    assert stranger.get(f"/c/{slug}").status_code == 200
    assert stranger.get("/c/sauna-kz").location == f"/c/{slug}"
    assert move(astana, "sauna-kz") == 422


def test_a_page_that_is_paused_is_closed_under_all_its_addresses(stranger: FlaskClient, almaty: Web, slug: str) -> None:
    assert move(almaty, "sauna-kz") == 303
    assert almaty.post(f"{URL}/pause", {"paused": "1"}).status_code == 303
    assert stranger.get(f"/c/{slug}").status_code == stranger.get("/c/sauna-kz").status_code == 404


class TestLimited:
    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.replace(ratelimit_enabled=True)

    def test_a_company_does_not_hoard_addresses(self, almaty: Web, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(widget, "MOVES", Limit("addresses of a page", "2 per day"))
        assert [move(almaty, f"sauna-{number}") for number in (1, 2, 3)] == [303, 303, 429]
        assert move(almaty, "sauna-2") == 303  # as it is
