"""Rounds in turn: what else this machine does falls on all sides alike, and the median forgets a bad moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.load import Result

Figure = Callable[[Result], float]
Side = Callable[[int], Result]  # the number of the round -> what came of it
_rounds, _share = 5, 1.0


def be_quick() -> None:
    """Fewer rounds of less: to see that everything runs, not how fast."""
    global _rounds, _share
    _rounds, _share = 3, 0.2


def some(requests: int) -> int:
    """So many requests, or a part of them in a hurry; a multiple of 32 for as many clients."""
    return max(32, int(requests * _share) // 32 * 32)


def some_seconds(seconds: float) -> float:
    """So long, or a part of it in a hurry."""
    return max(3.0, seconds * _share)


def tries() -> int:
    """How often something that takes a second is tried."""
    return _rounds


def alternate(sides: Mapping[str, Side]) -> dict[str, list[Result]]:
    """Each side once a round, in turn."""
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for number in range(_rounds):
        for name, run in sides.items():
            results[name].append(run(number))
    return results


def middle(results: list[Result], of: Figure) -> float:
    """The median round."""
    return median(of(result) for result in results)


def ratio(ours: list[Result], theirs: list[Result], of: Figure) -> float:
    """The median of the rounds' ratios."""
    return median(of(one) / max(of(other), 1e-9) for one, other in zip(ours, theirs, strict=True))


def cpu(result: Result) -> float:
    """Milliseconds of the server's processors, a request."""
    return result.cpu_ms


def rate(result: Result) -> float:
    """Requests a second."""
    return result.rate


def p99(result: Result) -> float:
    """Milliseconds within which 99 of 100 were answered."""
    return 1000 * result.percentile(0.99)


def p50(result: Result) -> float:
    """Milliseconds within which half were answered."""
    return 1000 * result.percentile(0.5)


def pss(result: Result) -> float:
    """MB of memory, what is shared counted once."""
    return result.pss_mb


def errors(results: list[Result]) -> int:
    """Of all rounds."""
    return sum(result.errors for result in results)


def times(results: list[Result]) -> str:
    """Median and 99th percentile of the median round."""
    return f"{middle(results, p50):.0f} / {middle(results, p99):.0f} ms"
