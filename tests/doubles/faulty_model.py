"""A model that answers rightly, on a server that speaks HTTP as proxies and small servers do: all of it is allowed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from doubles.model import eager
from doubles.server import Request

LATE_SECONDS = 0.05


class FaultyModel:
    """`base_url` is what OPENAI_BASE_URL takes; the model lives at /v1, whether that says so or not.

    `manner` is a key of MANNERS; `requests` are those that came in.
    """

    def __init__(self, manner: str) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._path = "" if manner == "no path" else "/v1"
        self._server = _Server(("127.0.0.1", 0), _handler(self, MANNERS[manner]))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def answer(self, request: Request) -> tuple[int, bytes]:
        self.requests.append(request)
        if request.path != "/v1/chat/completions":
            return 404, b'{"error": {"message": "no such path"}}'
        return 200, eager(request).content

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


Send = Callable[[BaseHTTPRequestHandler, int, bytes], None]


def _head(handler: BaseHTTPRequestHandler, status: int, **headers: object) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()


def _usually(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _head(handler, status, Content_Length=len(body))
    handler.wfile.write(body)


def _closes(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _head(handler, status, Content_Length=len(body), Connection="close")
    handler.wfile.write(body)


def _closes_unsaid(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _usually(handler, status, body)
    handler.close_connection = True


def _without_length(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    """The end of the connection is the end of the body."""
    _head(handler, status, Connection="close")
    handler.wfile.write(body)


def _late(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _head(handler, status, Content_Length=len(body))
    handler.wfile.flush()
    time.sleep(LATE_SECONDS)
    handler.wfile.write(body)


def _late_and_closes(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _head(handler, status, Connection="close")
    handler.wfile.flush()
    time.sleep(LATE_SECONDS)
    handler.wfile.write(body)


def _in_chunks(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    _head(handler, status, Transfer_Encoding="chunked")
    for start in range(0, len(body), 100):
        piece = body[start : start + 100]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


# The version of HTTP that is spoken, and how an answer is sent.
MANNERS: dict[str, tuple[str, Send]] = {
    "keeps the connection": ("HTTP/1.1", _usually),
    "closes every connection": ("HTTP/1.1", _closes),
    "closes every connection without a word": ("HTTP/1.1", _closes_unsaid),
    "HTTP/1.0": ("HTTP/1.0", _usually),
    "HTTP/1.0 without a length": ("HTTP/1.0", _without_length),
    "body 50 ms late": ("HTTP/1.1", _late),
    "body 50 ms late, then closes": ("HTTP/1.1", _late_and_closes),
    "in chunks": ("HTTP/1.1", _in_chunks),
    "no path": ("HTTP/1.1", _usually),
}


def _handler(model: FaultyModel, manner: tuple[str, Send]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = manner[0]
        disable_nagle_algorithm = True

        def setup(self) -> None:
            model.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = model.answer(Request(self.command, self.path, self.headers, body))
            manner[1](self, status, answer)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
