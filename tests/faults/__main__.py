"""`make faults`: the faults at full size, and their scoreboard for docs/faults.md."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from faults.scoreboard import MODULES, PAGE, Scoreboard, machine

DOCS = Path(__file__).resolve().parents[2] / "docs" / "faults.md"


def main(options: list[str]) -> int:
    """Run them one after the other: they need the machine to themselves. Options are pytest's; with any, no page."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended
    board = Scoreboard()
    status = pytest.main(["-m", "long or not long", "-v", "--tb=short", *(options or MODULES)], plugins=[board])
    print(f"\n{board.table()}")
    if not options:
        DOCS.write_text(PAGE.format(table=board.table(), machine=machine()))
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
