"""`python -m benchmarks [--quick] [P1 P2 ... W]`: all figures, or some; about half an hour on two quiet cores.

What counts are ratios: each figure stands beside a floor (benchmarks/floors) or a peer that runs on the same machine in
turn with it, round after round, and the medians are compared. CPU milliseconds are user and system time of all
processes of a server, per request: they can be trusted on a busy machine, rates can't. `--quick` shows that all runs.

The FastAPI server of P2 and P3 runs in .venv-peer (`make bench` makes it) or by BENCH_PEER_PYTHON; P10 and P13 make a
database of their own beside the one that BENCH_DATABASE_URL, or TEST_DATABASE_URL, names. W (not among all) compares
one web process with two on SQLite.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator

from benchmarks import felt, hosts, leads, qualifier, rounds, table, turn, widget

PARTS: dict[str, Callable[[], Iterator[table.Row]]] = {
    "P1": turn.p1,
    "P2": turn.p2,
    "P3": turn.p3,
    "P4": leads.p4,
    "P5": leads.p5,
    "P6": leads.p6,
    "P7": widget.p7,
    "P9": leads.p9,
    "IDLE": felt.idle,
    "P10": hosts.p10,
    "P11": felt.p11,
    "P13": hosts.p13,
    "Q": qualifier.speed,
}
ON_DEMAND = {"W": turn.workers}


def main() -> None:
    """Measure what is asked for; exit code 1 where a goal is missed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers and databases are cleared away first
    given = [name.upper() for name in sys.argv[1:]]
    if "--QUICK" in given:
        given.remove("--QUICK")
        rounds.be_quick()
    known = PARTS | ON_DEMAND
    if unknown := [name for name in given if name not in known]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(known)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n{table.HEAD}")
    rows = [row for name in given or PARTS for row in table.show(known[name]())]
    missed, left_out = [row for row in rows if row.is_met is False], [row for row in rows if row.missing]
    print(f"\n{len(missed)} of {sum(row.is_met is not None for row in rows)} goals missed, {len(left_out)} not run")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
