"""How large a body a page may take: little from anybody, more where a view says so and only from who may write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., object])
_MOST = "takes_bytes"


def takes_large(most_bytes: int) -> Callable[[View], View]:
    """Say of a view that its body may be as large as this; it goes below the route's own decorator."""

    def mark(view: View) -> View:
        setattr(view, _MOST, most_bytes)
        return view

    return mark


def make_room() -> None:
    """Let the body of this request be as large as its view takes. Called once it is known who asks, and before anybody
    reads the form."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), _MOST, 0)
    if most and current_user.may_write:
        request.max_content_length = most


def is_too_large() -> bool:
    """The body says of itself that it is larger than this request may bring."""
    most = request.max_content_length
    return most is not None and (request.content_length or 0) > most
