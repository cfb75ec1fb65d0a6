"""A Redis of a test's own: started on a free port, stopped and started again at will."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest


class OwnRedis:
    """`redis-server` with nothing on the disk, until the block ends. Skips the test where there is no such program."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("redis-server")
        if not found:
            pytest.skip("needs Redis: redis-server is not installed")
        self._program, self._folder = found, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once it answers."""
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder))
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        give_up_at = time.monotonic() + 20
        while time.monotonic() < give_up_at:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not answer")

    def stop(self) -> None:
        """Gone, with all it held."""
        self._process.kill()
        self._process.wait()
