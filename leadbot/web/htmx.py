"""Answers of the session door: a page, a part of one, a passing note, the way to another page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Response, flash, get_template_attribute, make_response, redirect, render_template, request
from markupsafe import Markup


@dataclass(frozen=True)
class Action:
    """What a toast offers to do: a form that posts `fields` to `url` (`target` and `swap` are for htmx), or a link."""

    label: str
    url: str
    fields: dict[str, Any] = field(default_factory=dict)
    target: str = "this"
    swap: str = "none"
    is_link: bool = False


def is_htmx() -> bool:
    """The request comes from htmx, which wants a part and not a page."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    return _answer(render_template(template, **context), status)


def part(template: str, status: int = 200, note: str = "", **context: Any) -> Response:
    """A part of a page, with out-of-band notes (see `toast`) after it."""
    return _answer(render_template(template, **context) + note, status)


def toast(text: str, *, kind: str = "", action: Action | None = None) -> str:
    """A passing note as an out-of-band swap; kind "danger" stays until it is closed."""
    draw = get_template_attribute("macros/toast.html", "toast_out_of_band")
    return str(draw(text, kind, action))


def only_toast(text: str, status: int = 200, *, kind: str = "", action: Action | None = None) -> Response:
    """Nothing but a note: whatever htmx meant to swap stays as it is."""
    response = _answer(toast(text, kind=kind, action=action), status)
    response.headers["HX-Reswap"] = "none"
    return response


def go(url: str, *, note: str = "") -> Response:
    """On to another page after something was done: 303, or htmx's own word for it. `note` is shown there."""
    if note:
        flash(note)
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return make_response(redirect(url, 303))


def _answer(html: str | Markup, status: int) -> Response:
    response = make_response(str(html), status)
    response.vary.add("HX-Request")
    return response
