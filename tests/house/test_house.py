"""The house keeps its own rules: what the papers say is what the code does, and rooms stay small."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from pathlib import Path

import pytest
from collecting import over
from conftest import config_from

from leadbot.config import Config, ConfigError

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted((ROOT / "leadbot").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOT_SETTINGS = {"LEADBOT_TESTING"}


def settings_in(path: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE))


def test_readme_and_example_list_every_setting() -> None:
    names = {str(field.validation_alias) for field in Config.model_fields.values()}
    wanted = names - NOT_SETTINGS
    assert settings_in("README.md", r"^\| `([A-Z_]+)` \|") == wanted
    assert settings_in(".env.example", r"^#([A-Z_]+)=") == wanted


def test_files_of_tests_and_benchmarks_stay_small() -> None:
    files = (path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
    assert [path.name for path in files if path.read_text().count("\n") >= 350] == []


@over(PYTHON, name=lambda path: str(path.relative_to(ROOT)))
def test_rooms_and_functions_stay_small(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 350
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name


DOORS = {"web", "api", "widget", "headers.py", "logs.py"}


def test_only_doors_know_a_request() -> None:
    """Who acts and through which door is told to a subject. Languages and SQLite's reading are asked of the request."""
    asked = {
        str(path.relative_to(ROOT / "leadbot"))
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "flask"
        if {"request", "g", "session", "has_request_context"} & {name.name for name in node.names}
    }
    assert {path for path in asked if path.split("/")[0] not in DOORS} == {"database/session.py", "texts/catalogues.py"}


def test_no_two_classes_bear_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_a_function_of_a_module_says_what_it_gives() -> None:
    """`state_of(app)`, not `of(app)`: the call must read without the name of its module."""
    functions = ((path, node) for path in PYTHON for node in ast.parse(path.read_text()).body)
    assert [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path, node in functions
        if isinstance(node, ast.FunctionDef) and node.name in {"of", "own", "said", "told"}
    ] == []


def test_no_folder_is_a_drawer() -> None:
    folders = {path.parent for path in PYTHON if "acts/corpus" not in str(path)}
    assert [str(each) for each in folders if len(list(each.glob("*.py"))) > 25] == []


@over(TEMPLATES, name=lambda path: str(path.relative_to(ROOT)))
def test_templates_stay_small_and_bear_no_script(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 160
    assert not re.search(r"\|\s*safe\b|<script(?![^>]*\bsrc=)|\son[a-z]+=\"|\sstyle=\"", source)


@over(sorted((ROOT / "static" / "vendor").iterdir()), name=lambda path: path.name)
def test_vendored_files_are_the_released_ones(folder: Path) -> None:
    source = (folder / "SOURCE").read_text()
    assert list(folder.glob("LICENSE*"))
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.name != "SOURCE" and "LICENSE" not in path.name
    ]
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in source, path.name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "eighty"), ("PORT", "70000"), ("RATELIMIT_ENABLED", "maybe"), ("SECRET_KEY", "short"),
        ("TENANCY_NET", "2"),
        ("OPENAI_TIMEOUT_SECONDS", "nan"), ("OPENAI_BASE_URL", "localhost:1234"), ("PUBLIC_URL", "ftp://x"),
        ("DATABASE_URL", "mysql://x"), ("WEB_THREADS", "-1"), ("ACCESS_TOKEN_EXPIRE_MINUTES", "1e3"),
        ("REDIS_URL", "127.0.0.1"), ("TELEGRAM_API_URL", "api.telegram.org"),
    ],
)  # fmt: skip
def test_a_bad_setting_stops_the_start_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=name):
        config_from({"LEADBOT_DATA_DIR": str(tmp_path), name: value})


def test_the_secret_key_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    first, second = (config_from({"LEADBOT_DATA_DIR": str(tmp_path)}) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert first.secret_key not in repr(first)


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    config = config_from({"LEADBOT_DATA_DIR": str(tmp_path), "PORT": "", "OPENAI_API_KEY": " ", "HOST": ""})
    assert (config.port, config.openai_api_key, config.host) == (8000, None, "127.0.0.1")


def test_sqlite_has_one_web_process_unless_told_otherwise(tmp_path: Path) -> None:
    env = {"LEADBOT_DATA_DIR": str(tmp_path)}
    assert config_from(env).web_workers == 1
    assert config_from({**env, "WEB_WORKERS": "3"}).web_workers == 3
    postgresql = config_from({**env, "DATABASE_URL": "postgresql+psycopg://leadbot@127.0.0.1/leadbot"})
    assert postgresql.web_workers == min(2, os.cpu_count() or 1)


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="LEADBOT_DATA_DIR"):
        config_from({"LEADBOT_DATA_DIR": str(blocked / "below")})
