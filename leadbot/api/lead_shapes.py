"""The shapes of leads: as they are handed on, what is asked of them, what is written on them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from leadbot.api.values import ABSENT, ID_MOST, Moment, Number, Since
from leadbot.fields import TABLE, Surface
from leadbot.models import Author, LeadStatus, LostReason, Source

PAGE_MOST = 1000
OFFSET_MOST = 10_000_000


Version = Annotated[
    int | None, Field(ge=0, le=ID_MOST, description="What you saw last; 409 where it is no longer that"), Number
]


class PersonShown(BaseModel):
    """Somebody of the company."""

    id: int = Field(description="The person's own id", examples=[1])
    name: str | None = Field(description="As he has named himself; null where he has not", examples=["Айгуль"])


class TaskShown(BaseModel):
    """A call back that was set on a lead."""

    id: int = Field(description="Its number")
    due_at: Moment
    text: str = Field(description="What about", examples=["Перезвонить по смете"])
    assignee: PersonShown | None = Field(description="Who is to do it; null: anybody")
    done_at: Moment | None = Field(description="When it was done; null while it is open")


class NoteShown(BaseModel):
    """What a manager wrote down about a lead."""

    id: int = Field(description="Its number")
    text: str = Field(description="The words", examples=["Ждёт смету до пятницы"])
    author: PersonShown | None = Field(description="Who wrote it")
    created_at: Moment


class ProofShown(BaseModel):
    """The client's own words that a value came from."""

    field: str = Field(description="The key of the value, here or in `details`", examples=["area"])
    quote: str = Field(description="His words", examples=["150 квадратов"])
    message_id: int = Field(description="The line they stand in, see `GET /api/leads/{lead_id}/messages`")


class LeadRow(BaseModel):
    """A lead, with all that its card knows. `city` and `object_type` are in Russian, whatever the talk is in."""

    id: int = Field(description="Its number", examples=[1])
    owner_id: int = Field(description="The company's id", examples=[1])
    bot_user_id: int | None = Field(
        description="The client as one door knows him; null where there was no talk", examples=[1]
    )
    name: str | None = Field(description="What the client is called", examples=["Канат"])
    phone: str = Field(description="Kazakhstan: 8 and ten digits; else E.164", examples=["87768776637"])
    city: str | None = Field(description="Where it is to be done", examples=["Алматы"])
    object_type: str | None = Field(description="What it is about", examples=["дом"])
    area: str | None = Field(description="How large it is, as it is shown", examples=["150 м²"])
    summary: str = Field(
        description="What a manager needs to call", examples=["Строительство дома с нуля, есть участок"]
    )
    language: Literal["ru", "kk", "en"] = Field(description="What the client speaks")
    status: LeadStatus = Field(description="Its stage")
    created_at: Moment
    phone_e164: str = Field(description="The same phone in E.164", examples=["+77768776637"])
    source: Source = Field(description="The door it came through; `manual`: written down by a person or imported")
    lost_reason: LostReason | None = Field(description="Why it was lost; null while it is not")
    version: int = Field(description="Grows with every change; send it with a move to lose no colleague's")
    updated_at: Moment
    details: dict[str, str] = Field(
        description="All else the client has said, by key: "
        + ", ".join(row.key for row in TABLE.details if Surface.API in row.shows)
        + ", the trade's own and those of `questions` in the settings",
        examples=[{"rooms": "3", "q_heating": "Газ"}],
    )
    contact_by: Literal["call", "whatsapp", "telegram", "message"] | None = Field(
        description="How the client wants to be reached; null: he has not said"
    )
    contact_name: str | None = Field(description="Whom to call instead of the client, at `phone`")
    is_complaint: bool = Field(description="The client complains of work that was done")
    is_withdrawn: bool = Field(description="The client needs it no more; that does not close the lead")
    is_urgent: bool = Field(description="The client is in a hurry")
    related_lead_id: int | None = Field(description="The same client's lead beside which he wants this one")
    area_m2: float | None = Field(description="The area as a number; null where it has no square metres")
    is_hot: bool = Field(description="The client has shown in two ways that he means it")
    channel: str | None = Field(description="The `channel` that `POST /api/chat` was told", examples=["whatsapp"])
    first_touch: dict[str, str] | None = Field(
        description="Where the client came from: page, referrer, topic, channel, marks of advertising",
        examples=[{"channel": "whatsapp", "utm_source": "google"}],
    )
    previous_lead_id: int | None = Field(description="The same client's earlier lead, closed when this one came")
    merged_into_id: int | None = Field(description="This one is a duplicate; all goes on there")
    assignee: PersonShown | None = Field(description="Who leads the client")
    is_dealt: bool = Field(description="It was given to `assignee` in turn, and he has not taken it yet")
    taken_at: Moment | None = Field(description="When a person first took it up; null while nobody has")
    conversation_id: int | None = Field(description="The talk it came from; null where there was none")
    handled_by: Literal["bot", "manager"] | None = Field(description="Who answers in that talk")
    manager: PersonShown | None = Field(description="The manager who does")
    waits_since: Moment | None = Field(description="Since when the client waits for a person; null while he does not")
    tasks: list[TaskShown] = Field(description="Call backs, open and done, in the order they were set")
    notes: list[NoteShown] = Field(description="What managers wrote down, oldest first")
    proof: list[ProofShown] = Field(description="The client's own words behind the values")


class LeadList(BaseModel):
    """Leads of the company, in the order of their id."""

    leads: list[LeadRow] = Field(description="Some of them, or all")
    total: int = Field(description="How many there are in all, whatever part of them is shown")
    next_cursor: int | None = Field(
        default=None, description="There with `limit` only: the `cursor` of the next page; null at the end"
    )


class Happening(BaseModel):
    """Something that happened to a lead."""

    id: int = Field(description="Its number")
    kind: str = Field(
        description="created, moved, changed (by the client's words), repeated (he wrote again), edited (by a person), "
        "otherwise (he said otherwise than a person wrote), dealt, assigned, taken, released, task_set, task_moved, "
        "task_done, task_deleted, merged, unmerged, split, beside, withdrawn; more may come",
        examples=["moved"],
    )
    field: str | None = Field(description="Of which value")
    from_value: str | None = Field(description="What it was: of a move, the stage", examples=["new"])
    to_value: str | None = Field(description="What it is now", examples=["in_progress"])
    reason: str | None = Field(description="Why it was lost")
    by: PersonShown | None = Field(description="Who did it; null: the bot, or the client through it")
    created_at: Moment


class History(BaseModel):
    """What happened to a lead, oldest first: every move from stage to stage among it."""

    events: list[Happening] = Field(description="All of it")


class LeadQuery(BaseModel):
    """Which leads: without parameters all of them, in the order of their id."""

    model_config = ConfigDict(extra="forbid")

    status: Annotated[LeadStatus | None, Field(description="Only leads of this stage")] = None
    updated_since: Since | None = None
    limit: Annotated[
        int | None, Field(ge=1, le=PAGE_MOST, description="At most so many, with `next_cursor`; else all"), Number
    ] = None
    offset: Annotated[
        int, Field(ge=0, le=OFFSET_MOST, description="Pass over so many; a `cursor` does it faster"), Number
    ] = 0
    cursor: Annotated[int, Field(ge=0, le=ID_MOST, description="Only leads with a greater id"), Number] = 0


class ErasedShown(BaseModel):
    """A lead that is no more."""

    id: int = Field(description="What was its number", examples=[1])
    erased_at: Moment


class ErasedList(BaseModel):
    """Leads that are no more, as they went."""

    erased: list[ErasedShown] = Field(description="Those behind `after`")
    next: int = Field(description="The `after` to ask with next time, also where nothing was there")


class ErasedQuery(BaseModel):
    """From where on."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=ID_MOST, description="The `next` of the last answer; 0 at first"), Number] = 0
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST, description="At most so many"), Number] = PAGE_MOST


class Move(BaseModel):
    """Where a lead goes. A lost one needs a reason; `version` is what you saw last."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "in_progress", "version": 1}]})

    status: LeadStatus = Field(description="The stage it goes to")
    version: Version = ABSENT
    reason: Annotated[LostReason | None, Field(description="Why, where it goes to `lost`; there it must be given")] = (
        ABSENT
    )


class LineShown(BaseModel):
    """A line of a talk."""

    id: int = Field(description="Its id")
    seq: int = Field(description="Its number in the talk, from 1")
    author: Author = Field(description="Who said it")
    text: str = Field(description="The words; of a voice message what was heard")
    has_audio: bool = Field(description="It is a voice message")
    function_called: str | None = Field(description="`register_lead` where this answer made a lead")
    created_at: Moment


class Transcript(BaseModel):
    """The talk behind a lead."""

    messages: list[LineShown] = Field(description="Its lines, oldest first")
    total: int = Field(description="How many lines the talk has")


class TranscriptQuery(BaseModel):
    """Which lines: without parameters the last 500."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=ID_MOST, description="Only lines with a greater seq"), Number] = 0
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many of the last"), Number] = 500


class LeadChange(BaseModel):
    """Values to be written over; what is left out stays, what is not named here is refused. `version` is what you saw
    last; a lead is moved by `POST /api/leads/{id}/move`.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Канат", "area": "150 м²"}]})

    name: str | None = Field(ABSENT, description="What the client is called, at most 200 characters")
    phone: str = Field(ABSENT, description="In any form; a second number in it becomes a note")
    city: str | None = Field(ABSENT, description="In any language and case: «в Астане», “Astana”")
    object_type: str | None = Field(ABSENT, description="What it is about, likewise")
    area: str | None = Field(ABSENT, description="«150 кв», «10 на 12»; what is no size stays as it is written")
    summary: str | None = Field(ABSENT, description="At most 2,000 characters")
    details: dict[str, str | None] = Field(ABSENT, description="Some of a lead's `details`; the others stay")
    version: Version = ABSENT

    def values(self) -> dict[str, str]:
        """What is given, but for the version, details beside the rest; null empties a field."""
        given = self.model_dump(exclude_unset=True, exclude={"version", "details"})
        return {name: value or "" for name, value in {**given, **(self.details or {})}.items()}

    @field_validator("details")
    @classmethod
    def _has_no_column(cls, details: dict[str, str | None] | None) -> dict[str, str | None] | None:
        if taken := [key for key in details or {} if key in cls.model_fields]:
            raise PydanticCustomError("invalid", "{key} stands beside details", {"key": taken[0]})
        return details
