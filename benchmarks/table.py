"""The table that is printed: what was measured, what stands beside it in the same run, the ratio, the goal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its goal. `is_met` None: a figure without a goal. `missing` says why it was not measured."""

    goal_id: str
    what: str
    measured: str = ""
    beside: str = ""  # the floor, or the peer
    ratio: str = ""
    goal: str = ""
    is_met: bool | None = None
    missing: str = ""

    def line(self) -> str:
        """As it is printed."""
        told = f"{self.goal_id:3} {self.what:46}"
        if self.missing:
            return f"{told} NOT RUN: {self.missing}"
        mark = {True: "ok", False: "MISSED", None: ""}[self.is_met]
        return f"{told} {self.measured:>22} {self.beside:>22} {self.ratio:>7}  {self.goal:26} {mark}".rstrip()


HEAD = Row("", "what", "measured", "floor or peer", "ratio", "goal").line()


def at_most(goal_id: str, what: str, measured: str, beside: str, ratio: float, most: float) -> Row:
    """So many times the floor, and no more."""
    return Row(goal_id, what, measured, beside, f"{ratio:.2f}x", f"<= {most:g}x", ratio <= most)


def at_least(goal_id: str, what: str, measured: str, beside: str, ratio: float, least: float) -> Row:
    """So many times the peer, and no less."""
    return Row(goal_id, what, measured, beside, f"{ratio:.2f}x", f">= {least:g}x", ratio >= least)


def not_run(goal_id: str, what: str, why: str) -> Row:
    """A figure that could not be had here."""
    return Row(goal_id, what, missing=why)


def show(rows: Iterable[Row]) -> list[Row]:
    """Print each row as it comes; all of them again as a list."""
    shown = []
    for row in rows:
        print(row.line(), flush=True)
        shown.append(row)
    return shown
