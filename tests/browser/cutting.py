"""A line between a browser and the copy: it passes, or is cut, or is slow, or loses only what comes back."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 4096


@dataclass
class Line:
    """A proxy on a port of its own. `cut` is a pattern of request lines ("POST /w/…/messages"): what matches is dropped
    before it gets anywhere; with `late` it arrives, and its answer is dropped. `bytes_a_second` of what is sent."""

    target: str
    cut: str = ""
    late: str = ""
    times: int = 10**6
    bytes_a_second: int = 0
    up_bytes: dict[str, int] = field(default_factory=dict)  # sent so far, by request line
    asked: list[tuple[float, str]] = field(default_factory=list)
    _door: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self._door.getsockname()[1]}"

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        """One request a connection: so each can be cut alone."""
        with client, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                got = client.recv(CHUNK)
                if not got:
                    return
                head += got
            first, _, rest = head.partition(b"\r\n")
            request = " ".join(first.decode().split(" ")[:2])
            self.asked.append((time.monotonic(), request))
            if self._is_hit(self.cut, request):
                return
            loses_answer = self._is_hit(self.late, request)
            parts = urlsplit(self.target)
            with socket.create_connection((parts.hostname or "", parts.port or 80)) as server:
                rest = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", b"\r\n" + rest)[2:]
                server.sendall(first + b"\r\nConnection: close\r\n" + rest)
                self._count(request, len(rest))
                answer = threading.Thread(target=self._back, args=(server, client, loses_answer), daemon=True)
                answer.start()
                while answer.is_alive():
                    client.settimeout(0.2)
                    try:
                        sent = client.recv(CHUNK)
                    except TimeoutError:
                        continue
                    if not sent:
                        break
                    if self.bytes_a_second:
                        time.sleep(len(sent) / self.bytes_a_second)
                    self._count(request, len(sent))
                    server.sendall(sent)
                answer.join(0.5)

    def _back(self, server: socket.socket, client: socket.socket, is_lost: bool) -> None:
        with contextlib.suppress(OSError):
            while got := server.recv(CHUNK):
                if not is_lost:
                    client.sendall(got)
            client.shutdown(socket.SHUT_RDWR)

    def _is_hit(self, pattern: str, request: str) -> bool:
        if not pattern or self.times < 1 or not re.search(pattern, request):
            return False
        self.times -= 1
        return True

    def _count(self, request: str, count: int) -> None:
        self.up_bytes[request] = self.up_bytes.get(request, 0) + count
