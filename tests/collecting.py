"""Tables of cases as one test: quicker than a test a case, and what fails is still listed case by case."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

LISTED = 20  # failures written out; the rest is counted


def over(
    cases: Iterable[Any], name: Callable[[Any], object] = repr
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make a test of one case a test of them all; `name` tells a case. A case is spread over several parameters."""

    def loop(check: Callable[..., None]) -> Callable[[], None]:
        spread = len(signature(check).parameters) > 1

        def test() -> None:
            tried, failures = 0, []
            for case in cases:
                tried += 1
                try:
                    check(*case) if spread else check(case)
                except Exception as problem:
                    last = traceback.extract_tb(problem.__traceback__)[-1]
                    failures.append(f"{name(case)}: line {last.lineno}: {type(problem).__name__}: {problem}")
            assert tried
            assert not failures, f"{len(failures)} of {tried} cases\n" + "\n".join(failures[:LISTED])

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return loop
