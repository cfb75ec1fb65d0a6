"""P13 and P10: growth past one machine and past one company, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from secrets import token_hex

from benchmarks import rounds, servers
from benchmarks.load import Payload, Result, drive, turns
from benchmarks.rounds import cpu, middle, ratio
from benchmarks.servers import Server
from benchmarks.table import Row, at_most, not_run
from benchmarks.turn import sign_up

CROWD, CLIENTS, COMPANIES, POOL = 300, 32, 8, "5"
WARMING = 1_280  # each of the hosts' twenty connections learns each statement anew


def p13() -> Iterator[Row]:
    """Two hosts of two processes on one PostgreSQL, beside one of them alone. PostgreSQL's own CPU is not counted."""
    what = "two hosts on one PostgreSQL, CPU a turn"
    with ExitStack() as stack:
        url = stack.enter_context(servers.postgresql())
        if url is None:
            yield not_run("P13", what, servers.NO_POSTGRESQL)
            return
        settings = {"DATABASE_URL": url, "DATABASE_POOL": POOL, "SECRET_KEY": token_hex(32)}
        first, second = (stack.enter_context(servers.leadbot(**settings)) for _ in range(2))
        tokens = [sign_up(first, f"bench{number}@leadbot.example") for number in range(COMPANIES)]
        found = _alone_and_together(first, second, tokens)
        alone, both = found["alone"], found["together"]
        yield at_most("P13", what, f"{middle(both, cpu):.2f} ms", f"{middle(alone, cpu):.2f} ms",
                      ratio(both, alone, cpu), 1.1)  # fmt: skip
        yield Row("P13", "  turns a second, errors", f"{middle(both, rounds.rate):.0f}, {rounds.errors(both)}",
                  f"{middle(alone, rounds.rate):.0f}", f"{ratio(both, alone, rounds.rate):.2f}x")  # fmt: skip
        crowd = drive(first, _of_many(tokens, "x"), clients=CROWD, requests=CROWD, beside=(second,))
    served = crowd.requests - crowd.errors
    told = f"{served} of {CROWD}"
    yield Row("P13", f"  {CROWD} clients at once: served, told to come again", f"{told}, {crowd.put_off}",
              f"p99 {crowd.percentile(0.99):.1f} s", goal="all", is_met=served == CROWD)  # fmt: skip


def _alone_and_together(first: Server, second: Server, tokens: list[str]) -> dict[str, list[Result]]:
    requests = rounds.some(960)

    def run(name: str, beside: tuple[Server, ...], requests: int = requests) -> Result:
        return drive(first, _of_many(tokens, name), clients=CLIENTS, requests=requests, beside=beside)

    run("w", (second,), WARMING)
    return rounds.alternate({
        "alone": lambda number: run(f"a{number}-", ()),
        "together": lambda number: run(f"t{number}-", (second,)),
    })  # fmt: skip


def _of_many(tokens: list[str], name: str) -> Payload:
    """Turns of clients of all companies: leads of one are counted one after the other."""
    payloads = [turns(token, name=name) for token in tokens]
    return lambda client, turn: payloads[client % len(payloads)](client, turn)


def p10() -> Iterator[Row]:
    """10,000 companies with 200,000 leads: measured by `benchmarks.seed.rows(url)`, where there is one."""
    what = "10,000 companies on PostgreSQL"
    if find_spec("benchmarks.seed") is None:
        yield not_run("P10", what, "there is no benchmarks.seed yet")
        return
    with servers.postgresql() as url:
        if url is None:
            yield not_run("P10", what, servers.NO_POSTGRESQL)
            return
        yield from import_module("benchmarks.seed").rows(url)
