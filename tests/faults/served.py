"""A copy of Leadbot as its user starts it: web and worker under the supervisor, on a port and in a folder apart."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]


class Served:
    """`python -m leadbot.serve`, until the block ends."""

    def __init__(self, data_dir: Path, **env: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data_dir / "served.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "TELEGRAM_"))}
        self._env = {**clean, "PORT": str(self.port), "LEADBOT_DATA_DIR": str(data_dir), "WEB_THREADS": "32", **env}

    def __enter__(self) -> Served:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leadbot.serve"], cwd=ROOT, env=self._env, stdout=self._log.open("wb"), stderr=-2
        )
        try:
            self.wait_until_up()
        except AssertionError:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self.stop()

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
            try:
                if requests.get(f"{self.url}/health", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def kill(self, program: str) -> None:
        """kill -9 the master of "web" or the "worker"."""
        wanted = "gunicorn" if program == "web" else "worker"
        for pid in _children(self._process.pid):
            if wanted in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
