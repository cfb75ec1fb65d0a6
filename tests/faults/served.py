"""A copy of Leadbot as its user starts it: web and worker under the supervisor, on a port and in a folder apart."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("OPENAI_", "TELEGRAM_", "SMTP_", "TEST_", "DATABASE_", "REDIS_", "LEADBOT_", "WEB_", "PYTEST_")
MARK = "FAULTS_COPY"  # in the environment of every process of one copy, orphans included
SETTLED_SECONDS = 1.5  # a start that is refused has ended by then
Command = tuple[str, ...]


class Served:
    """`python -m leadbot.serve`, or another `command`, until the block ends. Nothing of it is left behind."""

    def __init__(
        self, data_dir: Path, *, command: Command = ("-m", "leadbot.serve"), log: Path | None = None, **env: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self.refused_starts = 0
        self._command = command
        self._log = log or data_dir / "served.log"
        self._mark = secrets.token_hex(8)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        own = {"PORT": str(self.port), "LEADBOT_DATA_DIR": str(data_dir), "WEB_THREADS": "32", MARK: self._mark}
        self.env = {**kept, **own, **env}

    def __enter__(self) -> Served:
        self._process = self._launch()
        try:
            self.wait_until_up()
        except BaseException:
            self.kill_all()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self._process.poll() is None:
                self.stop()
        finally:
            self.kill_all()

    def stop(self) -> float:
        """SIGTERM; returns the seconds until all of it was gone."""
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        return time.monotonic() - begun

    def wait_until_up(self, seconds: float = 120) -> None:
        """Until /health answers. Raises with the log where it never does."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            with suppress(requests.RequestException):
                if requests.get(f"{self.url}/health", timeout=2).ok:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.log())

    def log(self) -> str:
        return self._log.read_text()

    def masters(self) -> list[int]:
        """The masters of the web processes: one, but for the moment after its supervisor died."""
        own = self._web()
        return [pid for pid in own if _parent(pid) not in own]

    def web_workers(self) -> list[int]:
        own = self._web()
        return [pid for pid in own if _parent(pid) in own]

    def job_workers(self) -> list[int]:
        return [pid for pid in self.pids() if _words(pid)[-1:] == ["worker"]]

    def kill(self, whom: str) -> None:
        """kill -9 the "master" of the web, one "web" worker, the "worker" of jobs, or the "supervisor", which is then
        started again at once."""
        if whom == "supervisor":
            self._process.kill()
            self._process.wait()
            self._start_again()
            return
        found = {"master": self.masters, "web": self.web_workers, "worker": self.job_workers}[whom]()
        for pid in found[:1]:
            send(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """Every living process of this copy."""
        return [pid for pid in _everybody() if _is_marked(pid, f"{MARK}={self._mark}")]

    def kill_all(self) -> None:
        """Whatever has outlived its end."""
        while alive := self.pids():
            for pid in alive:
                send(pid, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.1)

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """One more process of this copy, such as a second worker."""
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.env, stdout=self._log.open("ab"), stderr=subprocess.STDOUT
        )

    def _launch(self) -> subprocess.Popen[bytes]:
        return self.run(*self._command)

    def _start_again(self) -> None:
        """As systemd does with Restart=always and its usual pause of 100 ms."""
        for _ in range(100):
            self._process = self._launch()
            try:
                self._process.wait(timeout=SETTLED_SECONDS)
            except subprocess.TimeoutExpired:
                return
            self.refused_starts += 1
            time.sleep(0.1)
        raise AssertionError(self.log())

    def _web(self) -> set[int]:
        return {pid for pid in self.pids() if any("gunicorn" in word for word in _words(pid))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(pid: int, number: int) -> None:
    """A signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def is_alive(pid: int) -> bool:
    """Is there such a process, and no mere zombie?"""
    return _stat(pid)[:1] not in ([], ["Z"])


def _everybody() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _is_marked(pid: int, mark: str) -> bool:
    try:
        return is_alive(pid) and mark.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().strip("\0").split("\0")
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    """State, parent, ... of a process; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    return int((_stat(pid) or [0, 0])[1])
