"""Reading what a request brings: JSON and forms, with a clear error for whatever is not right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from flask import current_app, request
from gunicorn.http.errors import ParseException
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from leadbot.api.errors import Rejected, Wrong
from leadbot.conversations import voice

JSON_MOST_BYTES = 64 * 1024
JSON_DEPTH_MOST = 20
FORM_PARTS_MOST = 20
FORM_ROOM_BYTES = 64 * 1024  # what a form may weigh beside its sound
Shape = TypeVar("Shape", bound=BaseModel)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def take_in() -> None:
    """Receive the whole body, before the first statement: a slow sender must not hold a transaction.

    Raises RequestEntityTooLarge.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        raise UnsupportedMediaType  # a body is taken as it is; unpacking one could fill the memory
    request.max_form_parts = FORM_PARTS_MOST
    request.max_form_memory_size = current_app.config["MAX_CONTENT_LENGTH"]
    try:
        if request.mimetype in FORMS:
            request.form  # noqa: B018  (reading it is what parses it)
        else:
            request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise
    except (BadRequest, ParseException):  # the second: gunicorn's, for chunks that are none
        raise Rejected(Wrong("body", "Incomplete body", "body_incomplete")) from None


def allow_sound() -> None:
    """Let a multipart body of this request be as large as a voice message."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = voice.MOST_BYTES + FORM_ROOM_BYTES


def as_json(shape: type[Shape]) -> Shape:
    """The JSON object of the body. Raises Rejected, UnsupportedMediaType."""
    return shaped(shape, json_object())


def json_object() -> dict[str, Any]:
    """The JSON object of the body, unchecked but for its syntax, size and depth."""
    data = request.get_data(cache=True)
    if not data and request.mimetype not in FORMS:
        _refuse("Invalid JSON body", "json_invalid")
    if not request.is_json:
        raise UnsupportedMediaType
    if len(data) > JSON_MOST_BYTES:
        _refuse("Invalid JSON body: more than 64 KB", "json_too_long")
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        _refuse("Invalid JSON body", "json_invalid")
    if not isinstance(value, dict):
        _refuse("JSON object expected", "json_object")
    if _is_deeper(value, JSON_DEPTH_MOST):
        _refuse("JSON is nested too deeply", "json_depth")
    return value


def as_form(shape: type[Shape]) -> Shape:
    """The form of the body; of a repeated field the first. Raises Rejected."""
    return shaped(shape, form_fields())


def as_form_or_json(shape: type[Shape]) -> Shape:
    """The body, whichever of the two it is; one of another kind counts as an empty form. Raises Rejected."""
    return as_json(shape) if request.is_json else as_form(shape)


def form_fields() -> dict[str, Any]:
    """The fields and files of the form, unchecked."""
    if request.mimetype in FORMS and request.content_length and not (request.form or request.files):
        _refuse("Invalid form body", "form_invalid")
    return {**request.form.to_dict(), **request.files.to_dict()}


def as_query(shape: type[Shape]) -> Shape:
    """The parameters of the address, each once. Raises Rejected."""
    given = request.args.to_dict(flat=False)
    if twice := [name for name, values in given.items() if len(values) > 1]:
        raise Rejected(*(Wrong("query", "Give it once", "repeated", (name,)) for name in twice))
    return shaped(shape, request.args.to_dict(), place="query")


def shaped(shape: type[Shape], values: Mapping[str, Any], *, place: str = "body") -> Shape:
    """The values as their shape wants them. Raises Rejected with all that is wrong."""
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise Rejected(
            *(_wrong(fault, place) for fault in error.errors(include_url=False, include_input=False))
        ) from None


def _wrong(fault: Any, place: str) -> Wrong:
    path: tuple[str | int, ...] = fault["loc"]
    if fault["type"] == "missing":
        return Wrong(place, f"{'.'.join(map(str, path))} is required", "missing", path)
    return Wrong(place, fault["msg"], fault["type"], path)


def _refuse(message: str, kind: str) -> NoReturn:
    raise Rejected(Wrong("body", message, kind))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


def _is_deeper(value: Any, most: int) -> bool:
    """Nested more than `most` deep. What json.loads could read is safe to walk."""
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_is_deeper(one, most - 1) for one in inside)
