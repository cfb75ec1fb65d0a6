"""The shapes of what the API takes and gives. Fields of the customer's document come first, in its order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import FileStorage

from leadbot.accounts import users
from leadbot.api.bot_shapes import (
    ABSENT,
)
from leadbot.api.lead_shapes import ID_MOST, Since
from leadbot.conversations import chat, voice
from leadbot.errors import Invalid
from leadbot.fields import TABLE, Place
from leadbot.models import Author, LeadStatus, LostReason, Source
from leadbot.texts import text_input

PAGE_MOST = 1000
OFFSET_MOST = 10_000_000


def passed_by(check: Callable[[Any], Any], said: str | None = None) -> AfterValidator:
    """A value that a service's own check passes; where it does not, what the check says, or `said`."""

    def run(value: Any) -> Any:
        try:
            return check(value)
        except Invalid as error:
            raise PydanticCustomError("invalid", "{said}", {"said": said or str(error)}) from None

    return AfterValidator(run)


def _filled(value: str) -> str:
    if not text_input.is_visible(value):
        raise PydanticCustomError("missing", "required")
    return value


def _given(value: str) -> str:
    if not value:
        raise PydanticCustomError("missing", "required")
    return value


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _no_file(value: object) -> object:
    """What a browser and Swagger UI send for a file field that was left empty."""
    is_empty = isinstance(value, FileStorage) and not value.filename and not value.stream.read(1)
    return None if is_empty or value == "" else value


def _no_text(value: object) -> object:
    return "" if value is None else value


def _file(value: Any) -> Any:
    if not isinstance(value, FileStorage | None):
        raise PydanticCustomError("file", "Must be a file")
    return value


Filled, Given = AfterValidator(_filled), AfterValidator(_given)
Moment = Annotated[str, Field(description="UTC, whole seconds", examples=["2026-01-28T15:30:00"])]
Email = Annotated[
    str,
    passed_by(users.clean_email, "Invalid email"),
    Field(
        description="At most 254 characters",
        examples=["manager@construction.kz"],
        json_schema_extra={"format": "email", "maxLength": users.EMAIL_MOST},
    ),
]
Password = Annotated[
    str,
    passed_by(users.clean_password),
    Field(
        description="6 to 1,024 characters",
        examples=["securepass123"],
        json_schema_extra={
            "format": "password",
            "minLength": users.PASSWORD_LEAST,
            "maxLength": users.PASSWORD_MOST,
        },
    ),
]
CompanyName = Annotated[
    str,
    passed_by(lambda name: text_input.line(name, "company_name", most=users.COMPANY_NAME_MOST)),
    Field(
        description="At most 200 characters",
        examples=["СтройКомпания Алматы"],
        json_schema_extra={"minLength": 1, "maxLength": users.COMPANY_NAME_MOST},
    ),
]
UserId = Annotated[
    str,
    BeforeValidator(_number_as_text),
    Filled,
    passed_by(lambda ref: text_input.line(ref, "user_id", most=chat.REF_MOST)),
    Field(
        description="Your own id of the client, at most 128 characters; each has one talk",
        examples=["client_telegram_12345"],
    ),
]
Text = Annotated[
    str,
    BeforeValidator(_no_text),
    Field(description="What the client wrote, at most 4,096 characters", examples=["Хочу построить дом в Алматы"]),
]
Sound = Annotated[
    Any,
    BeforeValidator(_no_file),
    AfterValidator(_file),
    WithJsonSchema({"type": "string", "format": "binary"}),
    Field(
        description=f"A voice message, at most {voice.MOST_BYTES // 1024**2} MB: ogg, mp3, m4a, wav, webm, flac or amr"
    ),
]


def moment(value: datetime) -> str:
    """2026-01-28T15:30:00: UTC, whole seconds, no zone, as the customer's document has it."""
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19]


class SignUp(BaseModel):
    """A company that signs up. Fields that are not known are passed over."""

    email: Email
    password: Password
    company_name: CompanyName
    name: Annotated[str, Field(description="What the owner is called; clients see it where he answers them")] = ""


class LogIn(BaseModel):
    """The form of OAuth2's password grant; `username` is the e-mail."""

    username: Annotated[str, Given, Field(examples=["manager@construction.kz"])]
    password: Annotated[str, Given, Field(examples=["securepass123"], json_schema_extra={"format": "password"})]


class Token(BaseModel):
    access_token: str
    token_type: Literal["bearer"]


class Account(BaseModel):
    """A company and the person who asks; `id` is the company's and stands as `owner_id` in its leads."""

    id: int
    email: str
    company_name: str
    is_active: bool
    created_at: Moment


class ClientLine(BaseModel):
    """One message of a client."""

    user_id: UserId
    text: Text = ""


class ClientMessage(ClientLine):
    """One message of a client: `text`, `audio_file` or both."""

    audio_file: Sound = ABSENT


class Answer(BaseModel):
    """What the bot says. While a manager holds the talk `response` is empty; answer the client nothing then."""

    status: Literal["success"]
    user_id: str
    response: str = Field(examples=["Здравствуйте! У вас уже есть участок в Алматы?"])
    function_called: str | None = Field(description="`register_lead` when this message made a lead")
    handled_by: Literal["bot", "manager"]


class LeadRow(BaseModel):
    """A lead. `city` and `object_type` are in Russian, whatever the language of the talk."""

    id: int
    owner_id: int
    bot_user_id: int | None
    name: str | None = Field(examples=["Канат"])
    phone: str = Field(description="Kazakhstan: 8 and ten digits; else E.164", examples=["87768776637"])
    city: str | None = Field(examples=["Алматы"])
    object_type: str | None = Field(examples=["дом"])
    area: str | None = Field(examples=["150 м²"])
    summary: str = Field(examples=["Строительство дома с нуля, есть участок"])
    language: Literal["ru", "kk", "en"]
    status: LeadStatus
    created_at: Moment
    phone_e164: str = Field(examples=["+77768776637"])
    source: Source
    lost_reason: LostReason | None
    version: int = Field(description="Grows with every change; send it with a move to lose no colleague's")
    updated_at: Moment
    details: dict[str, str] = Field(
        description="All else the client has said, by key: "
        + ", ".join(row.key for row in TABLE.details if Place.API in row.shows)
        + ", the trade's own and those of `questions` in the settings",
        examples=[{"rooms": "3", "q_heating": "Газ"}],
    )
    contact_by: Literal["call", "whatsapp", "telegram", "message"] | None = Field(description="How to reach the client")
    contact_name: str | None = Field(description="Whom to call instead of the client, at `phone`")
    is_complaint: bool
    is_withdrawn: bool = Field(description="The client needs it no more; that does not close the lead")
    is_urgent: bool
    related_lead_id: int | None = Field(description="The same client's lead beside which he wants this one")


class LeadList(BaseModel):
    leads: list[LeadRow]
    total: int = Field(description="How many there are in all, whatever part of them is shown")
    next_cursor: int | None = Field(
        default=None, description="With `limit`: the `cursor` of the next page; null at the end"
    )


class LeadQuery(BaseModel):
    """Which leads: without parameters all of them, in the order of their id."""

    model_config = ConfigDict(extra="forbid")

    status: LeadStatus | None = None
    updated_since: Since | None = None
    limit: Annotated[int | None, Field(ge=1, le=PAGE_MOST)] = None
    offset: Annotated[int, Field(ge=0, le=OFFSET_MOST)] = 0
    cursor: Annotated[int, Field(ge=0, le=ID_MOST, description="Only leads with a greater id")] = 0


class Move(BaseModel):
    """Where a lead goes. A lost one needs a reason; `version` is what you saw last."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "in_progress", "version": 1}]})

    status: LeadStatus
    version: Annotated[int | None, Field(ge=0, le=ID_MOST)] = ABSENT
    reason: LostReason | None = ABSENT


class Line(BaseModel):
    """A line of a talk."""

    id: int
    seq: int = Field(description="Its number in the talk, from 1")
    author: Author
    text: str
    has_audio: bool
    function_called: str | None
    created_at: Moment


class Transcript(BaseModel):
    messages: list[Line]
    total: int = Field(description="How many lines the talk has")


class TranscriptQuery(BaseModel):
    """Which lines: without parameters the last 500."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=ID_MOST, description="Only lines with a greater seq")] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class Health(BaseModel):
    status: Literal["ok"]
