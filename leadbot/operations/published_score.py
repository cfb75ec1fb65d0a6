"""The published score of the embedded qualifier: what `flask score --publish` wrote, for the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from leadbot.engines.embedded import Set, precision, recall, wrong_rate

FILE = Path(__file__).resolve().parent.parent / "engines" / "rules" / "data" / "score.json"
FIRST_RUNS = "first-runs.json"  # beside the sets: what each scored before anything was tuned on it


@dataclass(frozen=True, slots=True)
class Scored:
    """One published set: exact rows of all, and shares from 0 to 1. `first_run` is "29/40", or empty."""

    name: str
    is_dialogues: bool
    rows: int
    exact: int
    precision: float
    recall: float
    wrong_rate: float
    first_run: str = ""


def publish(sets: Iterable[Set], folder: Path) -> None:
    """Write the score of a folder's sets to where the page reads it."""
    first_runs = folder / FIRST_RUNS
    first: dict[str, str] = json.loads(first_runs.read_text(encoding="utf-8")) if first_runs.exists() else {}
    rows = [asdict(_scored(one, first.get(one.name, ""))) for one in sorted(sets, key=_order)]
    FILE.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    published.cache_clear()


@cache
def published() -> tuple[Scored, ...]:
    """The published sets, dialogues first."""
    return tuple(Scored(**row) for row in json.loads(FILE.read_text(encoding="utf-8")))


def _scored(one: Set, first_run: str) -> Scored:
    counts = one.core.total()
    return Scored(
        name=one.name,
        is_dialogues=one.dialogues,
        rows=one.core.rows,
        exact=one.core.exact,
        precision=round(precision(counts), 4),
        recall=round(recall(counts), 4),
        wrong_rate=round(wrong_rate(counts), 4),
        first_run=first_run,
    )


def _order(one: Set) -> tuple[bool, int, str]:
    return not one.dialogues, len(one.name), one.name
