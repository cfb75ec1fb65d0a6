"""The shapes of what the API answers when something is wrong."""

from __future__ import annotations

from pydantic import BaseModel, Field

from leadbot.api.lead_shapes import LeadRow


class Error(BaseModel):
    """Every error but 422."""

    detail: str = Field(description="What is wrong, in English", examples=["Not Found"])


class Overtaken(BaseModel):
    """Somebody was quicker; nothing was written."""

    detail: str = Field(description="What is wrong", examples=["This has been changed meanwhile"])
    lead: LeadRow = Field(description="The lead as it stands now: look at it, decide, send again with its `version`")


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    loc: list[str | int] = Field(
        description="Where: body, query or header, and the way to the value there, step by step",
        examples=[["body", "email"], ["body", "facts", 0, "text", "ru"]],
    )
    msg: str = Field(description="What is wrong with it", examples=["Invalid email"])
    type: str = Field(description="A short name for that", examples=["invalid"])


class ValidationFaults(BaseModel):
    """Everything that is wrong with a request."""

    detail: list[Fault] = Field(description="Everything that is wrong, at once")
