"""What a copy keeps its rows in: SQLite in its folder, or a PostgreSQL and a Redis of its own that may be killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from faults.served import free_port
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

OWNER = "postgres"  # its programs refuse to run as root
KINDS = ("sqlite", "postgresql")


@dataclass
class Store:
    """`env` names it to a copy; `rows` reads it past the application."""

    url: str
    env: dict[str, str] = field(default_factory=dict)
    postgres: OwnPostgres | None = None
    redis: OwnRedis | None = None

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self.url, poolclass=NullPool)

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(text(sql), values))

    def write(self, sql: str, rows: dict[str, Any] | list[dict[str, Any]]) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(sql), rows)

    def is_whole(self) -> bool:
        """SQLite's own check of every page; PostgreSQL's files are checked by itself as it reads them."""
        return self.postgres is not None or self.rows("PRAGMA integrity_check") == [("ok",)]


@contextmanager
def store(kind: str, data_dir: Path) -> Iterator[Store]:
    """A new one, gone afterwards. A kind that this machine has no programs for skips the test."""
    if kind == "sqlite":
        yield Store(f"sqlite:///{data_dir / 'leadbot.db'}")
        return
    with OwnPostgres() as postgres, OwnRedis() as jobs:
        yield Store(postgres.url, {"DATABASE_URL": postgres.url, "REDIS_URL": jobs.url}, postgres, jobs)


class OwnPostgres:
    """A cluster in a temporary folder, on a free port."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            pytest.skip("needs PostgreSQL: no /usr/lib/postgresql/*/bin/initdb")
        self._bin = found[-1].parent
        self._port = free_port()
        self.url = f"postgresql+psycopg://{OWNER}@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> OwnPostgres:
        self._folder = Path(tempfile.mkdtemp(prefix="leadbot-postgres-", dir="/tmp"))
        if os.getuid() == 0:
            shutil.chown(self._folder, OWNER)
        making = ["initdb", "-D", str(self._folder / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        try:
            made = subprocess.run(self._as_owner(*making), capture_output=True, timeout=120, check=False)
            assert made.returncode == 0, made.stderr.decode()
            self.start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Up, and answering."""
        settings = ("-p", str(self._port), "-k", str(self._folder), "-c", "listen_addresses=127.0.0.1")
        log = (self._folder / "log").open("ab")
        command = self._as_owner("postgres", "-D", str(self._folder / "data"), *settings)
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        give_up_at = time.monotonic() + 60
        while time.monotonic() < give_up_at:
            try:
                psycopg.connect(f"postgresql://{OWNER}@127.0.0.1:{self._port}/postgres").close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """SIGQUIT ends it at once, as a crash would: the next start recovers from its log. SIGINT: a clean end."""
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)

    def _as_owner(self, program: str, *words: str) -> list[str]:
        command = [str(self._bin / program), *words]
        if os.getuid() != 0:
            return command
        user = pwd.getpwnam(OWNER)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


class OwnRedis:
    """A server that keeps nothing on the disk, on a free port."""

    def __init__(self) -> None:
        if not shutil.which("redis-server"):
            pytest.skip("needs Redis: no redis-server")
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> OwnRedis:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        settings = ("--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(["redis-server", *settings], stdout=subprocess.DEVNULL, cwd="/tmp")
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            try:
                redis.Redis(port=self._port).ping()
                return
            except redis.RedisError:
                time.sleep(0.05)
        raise AssertionError("Redis does not start")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)
