"""How well acts are recognised: precision and recall by act and language, and what is taken for what.

Measured on the voices of the corpus that are kept apart, and on any table of `act<tab>language<tab>text` lines, where a
topic may stand alone ("price" for "question.price").
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadbot.engines.rules.acts import corpus
from leadbot.engines.rules.acts.corpus import NONE, Example
from leadbot.engines.rules.acts.find import QUESTION, Act, find


@dataclass(slots=True)
class Counts:
    """Claims over some lines; `precision` and `recall` of nothing are 1."""

    due: int = 0
    claimed: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.due if self.due else 1.0

    def add(self, other: Counts) -> None:
        self.due += other.due
        self.claimed += other.claimed
        self.right += other.right


@dataclass(slots=True)
class ActScore:
    """One set of lines, scored. `none` counts as an act: due where nothing is, claimed where nothing is claimed."""

    name: str
    lines: int = 0
    exact: int = 0  # lines with all their acts and no other
    by_act: dict[tuple[str, str], Counts] = field(default_factory=dict)  # (act, language)
    taken_for: Counter[tuple[str, str]] = field(default_factory=Counter)  # (due, claimed instead)
    mistakes: list[str] = field(default_factory=list)

    def of(self, *, act: str | None = None, language: str | None = None) -> Counts:
        """The counts of an act, of a language, of both or of all acts but none."""
        total = Counts()
        for (one, spoken), counts in self.by_act.items():
            if (one == act or (act is None and one != NONE)) and language in (None, spoken):
                total.add(counts)
        return total


def kept_apart() -> ActScore:
    """The score on the voices the model was never trained on."""
    return run("kept apart", [example for example in corpus.read() if example.kept_apart])


def read(path: Path) -> list[Example]:
    """The lines of a table with the columns act, language and text."""
    known = corpus.labels(corpus.read())
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            act = row["act"] if row["act"] in (*known, NONE) else f"{QUESTION}.{row['act']}"
            found.append(Example(row["text"], frozenset({act} - {NONE}), row["language"]))
    return found


def run(name: str, examples: Iterable[Example]) -> ActScore:
    """Hold what is found in each line against what it bears."""
    outcome = ActScore(name)
    for example in examples:
        _count(outcome, example, frozenset(key(act) for act in find(example.text)))
    return outcome


def key(act: Act) -> str:
    return f"{act.act}.{act.topic}" if act.topic else act.act


def _count(outcome: ActScore, example: Example, claimed: frozenset[str]) -> None:
    due = example.labels or frozenset({NONE})
    outcome.lines += 1
    outcome.exact += due == claimed
    for act in due | claimed:
        counts = outcome.by_act.setdefault((act, example.language), Counts())
        counts.add(Counts(act in due, act in claimed, act in due and act in claimed))
    outcome.taken_for.update((act, other) for act in due - claimed for other in (claimed - due or {NONE}))
    if due != claimed:
        said = f"{'+'.join(sorted(due))} -> {'+'.join(sorted(claimed))}"
        outcome.mistakes.append(f"{example.language:5} {said}: {example.text}")


def report(outcome: ActScore, *, mistakes: bool = False) -> str:
    """The score in words and figures: an act a line, a language a column, then what is taken for what."""
    acts = sorted({act for act, _ in outcome.by_act})
    spoken = {language for _, language in outcome.by_act}
    languages = sorted(spoken, key=lambda one: (*corpus.LANGUAGES, one).index(one))
    lines = [f"{outcome.name}: {outcome.lines} lines, {outcome.exact / max(1, outcome.lines):.1%} exact"]
    lines.append(f"  {'precision/recall (due)':24}" + "".join(f"{one:>18}" for one in ("all", *languages)))
    for act in acts:
        lines.append(f"  {act:24}" + "".join(_cell(outcome.of(act=act, language=one)) for one in (None, *languages)))
    lines.append(f"  {'all acts':24}" + "".join(_cell(outcome.of(language=one)) for one in (None, *languages)))
    lines.append("  due -> claimed instead: " + _confusion(outcome.taken_for))
    return "\n".join(lines + ([f"  {one}" for one in outcome.mistakes] if mistakes else []))


def _cell(counts: Counts) -> str:
    if not counts.due and not counts.claimed:
        return f"{'':18}"
    return f"{counts.precision:7.0%}/{counts.recall:4.0%} {f'({counts.due})':>5}"


def _confusion(taken: Counter[tuple[str, str]], most: int = 60) -> str:
    told: Sequence[tuple[tuple[str, str], int]] = sorted(taken.items(), key=lambda one: (-one[1], one[0]))[:most]
    return ", ".join(f"{due} -> {claimed} {count}" for (due, claimed), count in told) or "nothing"
