"""Clients: so many at once, each with a connection of its own, sending one request after the other."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import random
from urllib.parse import urlencode

from benchmarks.servers import Server

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
RETRY_AFTER = re.compile(rb"retry-after: *(\d+)", re.IGNORECASE)
PATIENCE_SECONDS = 60.0
CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
Payload = Callable[[int, int], bytes]  # (client, which of his requests) -> the request's bytes


@dataclass(slots=True)
class Result:
    """What came of it."""

    requests: int = 0
    errors: int = 0
    put_off: int = 0  # told by 503 to come again, as the contract allows
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


def drive(
    server: Server, payload: Payload, *, clients: int, requests: int = 0, seconds: float = 0.0,
    beside: Sequence[Server] = (),
) -> Result:  # fmt: skip
    """Load the server: `requests` in all, or for so many `seconds`; clients are dealt out to it and those beside."""
    result, servers = Result(), (server, *beside)
    before, started = sum(one.cpu_seconds() for one in servers), time.monotonic()
    ports = [one.port for one in servers]
    asyncio.run(_drive(ports, payload, clients, requests // clients, started + seconds, result))
    result.seconds = time.monotonic() - started
    result.requests = len(result.took)
    result.pss_mb = sum(one.pss_mb() for one in servers)
    result.cpu_ms = (sum(one.cpu_seconds() for one in servers) - before) * 1000 / max(1, result.requests)
    return result


async def _drive(ports: list[int], payload: Payload, clients: int, each: int, ends: float, result: Result) -> None:
    async def client(number: int) -> None:
        port = ports[number % len(ports)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = 0
        while turn < each if each else time.monotonic() < ends:
            started = time.monotonic()
            try:
                message = payload(number, turn)
                writer.write(message)
                status, wait_seconds, body = await _answer(reader)
                while status == 503 and wait_seconds and time.monotonic() - started < PATIENCE_SECONDS:
                    result.put_off += 1
                    await asyncio.sleep(wait_seconds + random())
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(message)
                    status, wait_seconds, body = await _answer(reader)
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


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """Status, seconds to wait before the next try (0: not told), body."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, wait, length = int(head[9:12]), RETRY_AFTER.search(head), LENGTH.search(head)
    if CHUNKED.search(head):
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(length[1])) if length else b""
    return status, int(wait[1]) if wait else 0, body


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
