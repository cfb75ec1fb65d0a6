"""`python -m benchmarks [P1 P2 ...]`: all figures, or some; about six minutes on two quiet cores.

CPU milliseconds are user and system time of all processes of the server, per request: they can be trusted on a busy
machine, rates can't. Floors run on the same machine at the same time. BENCH_PEER_PYTHON names an interpreter that has
fastapi, uvicorn, openai, sqlalchemy and aiosqlite; without it there are no figures of the FastAPI server.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from benchmarks import leads, qualifier, table, turn, widget

PARTS: dict[str, Callable[[], Iterator[table.Row]]] = {
    "Q": qualifier.speed,
    "P1": turn.p1,
    "P2": turn.p2,
    "P3": turn.p3,
    "P4": leads.p4,
    "P5": leads.p5,
    "P6": leads.p6,
    "P7": widget.p7,
    "P9": leads.p9,
    "F": leads.figures,
}


def main() -> None:
    """Measure what is asked for; exit code 1 where a goal is missed."""
    chosen = [name.upper() for name in sys.argv[1:]] or list(PARTS)
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n{table.HEAD}")
    rows = [row for name in chosen for row in table.show(PARTS[name]())]
    missed = sum(row.is_met is False for row in rows)
    print(f"\n{missed} of {sum(row.is_met is not None for row in rows)} goals missed" if missed else "\nall goals met")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
