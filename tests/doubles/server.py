"""An HTTP server in a thread that records what it is asked; the doubles say what it answers."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]  # looked up in any case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What is sent back. `cut` holds back so many bytes and drops the connection; `drip_seconds` sends byte by byte.

    `framing` says how the client knows the end of it: by its "length", by its length before the connection is "closed",
    in "chunks", or by the end of the connection, as HTTP/1.1 ("until_closed") or as "http10" has it.
    """

    status: int = 200
    body: Any = None  # bytes as they are, anything else as JSON
    headers: dict[str, str] = field(default_factory=dict)
    wait_seconds: float = 0.0
    cut: int = 0
    drip_seconds: float = 0.0
    drop: bool = False
    framing: str = "length"
    late_seconds: float = 0.0  # between head and body
    drips_head: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


Play = Callable[[Request], Answer]


class Double:
    """A server with a script: answers queued by `then`, one a request, and `usually` once the script is at its end."""

    def __init__(self, usually: Answer | Play) -> None:
        self.usually = usually
        self.requests: list[Request] = []
        self._script: deque[Answer | Play] = deque()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def then(self, *answers: Answer | Play) -> Self:
        """Queue answers for the next requests."""
        self._script.extend(answers)
        return self

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            played = self._script.popleft() if self._script else self.usually
        return played(request) if callable(played) else played

    def wait(self, seconds: float) -> None:
        """Hang, but no longer than the server lives."""
        self._stopped.wait(seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on a fault is what the test is about."""


def _parts(content: bytes) -> list[bytes]:
    return [content[at : at + 100] for at in range(0, len(content), 100)]


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(self.command, self.path, self.headers, self.rfile.read(length))
            self._send(double.answer(request))

        def do_GET(self) -> None:
            self.do_POST()

        def _send(self, answer: Answer) -> None:
            double.wait(answer.wait_seconds)
            if answer.drop:
                self.close_connection = True
                return
            content = answer.content
            self.protocol_version = "HTTP/1.0" if answer.framing == "http10" else "HTTP/1.1"
            self.send_response(answer.status)
            for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
                self.send_header(name, value)
            if answer.framing in ("length", "closed"):
                self.send_header("Content-Length", str(len(content)))
            if answer.framing == "chunks":
                self.send_header("Transfer-Encoding", "chunked")
                content = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(content)) + b"0\r\n\r\n"
            if answer.framing in ("closed", "until_closed"):
                self.send_header("Connection", "close")
            self.close_connection = answer.framing not in ("length", "chunks")
            if answer.drips_head:
                self._drip(b"".join(self._headers_buffer) + b"\r\n", answer.drip_seconds)
                self._headers_buffer = []
            else:
                self.end_headers()
            double.wait(answer.late_seconds)
            self._write(answer, content)

        def _drip(self, content: bytes, seconds: float) -> None:
            for i in range(len(content)):
                self.wfile.write(content[i : i + 1])
                double.wait(seconds)

        def _write(self, answer: Answer, content: bytes) -> None:
            if answer.cut:
                self.close_connection = True
                self.wfile.write(content[: -answer.cut])
            elif answer.drip_seconds:
                self._drip(content, answer.drip_seconds)
            else:
                self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
