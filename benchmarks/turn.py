"""P1, P2, P3, P8: a chat turn on the embedded engine, with a model at 0 ms, with a model that takes a second.

W: how many web processes suit SQLite.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks import rounds, servers
from benchmarks.load import Result, drive, request, turns
from benchmarks.rounds import cpu, middle, p99, pss, rate, ratio
from benchmarks.servers import Server
from benchmarks.table import Row, at_least, at_most, not_run

ACCOUNT = {"email": "bench@leadbot.example", "password": "bench-123", "company_name": "Bench"}
KEY = {"OPENAI_API_KEY": "key", "OPENAI_TIMEOUT_SECONDS": "9"}
# What a company may spend is not what is measured here.
BUDGET = {"budget": {"company": 10**9, "visitor": 10**9}}
CLIENTS = 32
# Chainlit 2.12.0 took 20-24 ms a turn where the floor took 4.4: half of that, told by the floor.
HALF_OF_CHAINLIT = 22 / 4.4 / 2
PEER = "the turn of FastAPI + AsyncOpenAI + aiosqlite"


def sign_up(server: Server, email: str = ACCOUNT["email"]) -> str:
    """An account on this copy; its token."""
    account = json.dumps({**ACCOUNT, "email": email}).encode()
    ask(server, "POST", "/api/auth/register", account, Content_Type="application/json")
    form = f"username={email}&password={ACCOUNT['password']}".encode()
    answer = ask(server, "POST", "/api/auth/login", form, Content_Type="application/x-www-form-urlencoded")
    token: str = json.loads(answer)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    ask(server, "PATCH", "/api/settings", json.dumps(BUDGET).encode(), Content_Type="application/json", **bearer)
    return token


def ask(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The body of one answer."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(request(method, path, body, Connection="close", **headers))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return answer.partition(b"\r\n\r\n")[2]


def p1() -> Iterator[Row]:
    """The embedded engine over HTTP against the floor without any engine."""
    with servers.floor() as floor, servers.leadbot() as ours:
        found = _in_turn({"floor": (floor, ""), "ours": (ours, sign_up(ours))}, rounds.some(1_600))
    base, mine = found["floor"], found["ours"]
    by_cpu, told = ratio(mine, base, cpu), (f"{middle(mine, cpu):.2f} ms", f"{middle(base, cpu):.2f} ms")
    yield at_most("P1", "turn on the embedded engine, CPU", *told, by_cpu, 1.6)
    yield at_most("P1", "  half of Chainlit's CPU, told by the floor", *told, by_cpu, HALF_OF_CHAINLIT)
    yield at_most("P1", f"  median / p99 of {CLIENTS} clients", rounds.times(mine), rounds.times(base),
                  ratio(mine, base, p99), 1.5)  # fmt: skip
    yield Row("P1", "  turns a second (the clients are on the cores too)", f"{middle(mine, rate):.0f}",
              f"{middle(base, rate):.0f}", f"{ratio(mine, base, rate):.2f}x")  # fmt: skip
    yield _no_error("P1", mine)
    yield _memory("P8", "memory under load, no key (PSS)", mine, base)


def p2() -> Iterator[Row]:
    """A model that answers at once, against a FastAPI server."""
    with ExitStack() as stack:
        url = stack.enter_context(servers.model(0))
        floor = stack.enter_context(servers.floor(FLOOR_MODEL_URL=url))
        ours = stack.enter_context(servers.leadbot(OPENAI_BASE_URL=url, **KEY))
        sides = {"floor": (floor, ""), "ours": (ours, sign_up(ours))}
        if python := servers.peer_python():
            sides["peer"] = (stack.enter_context(servers.peer(python, url)), "")
        found = _in_turn(sides, rounds.some(960))
        by_model = _share_by_model(ours)
    base, mine = found["floor"], found["ours"]
    told, told_rate = f"{middle(mine, cpu):.2f} ms", f"{middle(mine, rate):.0f}/s"
    if theirs := found.get("peer"):
        yield at_most("P2", f"{PEER}, CPU", told, f"{middle(theirs, cpu):.2f} ms", ratio(mine, theirs, cpu), 1.1)
        yield at_least("P2", "  turns a second", told_rate, f"{middle(theirs, rate):.0f}/s",
                       ratio(mine, theirs, rate), 0.95)  # fmt: skip
    else:
        yield not_run("P2", PEER, servers.NO_PEER)
    yield Row("P2", "turn with a model at 0 ms beside its floor, CPU", told, f"{middle(base, cpu):.2f} ms",
              f"{ratio(mine, base, cpu):.2f}x")  # fmt: skip
    yield Row("P2", "  median / p99", rounds.times(mine), rounds.times(base), f"{ratio(mine, base, p99):.2f}x")
    yield _no_error("P2", mine, by_model)
    yield _memory("P8", "memory under load, with a key (PSS)", mine, base)


def p3() -> Iterator[Row]:
    """A model that takes a second: 100 and 500 clients."""
    python = servers.peer_python()
    with ExitStack() as stack:
        url = stack.enter_context(servers.model(1))
        ours = stack.enter_context(servers.leadbot(OPENAI_BASE_URL=url, **KEY))
        sides = {"ours": (ours, sign_up(ours))}
        if python:
            sides["peer"] = (stack.enter_context(servers.peer(python, url)), "")
        for clients in (100, 500):
            found = _in_turn(sides, 0, clients=clients, seconds=rounds.some_seconds(12))
            mine, theirs, what = found["ours"], found.get("peer"), f"model at 1 s, {clients} clients"
            told = f"{middle(mine, rate):.0f}/s"
            if theirs is None:
                yield not_run("P3", f"{what}, against FastAPI", servers.NO_PEER)
                yield Row("P3", f"  {what}: turns a second, median / p99", told, rounds.times(mine))
            else:
                yield at_least("P3", f"{what}: turns a second", told, f"{middle(theirs, rate):.0f}/s",
                               ratio(mine, theirs, rate), 0.95)  # fmt: skip
                yield at_most("P3", "  median / p99", rounds.times(mine), rounds.times(theirs),
                              ratio(mine, theirs, p99), 1)  # fmt: skip
                yield Row("P3", "  CPU a turn", f"{middle(mine, cpu):.1f} ms", f"{middle(theirs, cpu):.1f} ms",
                          f"{ratio(mine, theirs, cpu):.2f}x")  # fmt: skip
            yield _no_error("P3", mine, _share_by_model(ours))


def workers() -> Iterator[Row]:
    """One web process or two, on SQLite: what suits it better is the default there."""
    with ExitStack() as stack:
        for what, model_seconds, clients in (("embedded", None, CLIENTS), ("model at 1 s", 1, 100)):
            settings: dict[str, str] = {}
            if model_seconds is not None:
                settings = {"OPENAI_BASE_URL": stack.enter_context(servers.model(model_seconds)), **KEY}
            one, two = (stack.enter_context(servers.leadbot(WEB_WORKERS=n, **settings)) for n in ("1", "2"))
            sides = {"one": (one, sign_up(one)), "two": (two, sign_up(two))}
            requests = rounds.some(1_600) if model_seconds is None else 0
            found = _in_turn(sides, requests, clients=clients, seconds=rounds.some_seconds(10))
            alone, both = found["one"], found["two"]
            for figure, of, unit in (("CPU a turn", cpu, " ms"), ("turns a second", rate, "/s"), ("p99", p99, " ms"),
                                     ("memory (PSS)", pss, " MB")):  # fmt: skip
                yield Row("W", f"1 process beside 2, {what}: {figure}",
                          f"{middle(alone, of):.1f}{unit}", f"{middle(both, of):.1f}{unit}",
                          f"{ratio(alone, both, of):.2f}x")  # fmt: skip
            yield _no_error("W", alone + both)


def _in_turn(
    sides: dict[str, tuple[Server, str]], requests: int, *, clients: int = CLIENTS, seconds: float = 0.0
) -> dict[str, list[Result]]:
    """Rounds of turns at each server with its token, each warmed first."""

    def run(server: Server, token: str, number: int) -> Result:
        payload = turns(token, name=f"r{number}-{clients}-")
        return drive(server, payload, clients=clients, requests=requests, seconds=seconds)

    for server, token in sides.values():
        drive(server, turns(token, name="w"), clients=clients, requests=clients * 2)
    return rounds.alternate({name: partial(run, *side) for name, side in sides.items()})


def _no_error(goal_id: str, results: list[Result], by_model: str = "") -> Row:
    wrong = rounds.errors(results)
    told = f"{wrong} of {sum(one.requests for one in results)}"
    return Row(goal_id, "  errors and lost turns", told, by_model, goal="none", is_met=not wrong)


def _memory(goal_id: str, what: str, mine: list[Result], base: list[Result]) -> Row:
    return at_most(goal_id, what, f"{middle(mine, pss):.0f} MB", f"{middle(base, pss):.0f} MB",
                   ratio(mine, base, pss), 1.3)  # fmt: skip


def _share_by_model(server: Server) -> str:
    """Of all answers so far: a fallback would be quick, and no answer of the model."""
    told = ask(server, "GET", "/metrics").decode()
    answered = {name: int(float(count)) for name, count in
                re.findall(r'leadbot_messages_answered_total\{engine="([^"]*)"\} (\S+)', told)}  # fmt: skip
    total = sum(answered.values())
    return f"{100 * (total - answered.get('rules', 0)) / total:.0f}% by the model" if total else ""
