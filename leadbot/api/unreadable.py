"""Requests that can't even be read: gunicorn refuses them itself, before anybody knows what they are for."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

_STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ([^\r\n]*)\r\n")


class Worker(ThreadWorker):
    """gunicorn's worker of threads, whose refusals are `{"detail": ...}` as all errors of the API are."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Refuse a request: gunicorn finds the status and the log line, and writes a page, which becomes JSON."""
        super().handle_error(req, _Answering(client), addr, exc)


class _Answering:
    """A socket for one answer: its status goes out, its page does not."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, page: bytes) -> None:
        self._client.sendall(as_json(page))


def as_json(page: bytes) -> bytes:
    """gunicorn's page of an error as an answer of the API; what is none stays as it is."""
    found = _STATUS_LINE.match(page)
    if found is None:
        return page
    body = json.dumps({"detail": found[2].decode("latin1")}).encode() + b"\n"
    length = str(len(body)).encode()
    return (
        found[0] + b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: " + length
        + b"\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n" + body
    )  # fmt: skip
