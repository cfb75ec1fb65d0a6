"""A supervisor that is killed takes its children with it, however young they are, and its successor gets the port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from faults.served import ROOT, free_port

pytestmark = pytest.mark.faults
IMPORTS_SECONDS = 60  # until a child that has just begun asks who its parent is; a busy machine takes its time


class Copy:
    """`python -m leadbot.serve` on one port and in one folder, started and killed again and again."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self._mark = f"LEADBOT_DATA_DIR={folder}".encode()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "TELEGRAM_"))}
        self._env = {**clean, "PORT": str(self.port), "LEADBOT_DATA_DIR": str(folder), "WEB_THREADS": "8"}
        self.supervisors: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with (self._folder / "served.log").open("ab") as log:
            begun = subprocess.Popen(
                [sys.executable, "-m", "leadbot.serve"], cwd=ROOT, env=self._env, stdout=log, stderr=log
            )
        self.supervisors.append(begun)
        return begun

    def is_up(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def comes_up(self, instead_of: set[int]) -> bool:
        """Whether the newest copy serves, once those before it are gone."""
        newest = self.supervisors[-1]
        until(lambda: newest.poll() is not None or (not instead_of & self.alive() and self.is_up()), 120)
        return newest.poll() is None and self.is_up()

    def alive(self) -> set[int]:
        """Every process of this folder."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                is_ours = self._mark in (entry / "environ").read_bytes().split(b"\0")
                if is_ours and (entry / "stat").read_text().rpartition(") ")[2][0] != "Z":
                    found.add(int(entry.name))
            except OSError:
                continue
        return found


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    copy = Copy(tmp_path)
    yield copy
    for pid in copy.alive():
        os.kill(pid, signal.SIGKILL)
    for supervisor in copy.supervisors:
        supervisor.wait(20)


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends_at:
        time.sleep(0.05)
    return is_so()


@pytest.mark.parametrize("age_seconds", [0.0, 0.3, 0.8])
def test_children_in_their_first_second_do_not_outlive_it(copy: Copy, age_seconds: float) -> None:
    supervisor = copy.start()
    assert until(lambda: len(copy.alive()) > 1, 60)
    time.sleep(age_seconds)
    supervisor.kill()
    supervisor.wait()
    assert until(lambda: not copy.alive(), IMPORTS_SECONDS), (copy._folder / "served.log").read_text()
    assert not copy.is_up()


@pytest.mark.parametrize("starts", [2, pytest.param(5, marks=pytest.mark.long)])
def test_each_restart_right_after_a_kill_gets_the_port(copy: Copy, starts: int) -> None:
    before: set[int] = set()
    for _ in range(starts):
        supervisor = copy.start()
        assert copy.comes_up(instead_of=before), (copy._folder / "served.log").read_text()
        before = copy.alive()
        with socket.create_connection(("127.0.0.1", copy.port)) as client:  # a request under way holds it for a while
            client.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
            supervisor.kill()
            supervisor.wait()


def test_a_port_that_stays_taken_is_said_in_one_line(copy: Copy) -> None:
    with socket.create_server(("127.0.0.1", copy.port)):
        began = time.monotonic()
        assert copy.start().wait(60) == 1
    assert time.monotonic() - began > 8
    log = (copy._folder / "served.log").read_text()
    assert f"127.0.0.1:{copy.port} is taken" in log and "Traceback" not in log
