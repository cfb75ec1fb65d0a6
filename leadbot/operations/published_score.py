"""The published score of the embedded qualifier: what `flask score --publish` wrote, for the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from leadbot.engines.embedded import SPOKEN, ActScore, Counts, Set, precision, recall, wrong_rate

FILE = Path(__file__).resolve().parent.parent / "engines" / "rules" / "data" / "score.json"
TAKEN_MOST = 12
ACTS = FILE.with_name("score_acts.json")
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


@dataclass(frozen=True, slots=True)
class ScoredAct:
    """One act, or all of them in one language, on lines of people whom the classifier was never trained on."""

    name: str
    due: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class ScoredActs:
    """How acts are recognised: by language, by act, and what is most often taken for what."""

    lines: int
    exact: int
    languages: tuple[ScoredAct, ...]
    acts: tuple[ScoredAct, ...]
    taken_for: tuple[tuple[str, str, int], ...]


def publish_acts(outcome: ActScore) -> None:
    """Write the score of acts to where the page reads it."""
    acts = sorted({act for act, _ in outcome.by_act})
    stored = {
        "lines": outcome.lines,
        "exact": outcome.exact,
        "languages": [
            asdict(_act("all", outcome.of())),
            *(asdict(_act(one, outcome.of(language=one))) for one in SPOKEN),
        ],
        "acts": [asdict(_act(act, outcome.of(act=act))) for act in acts],
        "taken_for": [[*pair, count] for pair, count in outcome.taken_for.most_common(TAKEN_MOST)],
    }
    ACTS.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    published_acts.cache_clear()


@cache
def published_acts() -> ScoredActs:
    """The published score of acts."""
    stored = json.loads(ACTS.read_text(encoding="utf-8"))
    return ScoredActs(
        stored["lines"],
        stored["exact"],
        tuple(ScoredAct(**row) for row in stored["languages"]),
        tuple(ScoredAct(**row) for row in stored["acts"]),
        tuple((due, claimed, count) for due, claimed, count in stored["taken_for"]),
    )


def _act(name: str, counts: Counts) -> ScoredAct:
    return ScoredAct(name, counts.due, round(counts.precision, 4), round(counts.recall, 4))


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
