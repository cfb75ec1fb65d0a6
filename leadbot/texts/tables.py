"""Tables of words as files: a row a line, fields between tabs, # for a comment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def read_table(path: Path) -> Iterator[list[str]]:
    """The rows of a tab-separated table; empty lines and # comments are skipped."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and line[0] != "#":
            yield line.split("\t")
