"""P1, P2, P3: a chat turn on the embedded engine, with a model at 0 ms, with a model that takes a second."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import servers
from benchmarks.load import Result, drive, request, turns
from benchmarks.servers import Server
from benchmarks.table import Row

ACCOUNT = {"email": "bench@leadbot.example", "password": "bench-123", "company_name": "Bench"}
KEY = {"OPENAI_API_KEY": "key", "OPENAI_TIMEOUT_SECONDS": "9"}
# What a company may spend is not what is measured here.
BUDGET = {"budget": {"company": 10**9, "visitor": 10**9}}
PARTS = 4  # of a measurement


def sign_up(server: Server, email: str = ACCOUNT["email"]) -> str:
    """An account on this copy; its token."""
    account = json.dumps({**ACCOUNT, "email": email}).encode()
    _ask(server, "POST", "/api/auth/register", account, Content_Type="application/json")
    form = f"username={email}&password={ACCOUNT['password']}".encode()
    answer = _ask(server, "POST", "/api/auth/login", form, Content_Type="application/x-www-form-urlencoded")
    token: str = json.loads(answer)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    _ask(server, "PATCH", "/api/settings", json.dumps(BUDGET).encode(), Content_Type="application/json", **bearer)
    return token


def _ask(server: Server, method: str, path: str, body: bytes, **headers: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(request(method, path, body, Connection="close", **headers))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return answer.partition(b"\r\n\r\n")[2]


def p1(count: int = 4_800) -> Iterator[Row]:
    """The embedded engine over HTTP against the floor without any engine."""
    with servers.floor() as floor, servers.leadbot() as ours:
        base, mine = _pair(floor, ours, sign_up(ours), clients=32, requests=count)
        ratio = mine.cpu_ms / base.cpu_ms
        yield Row("P1", "turn on the embedded engine, CPU", f"{mine.cpu_ms:.2f} ms", f"{base.cpu_ms:.2f} ms",
                  f"<= 1.5x the floor: {ratio:.2f}x", ratio <= 1.5)  # fmt: skip
        yield Row("P1", "turns a second (2 cores, clients beside)", f"{mine.rate:.0f}", f"{base.rate:.0f}",
                  ">= 250", mine.rate >= 250)  # fmt: skip
        yield Row("P1", "median / p99, errors", _times(mine), _times(base), "no error", not mine.errors)
        yield Row("P8", "memory under load, no key", f"{mine.pss_mb:.0f} MB", f"{base.pss_mb:.0f} MB",
                  "<= 130 MB", mine.pss_mb <= 130)  # fmt: skip


def p2(count: int = 4_800) -> Iterator[Row]:
    """A model that answers at once, against the SDK on our transport, and against a FastAPI server."""
    with ExitStack() as stack:
        url = stack.enter_context(servers.model(0))
        floor = stack.enter_context(servers.floor(FLOOR_MODEL_URL=url))
        ours = stack.enter_context(servers.leadbot(OPENAI_BASE_URL=url, **KEY))
        base, mine = _pair(floor, ours, sign_up(ours), clients=32, requests=count)
        ratio = mine.cpu_ms / base.cpu_ms
        yield Row("P2", "turn with a model at 0 ms, CPU", f"{mine.cpu_ms:.2f} ms", f"{base.cpu_ms:.2f} ms",
                  f"<= 1.3x the floor: {ratio:.2f}x", ratio <= 1.3)  # fmt: skip
        yield Row("P2", "turns a second, median / p99", f"{mine.rate:.0f}, {_times(mine)}",
                  f"{base.rate:.0f}, {_times(base)}", "no error", not mine.errors)  # fmt: skip
        yield Row("P8", "memory under load, with a key", f"{mine.pss_mb:.0f} MB", f"{base.pss_mb:.0f} MB",
                  "<= 190 MB", mine.pss_mb <= 190)  # fmt: skip
        if python := os.environ.get("BENCH_PEER_PYTHON"):
            peer = stack.enter_context(servers.peer(python, url))
            drive(peer, turns(name="w"), clients=32, requests=128)
            theirs = joined(
                drive(peer, turns(name=f"a{part}"), clients=32, requests=count // PARTS) for part in range(PARTS)
            )
            share, times = mine.cpu_ms / theirs.cpu_ms, mine.rate / theirs.rate
            yield Row("P2", "against FastAPI + AsyncOpenAI, CPU", f"{mine.cpu_ms:.2f} ms", f"{theirs.cpu_ms:.2f} ms",
                      f"<= 0.75x: {share:.2f}x", share <= 0.75)  # fmt: skip
            yield Row("P2", "against it, turns a second", f"{mine.rate:.0f}", f"{theirs.rate:.0f}",
                      f">= 1.8x: {times:.2f}x", times >= 1.8)  # fmt: skip


def p3(seconds: float = 10.0) -> Iterator[Row]:
    """A model that takes a second: 100 and 500 clients."""
    with ExitStack() as stack:
        url = stack.enter_context(servers.model(1))
        floor = stack.enter_context(servers.floor(FLOOR_MODEL_URL=url))
        ours = stack.enter_context(servers.leadbot(OPENAI_BASE_URL=url, **KEY))
        python = os.environ.get("BENCH_PEER_PYTHON")
        peer = stack.enter_context(servers.peer(python, url)) if python else None
        token = sign_up(ours)
        for clients in (100, 500):
            base = _warm(floor, "", clients, seconds)
            mine = _warm(ours, token, clients, seconds)
            theirs = _warm(peer, "", clients, seconds) if peer else None
            yield from _p3_rows(clients, mine, base, theirs)


def _p3_rows(clients: int, mine: Result, base: Result, theirs: Result | None) -> Iterator[Row]:
    told = f"{mine.rate:.0f}/s, {_times(mine)}"
    if clients == 100:
        p99 = mine.percentile(0.99)
        goal, is_met = ">= 85/s, p99 <= 1.7 s", mine.rate >= 85 and p99 <= 1.7
    else:
        goal = f">= 0.9x the floor: {mine.rate / base.rate:.2f}x, then 120/s"
        is_met = mine.rate >= 0.9 * base.rate and mine.rate >= 120
    yield Row("P3", f"model at 1 s, {clients} clients", told, f"{base.rate:.0f}/s, {_times(base)}", goal, is_met)
    yield Row("P3", f"  CPU a turn, errors of {clients}", f"{mine.cpu_ms:.1f} ms, {mine.errors}",
              f"{base.cpu_ms:.1f} ms, {base.errors}", "no error, no lost turn", not mine.errors)  # fmt: skip
    if theirs and clients == 500:
        yield Row("P3", "  against FastAPI", f"{mine.rate:.0f}/s", f"{theirs.rate:.0f}/s",
                  f">= 2x: {mine.rate / theirs.rate:.2f}x", mine.rate >= 2 * theirs.rate)  # fmt: skip


def _pair(floor: Server, ours: Server, token: str, *, clients: int, requests: int) -> tuple[Result, Result]:
    """Both in turn, warmed, in PARTS each: what else this machine does falls on both, and how the clients'
    connections are shared out among the workers is drawn anew for each part."""
    for server, bearer in ((floor, ""), (ours, token)):
        drive(server, turns(bearer, name="w"), clients=clients, requests=clients * 4)
    parts = [
        (drive(floor, turns(name=f"a{part}"), clients=clients, requests=requests // PARTS),
         drive(ours, turns(token, name=f"a{part}"), clients=clients, requests=requests // PARTS))
        for part in range(PARTS)
    ]  # fmt: skip
    return joined(part[0] for part in parts), joined(part[1] for part in parts)


def joined(parts: Iterator[Result]) -> Result:
    """Several results as one."""
    both = Result()
    for part in parts:
        both.cpu_ms = (both.cpu_ms * both.requests + part.cpu_ms * part.requests) / (both.requests + part.requests)
        both.requests, both.errors = both.requests + part.requests, both.errors + part.errors
        both.seconds, both.pss_mb = both.seconds + part.seconds, max(both.pss_mb, part.pss_mb)
        both.took += part.took
    return both


def _warm(server: Server, token: str, clients: int, seconds: float) -> Result:
    drive(server, turns(token, name="w"), clients=clients, requests=clients * 2)
    return drive(server, turns(token, name=f"t{clients}-"), clients=clients, seconds=seconds)


def _times(result: Result) -> str:
    return f"{result.percentile(0.5) * 1000:.0f} / {result.percentile(0.99) * 1000:.0f} ms"
