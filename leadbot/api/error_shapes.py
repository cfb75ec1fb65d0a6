"""The shapes of what the API answers when something is wrong."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Error(BaseModel):
    """Every error but 422."""

    detail: str


class Fault(BaseModel):
    loc: list[str | int] = Field(examples=[["body", "email"], ["body", "facts", 0, "text", "ru"]])
    msg: str = Field(examples=["Invalid email"])
    type: str = Field(examples=["invalid"])


class ValidationFaults(BaseModel):
    """Everything that is wrong with a request."""

    detail: list[Fault]
