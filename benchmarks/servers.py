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

from sqlalchemy import create_engine, text

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / "benchmarks" / "floors"
TICKS = os.sysconf("SC_CLK_TCK")
NO_PEER = "no .venv-peer; `make bench` makes it, or BENCH_PEER_PYTHON names an interpreter that has its packages"
NO_POSTGRESQL = "BENCH_DATABASE_URL (or TEST_DATABASE_URL) names no PostgreSQL to make a database in"
UPGRADE = (sys.executable, "-m", "flask", "--app", "wsgi:app", "upgrade")
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
def running(
    command: tuple[str, ...], env: Mapping[str, str], *, port: int, cwd: Path = ROOT, first: tuple[str, ...] = ()
) -> Iterator[Server]:
    """The server while it runs; `env` comes over a bare environment, with a data folder that is thrown away.

    `first` is a command that has to be through before.
    """
    with TemporaryDirectory(prefix="leadbot-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        inside = {name: value.replace("{folder}", folder) for name, value in env.items()}
        log = Path(folder, "server.log")
        if first:
            subprocess.run(first, cwd=cwd, env={**kept, **inside}, check=True)
        with log.open("wb") as said:
            process = subprocess.Popen(command, cwd=cwd, env={**kept, **inside}, stdout=said, stderr=said)
        try:
            _wait_for(port, process, log)
            yield Server(port, process.pid, Path(folder))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def leadbot(**settings: str) -> Iterator[Server]:
    """Leadbot as it is served: two web processes, unless the settings say otherwise."""
    port = free_port()
    env = {
        "LEADBOT_DATA_DIR": "{folder}",
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "WEB_THREADS": "250",
        "API_REQUESTS_PER_MINUTE": "1000000000",
        **settings,
    }
    with running((*GUNICORN, "wsgi:app"), env, port=port, first=UPGRADE) as server:
        yield server


@contextmanager
def floor(threads: int = 250, **env: str) -> Iterator[Server]:
    """The floor of a turn, under a plain gunicorn of as many processes and threads."""
    port = free_port()
    gunicorn = (sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads",
                str(threads), "--worker-connections", "1000", "--worker-class", "gthread", "--keep-alive", "5",
                "--no-control-socket", "--log-level", "warning")  # fmt: skip
    env = {"LEADBOT_DATA_DIR": "{folder}", **env}
    with running((*gunicorn, "turn:app"), env, port=port, cwd=FLOORS) as server:
        yield server


@contextmanager
def model(seconds: float) -> Iterator[str]:
    """A model that takes so long; its address."""
    port = free_port()
    env = {"MODEL_PORT": str(port), "MODEL_SECONDS": str(seconds)}
    with running((sys.executable, "-m", "benchmarks.floors.model"), env, port=port):
        yield f"http://127.0.0.1:{port}/v1"


def peer_python() -> str | None:
    """The interpreter of the FastAPI server, where there is one."""
    own = ROOT / ".venv-peer"
    return os.environ.get("BENCH_PEER_PYTHON") or (str(own / "bin" / "python") if (own / ".ready").exists() else None)


@contextmanager
def postgresql() -> Iterator[str | None]:
    """A database of its own, gone afterwards; None where there is no server to make it in."""
    server = os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield None
        return
    name = f"leadbot_bench_{os.getpid()}"
    _order(server, f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        _order(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _order(server: str, sql: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(sql))
    engine.dispose()


@contextmanager
def peer(python: str, model_url: str) -> Iterator[Server]:
    """The FastAPI server, by an interpreter that has what it needs."""
    port = free_port()
    command = (python, "-m", "uvicorn", "--port", str(port), "--workers", "2", "--log-level", "warning", "peer:app")
    env = {"PEER_DATA": "{folder}", "PEER_MODEL_URL": model_url}
    with running(command, env, port=port, cwd=FLOORS) as server:
        yield server


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}:\n{log.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # workers come after the port
            return
    raise RuntimeError(f"the server does not listen:\n{log.read_text()}")


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
