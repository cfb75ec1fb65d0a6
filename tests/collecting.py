"""Tables of cases as one test: quicker than a test a case, and what fails is still listed case by case."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from inspect import Signature, signature
from typing import Any

LISTED = 20  # failures written out; the rest is counted


def over(
    cases: Iterable[Any], names: str = "", name: Callable[[Any], object] = repr
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a test of one case a test of them all; `name` tells a case.

    A case fills the parameters `names` ("text, wanted"), all of them if none is named; the others are fixtures, which
    all cases share: such cases must not stand in one another's way.
    """

    def loop(check: Callable[..., None]) -> Callable[..., None]:
        known = signature(check).parameters
        filled = [each.strip() for each in names.split(",")] if names else list(known)

        def test(**fixtures: Any) -> None:
            tried, failures = 0, []
            for case in cases:
                tried += 1
                try:
                    check(**fixtures, **dict(zip(filled, case if len(filled) > 1 else (case,), strict=True)))
                except Exception as problem:
                    last = traceback.extract_tb(problem.__traceback__)[-1]
                    failures.append(f"{name(case)}: line {last.lineno}: {type(problem).__name__}: {problem}")
            assert tried
            assert not failures, f"{len(failures)} of {tried} cases\n" + "\n".join(failures[:LISTED])

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        fixtures = [known[each] for each in known if each not in filled]
        test.__signature__ = Signature(fixtures)  # type: ignore[attr-defined]
        return test

    return loop
