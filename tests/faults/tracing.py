"""The system calls of a copy, seen and tampered with by strace: disks that hold, fail, or are asked for nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults.served import send

SYNCS = "fdatasync,fsync"
SECOND = 1_000_000  # strace counts microseconds
CALL = re.compile(
    r"^(?P<at>\d+\.\d+) (?P<name>\w+)\(\d+<(?P<path>[^>]*)>.*\) = (?P<result>-?\d+).*<(?P<took>\d+\.\d+)>$"
)


@dataclass(frozen=True)
class Call:
    """One call to the kernel on a file; times as time.time() has them."""

    name: str
    path: str
    begun_at: float
    ended_at: float
    is_done: bool

    @property
    def is_sync(self) -> bool:
        return self.name in SYNCS.split(",")


class Trace:
    """What strace has written so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def calls(self) -> list[Call]:
        """In the order in which they ended."""
        lines = (line for file in self._folder.iterdir() for line in file.read_text(errors="replace").splitlines())
        found = [_call(match) for line in lines if (match := CALL.match(line))]
        return sorted(found, key=lambda call: call.ended_at)


@contextmanager
def traced(pids: Iterable[int], folder: Path, *options: str, calls: str = SYNCS) -> Iterator[Trace]:
    """These processes with all their threads, until the block ends: "-e", "inject=fdatasync:error=EIO" and the like."""
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    folder.mkdir()
    where = [word for pid in pids for word in ("-p", str(pid))]
    command = ["strace", "-ff", "-o", str(folder / "calls"), "-ttt", "-T", "-y", "-e", f"trace={calls}", *options]
    strace = subprocess.Popen([*command, *where], stderr=subprocess.PIPE, text=True)
    try:
        assert strace.stderr
        attached = strace.stderr.readline()
        assert "attached" in attached, attached
        time.sleep(0.3)  # the others' threads
        yield Trace(folder)
    finally:
        send(strace.pid, 2)  # lets go of them
        try:
            strace.wait(timeout=10)
        except subprocess.TimeoutExpired:
            strace.kill()
            strace.wait(timeout=10)


def inject(tampering: str, calls: str = SYNCS) -> tuple[str, str]:
    """Options for `traced`."""
    return "-e", f"inject={calls}:{tampering}"


def _call(match: re.Match[str]) -> Call:
    at, took = float(match["at"]), float(match["took"])
    return Call(match["name"], match["path"], at, at + took, int(match["result"]) >= 0)
