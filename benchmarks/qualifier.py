"""How quick the embedded qualifier is: a turn over all published dialogues, a flood, the load of its tables."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from benchmarks.table import Row
from leadbot.engines import build_rules
from leadbot.engines.base import CompanyCard, Engine, Known, TalkLine, Turn

SETS = Path(__file__).resolve().parents[1] / "tests" / "dialogues"
COMPANY = CompanyCard(name="Лидбот")
NOON = datetime(2026, 1, 28, 12, tzinfo=UTC)
MEDIAN_MS, P95_MS, FLOOD_MS, LOAD_MS, LOAD_MIB = 0.3, 2.0, 20.0, 80.0, 15.0
FLOODS = ("8 776 " * 1700, "хочу дом в Алматы " * 560, "7" * 10_000, "а" * 10_000, "дом 10х12 " * 1000, "😀" * 10_000)
# In a process of its own: what a bare interpreter pays for the engine, in seconds and KiB.
LOADING = """
import time
import json, logging, dataclasses, datetime, re
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
memory, began = resident(), time.process_time()
from leadbot.engines import build_rules
build_rules()
print(json.dumps([time.process_time() - began, resident() - memory]))
"""


def speed() -> Iterator[Row]:
    """CPU milliseconds of a turn, of the worst flood, and of loading."""
    engine = build_rules()
    turns = sorted(ms for path in sorted(SETS.glob("dialogues-*.jsonl")) for ms in _dialogues(engine, path))
    p95 = quantiles(turns, n=20)[-1]
    flood = max(_timed(engine, (text,))[0] for text in FLOODS for _ in range(3))
    yield _row(f"qualifier: a turn, median of {len(turns)}", median(turns), MEDIAN_MS)
    yield _row("qualifier: a turn, 95th percentile", p95, P95_MS)
    yield _row("qualifier: 10,000 characters at once", flood, FLOOD_MS)
    loads = [json.loads(subprocess.check_output([sys.executable, "-c", LOADING])) for _ in range(3)]
    yield _row("qualifier: load", 1000 * min(seconds for seconds, _ in loads), LOAD_MS)
    mib = max(kib for _, kib in loads) / 1024
    goal = f"<= {LOAD_MIB:.0f} MiB"
    yield Row("Q", "qualifier: memory of what is loaded", f"{mib:.1f} MiB", goal=goal, is_met=mib <= LOAD_MIB)


def _row(what: str, measured: float, most: float) -> Row:
    return Row("Q", what, f"{measured:.2f} ms", goal=f"<= {most:g} ms", is_met=measured <= most)


def _dialogues(engine: Engine, path: Path) -> Iterator[float]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from _timed(engine, tuple(json.loads(line)["turns"]))


def _timed(engine: Engine, texts: tuple[str, ...]) -> list[float]:
    """The CPU milliseconds of each turn of one talk."""
    known, language, took = Known(), None, list[float]()
    history: list[TalkLine] = []
    for text in texts:
        history.append(TalkLine("client", text, len(history) + 1))
        began = time.process_time()
        decision = engine.decide(Turn(tuple(history[-20:]), known, COMPANY, NOON, language))
        took.append(1000 * (time.process_time() - began))
        history.append(TalkLine("bot", decision.text, len(history) + 1))
        known, language = decision.known, decision.language
    return took
