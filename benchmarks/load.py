"""Clients: so many at once, each with a connection of its own, sending one request after the other."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.servers import Server

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
Payload = Callable[[int, int], bytes]  # (client, which of his requests) -> the request's bytes


@dataclass(slots=True)
class Result:
    """What came of it."""

    requests: int = 0
    errors: int = 0
    seconds: float = 0.0
    cpu_ms: float = 0.0  # of the server, a request
    pss_mb: float = 0.0
    took: list[float] = field(default_factory=list)
    last: bytes = b""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the requests was answered."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def drive(server: Server, payload: Payload, *, clients: int, requests: int = 0, seconds: float = 0.0) -> Result:
    """Load the server: `requests` in all, or for so many `seconds`."""
    result = Result()
    before, started = server.cpu_seconds(), time.monotonic()
    asyncio.run(_drive(server.port, payload, clients, requests // clients, started + seconds, result))
    result.seconds = time.monotonic() - started
    result.requests = len(result.took)
    result.pss_mb = server.pss_mb()
    result.cpu_ms = (server.cpu_seconds() - before) * 1000 / max(1, result.requests)
    return result


async def _drive(port: int, payload: Payload, clients: int, each: int, ends: float, result: Result) -> None:
    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = 0
        while turn < each if each else time.monotonic() < ends:
            started = time.monotonic()
            try:
                writer.write(payload(number, turn))
                status, body = await _answer(reader)
            except (OSError, asyncio.IncompleteReadError):
                result.errors += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            turn += 1
            result.took.append(time.monotonic() - started)
            result.errors += status >= 400
            result.last = body
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    if CHUNKED.search(head):
        return int(head[9:12]), await _chunks(reader)
    found = LENGTH.search(head)
    body = await reader.readexactly(int(found[1])) if found else b""
    return int(head[9:12]), body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


TALK = ("Хочу построить дом", "в Алматы", "150 квадратов, участок есть", "Канат, {phone}")


def turns(token: str = "", *, length: int = 4, name: str = "c") -> Payload:
    """A payload of chat turns: each client holds one talk after the other, with a phone of its own at the end."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}

    def make(client: int, turn: int) -> bytes:
        talk, line = divmod(turn, length)
        text = TALK[line % len(TALK)].format(phone=f"8701{client % 1000:03}{talk % 10000:04}")
        body = urlencode({"user_id": f"{name}{client}-{talk}", "text": text}).encode()
        return request("POST", "/api/chat", body, Content_Type="application/x-www-form-urlencoded", **bearer)

    return make
