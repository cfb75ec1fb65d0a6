"""Web and worker don't work with a database of another revision: they say so in one line, once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import history
import pytest
from faults.served import Served, free_port

from leadbot.config import ROOT
from leadbot.database.migrate import newest

pytestmark = pytest.mark.faults
PROGRAMS = {
    "web": ("gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"),
    "worker": ("flask", "--app", "wsgi:app", "worker"),
}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env = {**clean, "LEADBOT_DATA_DIR": str(folder), "PORT": str(free_port())}
    words = [sys.executable, "-m", *command]
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def pretend(folder: Path) -> None:
    """As if a later copy had upgraded what is there."""
    with sqlite3.connect(folder / "leadbot.db") as connection:
        assert connection.execute("UPDATE alembic_version SET version_num = '9999'").rowcount == 1


@pytest.fixture
def later(tmp_path: Path) -> Iterator[Path]:
    """The folder of a later copy."""
    with history.at("sqlite", newest(), tmp_path):
        pretend(tmp_path)
        yield tmp_path


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_stops_with_one_line_that_says_what_to_run(
    program: str, later: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = run(tmp_path_factory.mktemp("bare"), *PROGRAMS[program])
    line = f"leadbot: the database has no tables, this copy needs {newest()}: run `flask --app wsgi:app db upgrade`\n"
    assert (bare.returncode, bare.stderr) == (78, line)
    stopped = run(later, *PROGRAMS[program])
    assert stopped.returncode == 78
    assert "has revision 9999" in stopped.stderr and stopped.stderr.count("\n") == 1


def test_a_database_of_a_later_copy_cannot_be_upgraded(later: Path) -> None:
    refused = run(later, "flask", "upgrade")
    assert refused.returncode == 1
    assert "9999" in refused.stderr and refused.stderr.count("\n") == 1


def test_the_supervisor_does_not_start_it_again_and_again(tmp_path: Path) -> None:
    with Served(tmp_path) as copy:
        pretend(tmp_path)
        copy.kill("worker")
        log, ends = tmp_path / "served.log", time.monotonic() + 60
        while "has revision 9999" not in log.read_text():
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)
        while copy.job_workers():
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.1)
        time.sleep(2)  # the supervisor looks once a second
        assert copy.job_workers() == []
        assert log.read_text().count("has revision 9999") == 1
