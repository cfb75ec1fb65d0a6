"""What a route of the API takes and gives, said once beside its view: the gate and the OpenAPI document read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, request
from pydantic import BaseModel

View = TypeVar("View", bound=Callable[..., Any])

KEY = "Idempotency-Key"
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Operation:
    """`takes` maps content types to shapes, `errors` lists statuses besides those that any such route may answer."""

    summary: str
    tag: str
    gives: type[BaseModel] | None  # None: a file, as it is
    status: int = 200
    takes: dict[str, type[BaseModel]] = field(default_factory=dict)
    query: type[BaseModel] | None = None
    headers: dict[str, str] = field(default_factory=dict)  # name: what it is for
    errors: tuple[int, ...] = ()
    is_public: bool = False
    about: str = ""

    @property
    def takes_sound(self) -> bool:
        return MULTIPART in self.takes

    @property
    def can_repeat(self) -> bool:
        """The same request under the same key is carried out once."""
        return KEY in self.headers


def operation(summary: str, tag: str, gives: type[BaseModel] | None, **more: Any) -> Callable[[View], View]:
    """Say what the view below does."""
    operation = Operation(summary, tag, gives, **more)

    def mark(view: View) -> View:
        view.__dict__["operation"] = operation
        return view

    return mark


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What was said of a view."""
    return getattr(view, "operation", None)


def asked_for() -> Operation | None:
    """What was said of the view that this request is for."""
    return operation_of(current_app.view_functions[request.endpoint or ""])
