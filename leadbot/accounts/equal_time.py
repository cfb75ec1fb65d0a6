"""Answers that take the same time whatever they found, so that the time tells a stranger nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from leadbot.database.session import db


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Let what is inside take so long at least, also where it raises. It has to commit by itself: no transaction is
    held while time passes."""
    ends_at = time.monotonic() + seconds
    try:
        yield
    finally:
        db.session.rollback()
        time.sleep(max(0.0, ends_at - time.monotonic()))
