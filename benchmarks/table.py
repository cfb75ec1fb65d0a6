"""The table that is printed: what was measured, the floor of the same run, the goal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its goal. `is_met` None: there is no goal."""

    goal_id: str
    what: str
    measured: str
    floor: str = ""
    goal: str = ""
    is_met: bool | None = None

    def line(self) -> str:
        """As it is printed."""
        mark = {True: "yes", False: "NO", None: ""}[self.is_met]
        return f"{self.goal_id:4} {self.what:44} {self.measured:>24} {self.floor:>24}  {self.goal:34} {mark}"


HEAD = Row("goal", "what", "measured", "floor", "goal").line() + "met"


def show(rows: Iterable[Row]) -> list[Row]:
    """Print each row as it comes; all of them again as a list."""
    shown = []
    for row in rows:
        print(row.line(), flush=True)
        shown.append(row)
    return shown
