"""Servers under measurement: started on free ports of this machine, measured by /proc, stopped by their own number."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, its main process, its data folder."""

    port: int
    pid: int
    folder: Path

    @property
    def pids(self) -> list[int]:
        """The main process and all below it."""
        found, at = [self.pid], 0
        while at < len(found):
            for task in Path(f"/proc/{found[at]}/task").glob("*/children"):
                found += [int(pid) for pid in task.read_text().split()]
            at += 1
        return found

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return sum(_cpu_seconds(pid) for pid in self.pids)

    def pss_mb(self) -> float:
        """Memory, what is shared counted once."""
        return sum(_pss_kb(pid) for pid in self.pids) / 1024

    @contextmanager
    def growth(self) -> Iterator[list[float]]:
        """MB that its processes grow by at most meanwhile; known at the end."""
        pids, grown = self.pids, list[float]()
        for pid in pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # forget the highest so far
        before = sum(_status_kb(pid, "VmRSS") for pid in pids)
        yield grown
        grown.append((sum(_status_kb(pid, "VmHWM") for pid in pids) - before) / 1024)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: tuple[str, ...], env: Mapping[str, str], *, port: int, cwd: Path = ROOT) -> Iterator[Server]:
    """The server while it runs; `env` comes over a bare environment, with a data folder that is thrown away."""
    with TemporaryDirectory(prefix="leadbot-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        inside = {name: value.replace("{folder}", folder) for name, value in env.items()}
        process = subprocess.Popen(command, cwd=cwd, env={**kept, **inside})
        try:
            _wait_for(port, process)
            yield Server(port, process.pid, Path(folder))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def leadbot(threads: int = 250, **settings: str) -> Iterator[Server]:
    """Leadbot as it is served, two workers."""
    port = free_port()
    env = {
        "LEADBOT_DATA_DIR": "{folder}",
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "WEB_THREADS": str(threads),
        **settings,
    }
    with running((*GUNICORN, "wsgi:app"), env, port=port) as server:
        yield server


@contextmanager
def floor(threads: int = 250, **env: str) -> Iterator[Server]:
    """The floor of a turn, under the same gunicorn."""
    port = free_port()
    gunicorn = (sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads",
                str(threads), "--worker-connections", "1000", "--worker-class", "gthread")  # fmt: skip
    with running(
        (*gunicorn, "benchmarks.floors.turn:app"), {"LEADBOT_DATA_DIR": "{folder}", **env}, port=port
    ) as server:
        yield server


@contextmanager
def model(seconds: float) -> Iterator[str]:
    """A model that takes so long; its address."""
    port = free_port()
    env = {"MODEL_PORT": str(port), "MODEL_SECONDS": str(seconds)}
    with running((sys.executable, "-m", "benchmarks.floors.model"), env, port=port):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def peer(python: str, model_url: str) -> Iterator[Server]:
    """The FastAPI server, by an interpreter that has what it needs."""
    port = free_port()
    command = (python, "-m", "uvicorn", "--port", str(port), "--workers", "2", "--log-level", "warning", "peer:app")
    env = {"PEER_DATA": "{folder}", "PEER_MODEL_URL": model_url}
    with running(command, env, port=port, cwd=ROOT / "benchmarks" / "floors") as server:
        yield server


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # workers come after the port
            return
    raise RuntimeError("the server does not listen")


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _status_kb(pid: int, what: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))
