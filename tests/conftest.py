"""The test world: two companies, each with a person at a browser and one at the API, and a stranger who is neither."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import bcrypt
import databases
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from leadbot import create_app
from leadbot.config import Config
from leadbot.database import session as database
from leadbot.database import tenancy
from leadbot.database.session import db, set_clock
from leadbot.models import Company, Role, User

PASSWORD = "test123"
Later = Callable[..., None]
_compile_builder, _builders = Rule._compile_builder, {}


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Any:
    """How addresses of a rule are built is compiled once for all the applications that tests make: 35 ms of 42 each."""
    key = (rule.rule, rule.subdomain, rule.host, append_unknown, repr(rule.defaults))
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
# Compiled templates, shared by the applications that each test makes.
TEMPLATES = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="leadbot-templates-"))
atexit.register(shutil.rmtree, TEMPLATES.directory, ignore_errors=True)


# What these try is decided before a database is asked, or by statements that test_roles, test_sweep and the tests of
# their subject run on both. One kind is enough.
ON_SQLITE = {
    "test_acts_services", "test_api_bad_accounts", "test_api_bad_messages", "test_api_strict", "test_api_tokens",
    "test_assets", "test_audit", "test_bad_inputs", "test_board_add", "test_bot_versions", "test_canned",
    "test_carrier_push", "test_carriers", "test_chat_faults", "test_clients_see_no_address", "test_console",
    "test_doors_bodies", "test_doors_corrections", "test_doors_first_touch", "test_doors_forging",
    "test_doors_forgot", "test_doors_hosts", "test_doors_private", "test_engines_injections",
    "test_engines_phone_spellings", "test_exports_typed", "test_fields", "test_headers", "test_hours_page",
    "test_hours_promise", "test_i18n", "test_imports_choices", "test_imports_files", "test_installed", "test_landing",
    "test_matrix", "test_search_addresses", "test_usage",
    "test_lead_fields", "test_locks_letters", "test_locks_links", "test_mail", "test_model_health",
    "test_notification_choices", "test_stages", "test_start", "test_team", "test_telegram_answers",
    "test_telegram_chat", "test_telegram_work", "test_web_auth", "test_web_bot", "test_web_bot_model",
    "test_web_chat", "test_web_conversations", "test_web_kept", "test_web_leads", "test_web_own_questions",
    "test_web_security", "test_web_settings", "test_widget_away", "test_widget_gate", "test_widget_page",
    "test_widget_photos", "test_widget_settings", "test_widget_talk",
    "test_doors_kept", "test_lead_page", "test_shell",
}  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.path.stem in ON_SQLITE and item.get_closest_marker("postgresql")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed in a millisecond: tests sign up by the hundred."""
    salt = bcrypt.gensalt
    monkeypatch.setattr(bcrypt, "gensalt", lambda rounds=4: salt(4))


class Clock:
    """The time of the whole house, in the hands of a test; by default it is what it is."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def set(self, local: str, zone: str = "Asia/Almaty") -> None:
        """Make it as late as "2026-11-24 09:00" by the clocks of a zone."""
        self.moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        database.set_clock(lambda: self.moment)

    def forward(self, **time: float) -> None:
        """Let so much time pass: minutes=15."""
        self.moment += timedelta(**time)


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()
    database.set_clock()


@pytest.fixture(params=databases.KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with all tables: SQLite always, PostgreSQL too where TEST_DATABASE_URL names one."""
    return databases.ready(request.param, tmp_path)


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The settings of a test; a test overrides this fixture to change them."""
    return Config(
        data_dir=tmp_path, secret_key="k" * 48, database_url=database_url, ratelimit_enabled=False, testing=True
    )


def config_from(env: Mapping[str, str]) -> Config:
    """The settings of these variables and no others."""
    with patch.dict(os.environ, env, clear=True):
        return Config.from_env()


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application over an empty database."""
    app = create_app(config)
    app.jinja_env.bytecode_cache = TEMPLATES
    databases.share_compiled(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@dataclass
class Web:
    """A browser without JavaScript: follows the forms' CSRF tokens."""

    client: FlaskClient
    company_id: int | None = None
    csrf: str = field(default="", repr=False)

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, object] | None = None, **more: object) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **more)

    def token(self) -> str:
        """The CSRF token of this session, from the body of a page (htmx sends it as a header)."""
        if not self.csrf:
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get("/settings/profile").text)
            assert found
            self.csrf = found.group(1)
        return self.csrf


@dataclass
class Api:
    """An integrator with a token."""

    client: FlaskClient
    company_id: int
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, headers=self.headers, **more)

    def post(self, path: str, **more: object) -> TestResponse:
        return self.client.post(path, headers={**self.headers, **more.pop("headers", {})}, **more)

    def patch(self, path: str, **more: object) -> TestResponse:
        return self.client.patch(path, headers=self.headers, **more)

    def say(self, user_id: str, text: str) -> dict[str, object]:
        answer = self.post("/api/chat", data={"user_id": user_id, "text": text})
        assert answer.status_code == 200, answer.text
        return answer.json


def sign_up_api(app: Flask, email: str, company_name: str) -> Api:
    """Register and log in over the API."""
    client = app.test_client(use_cookies=False)
    made = client.post("/api/auth/register", json={"email": email, "password": PASSWORD, "company_name": company_name})
    assert made.status_code == 201, made.text
    token = client.post("/api/auth/login", data={"username": email, "password": PASSWORD}).json["access_token"]
    return Api(client, made.json["id"], token)


def log_in_web(app: Flask, email: str) -> Web:
    """Log in at the browser with an account that exists."""
    web = Web(app.test_client())
    page = web.get("/login")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, page.text
    answer = web.client.post("/login", data={"email": email, "password": PASSWORD, "csrf_token": found.group(1)})
    assert answer.status_code == 303, answer.text
    return web


@pytest.fixture
def api_almaty(app: Flask) -> Api:
    return sign_up_api(app, "manager@almaty.kz", "СтройКомпания Алматы")


@pytest.fixture
def api_astana(app: Flask) -> Api:
    return sign_up_api(app, "manager@astana.kz", "Астана Ремонт")


@pytest.fixture
def almaty(app: Flask, api_almaty: Api) -> Web:
    web = log_in_web(app, "manager@almaty.kz")
    web.company_id = api_almaty.company_id
    return web


@pytest.fixture
def astana(app: Flask, api_astana: Api) -> Web:
    web = log_in_web(app, "manager@astana.kz")
    web.company_id = api_astana.company_id
    return web


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def widget_key(api: Api) -> str:
    return str(api.get("/api/settings").json["widget_key"])


@pytest.fixture
def key(api_almaty: Api) -> str:
    return widget_key(api_almaty)


@pytest.fixture
def slug(app: Flask, api_almaty: Api) -> str:
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        return db.session.get_one(Company, api_almaty.company_id).slug


def contract_dialogue(api: Api, user_id: str = "client_1", phone: str = "87768776637") -> dict[str, object]:
    """The contract's talk to the end; the last answer."""
    for text_ in ("Хочу дом", "Алматы", "150 квадратов"):
        api.say(user_id, text_)
    return api.say(user_id, f"Канат, {phone}")


# --- what could not be tested ----------------------------------------------------------------------------------------


def _unmet(reporter: pytest.TerminalReporter) -> dict[str, int]:
    """By what was needed and absent ("PostgreSQL", "Chromium", ...) how many tests were skipped for it."""
    reasons = (str(report.longrepr) for report in reporter.stats.get("skipped", []))
    needs = (re.search(r"needs (\w+)", reason) for reason in reasons)
    return Counter(found.group(1) for found in needs if found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was left out."""
    for need, tests in _unmet(terminalreporter).items():
        terminalreporter.write_line(f"NOT TESTED: {tests} tests need {need}, which is absent here", red=True, bold=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all must run (LEADBOT_TEST_ALL, set by CI), a test left out for a missing service fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("LEADBOT_TEST_ALL") and _unmet(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def aigul(app: Flask, almaty: Web, api_almaty: Api) -> Web:
    """A colleague of the first company."""
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        owner = db.session.query(User).one()
        same = {"hashed_password": owner.hashed_password, "role": Role.MANAGER, "name": "Айгуль"}
        db.session.add(User(email="aigul@almaty.kz", email_key="aigul@almaty.kz", **same))
        db.session.commit()
    return log_in_web(app, "aigul@almaty.kz")


@pytest.fixture
def later(clock: Clock) -> Later:
    """Lets time pass from now on: later(minutes=5)."""
    set_clock(lambda: clock.moment)
    return clock.forward
