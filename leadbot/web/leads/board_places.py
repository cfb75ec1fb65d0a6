"""Where on the board a form puts a card: between which others, or one place up or down."""

from __future__ import annotations

from flask import request

from leadbot.errors import Invalid
from leadbot.leads.ranking import Spot


def spot() -> Spot | None:
    """What the form says of a place; None where it names a stage alone. Raises Invalid."""
    form = request.form
    shift = form.get("shift", "")
    if shift not in ("", "up", "down"):
        raise Invalid("This value is not right", field="shift")
    found = Spot(_number("above"), _number("below"), shift, _number("rank"))
    return found if shift or {"above", "below", "rank"} & form.keys() else None


def _number(field: str) -> int | None:
    """An id, or a rank. Raises Invalid."""
    value = request.form.get(field, "")
    if value and not (value.isascii() and value.isdecimal() and len(value) < 20):
        raise Invalid("This value is not right", field=field)
    number = int(value) if value else None
    return number if field == "rank" or number is None or number < 2**31 else None
