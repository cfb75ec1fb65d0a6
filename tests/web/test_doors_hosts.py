"""Which names this copy answers to: its public one and its machine's own, whoever set up what."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from leadbot import create_app
from leadbot.config import Config


def asked(config: Config, host: str, path: str = "/login") -> int:
    client: FlaskClient = create_app(config).test_client()
    return client.get(path, headers={"Host": host}).status_code


@pytest.mark.parametrize("host", ["evil.example", "leadbot.kz.evil.example", "sub.leadbot.kz", "10.0.0.5"])
@pytest.mark.parametrize("path", ["/login", "/health", "/api/leads", "/static/app.css"])
def test_a_foreign_host_is_refused_by_the_public_address(config: Config, host: str, path: str) -> None:
    assert asked(config.replace(public_url="https://leadbot.kz"), host, path) == 400


@pytest.mark.parametrize("host", ["leadbot.kz", "leadbot.kz:443", "localhost:8000", "127.0.0.1"])
def test_the_public_name_and_the_machines_own_are_answered(config: Config, host: str) -> None:
    assert asked(config.replace(public_url="https://Leadbot.kz:8443/"), host, "/health") == 200


def test_names_that_were_set_stand_instead_and_health_is_still_asked(config: Config) -> None:
    named = config.replace(public_url="https://leadbot.kz", trusted_hosts=("crm.kz", ".crm.kz"))
    assert [asked(named, host) for host in ("crm.kz", "a.crm.kz", "leadbot.kz")] == [200, 200, 400]
    assert asked(named, "127.0.0.1:8000", "/health") == 200


def test_a_name_in_cyrillic_is_answered_as_browsers_send_it(config: Config) -> None:
    assert asked(config.replace(public_url="https://дом.kz"), "xn--d1aqf.kz") == 200


def test_without_a_public_address_any_host_is_answered(config: Config) -> None:
    assert asked(config, "192.168.1.5:8000") == 200


def test_a_public_address_of_six_shuts_nobody_out(config: Config) -> None:
    assert asked(config.replace(public_url="http://[2001:db8::1]:8000"), "[2001:db8::1]:8000") == 200
