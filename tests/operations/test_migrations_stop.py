"""Web and worker don't work with a database of another revision: they say so in one line, once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

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


def pretend(folder: Path, revision: str) -> None:
    with sqlite3.connect(folder / "leadbot.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_stops_with_one_line_that_says_what_to_run(program: str, tmp_path: Path) -> None:
    bare = run(tmp_path, *PROGRAMS[program])
    line = f"leadbot: the database has no tables, this copy needs {newest()}: run `flask --app wsgi:app db upgrade`\n"
    assert (bare.returncode, bare.stderr) == (78, line)
    assert run(tmp_path, "flask", "db", "upgrade").returncode == 0
    pretend(tmp_path, "9999")
    later = run(tmp_path, *PROGRAMS[program])
    assert later.returncode == 78
    assert "has revision 9999" in later.stderr and later.stderr.count("\n") == 1


def test_a_database_of_a_later_copy_cannot_be_upgraded(tmp_path: Path) -> None:
    assert run(tmp_path, "flask", "upgrade").returncode == 0
    pretend(tmp_path, "9999")
    refused = run(tmp_path, "flask", "upgrade")
    assert refused.returncode == 1
    assert "9999" in refused.stderr and refused.stderr.count("\n") == 1


def test_the_supervisor_does_not_start_it_again_and_again(tmp_path: Path) -> None:
    with Served(tmp_path) as copy:
        pretend(tmp_path, "9999")
        copy.kill("worker")
        log, ends = tmp_path / "served.log", time.monotonic() + 60
        while "has revision 9999" not in log.read_text():
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)
        time.sleep(5)
        assert log.read_text().count("has revision 9999") == 1
