"""The shapes of a client's talk: what is sent of him, what he is answered, what is told him unasked."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import FileStorage

from leadbot.api.values import ABSENT, ID_MOST, Filled, Moment, Number, no_text, number_as_text, passed_by
from leadbot.conversations import chat, voice
from leadbot.leads import attribution, editing
from leadbot.models import Author
from leadbot.texts import text_input


def _no_file(value: object) -> object:
    """What a browser and Swagger UI send for a file field that was left empty."""
    is_empty = isinstance(value, FileStorage) and not value.filename and not value.stream.read(1)
    return None if is_empty or value == "" else value


def _from_json(value: object) -> object:
    """In a form an object stands as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError):
        raise PydanticCustomError("json_invalid", "Must be a JSON object") from None


def _file(value: Any) -> Any:
    if not isinstance(value, FileStorage | None):
        raise PydanticCustomError("file", "Must be a file")
    return value


class FirstTouch(BaseModel):
    """Where a client came from; kept as it was said first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"page": "https://stroykz.kz/doma", "utm_source": "google", "utm_campaign": "spring"}
    ]})  # fmt: skip

    page: str = Field(
        "",
        max_length=attribution.URL_MOST,
        description="The page he wrote from; of its query only marks of advertising are kept",
    )
    referrer: str = Field("", max_length=attribution.URL_MOST, description="The page before it, without its query")
    topic: str = Field("", max_length=attribution.MOST, description="What it was about, in your own word")
    utm_source: str = Field("", max_length=attribution.MOST, description="Whose advertisement led him here")
    utm_medium: str = Field("", max_length=attribution.MOST, description="Of what kind")
    utm_campaign: str = Field("", max_length=attribution.MOST, description="Of which campaign")
    utm_content: str = Field("", max_length=attribution.MOST, description="Which one of several")
    utm_term: str = Field("", max_length=attribution.MOST, description="For which words")
    gclid: str = Field("", max_length=attribution.MOST, description="The click, as Google numbers it")
    fbclid: str = Field("", max_length=attribution.MOST, description="The click, as Meta numbers it")
    yclid: str = Field("", max_length=attribution.MOST, description="The click, as Yandex numbers it")

    def kept(self) -> dict[str, str]:
        """What of it is kept."""
        return attribution.given(self.model_dump())


UserId = Annotated[
    str,
    BeforeValidator(number_as_text),
    Filled,
    passed_by(lambda ref: text_input.line(ref, "user_id", most=chat.REF_MOST)),
    Field(
        description="Your own id of the client, at most 128 characters; each has one talk",
        examples=["client_telegram_12345"],
    ),
]
Text = Annotated[
    str,
    BeforeValidator(no_text),
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


Phone = Annotated[
    str,
    BeforeValidator(no_text),
    BeforeValidator(number_as_text),
    passed_by(lambda typed: typed and editing.clean("phone", typed) and typed),
    Field(
        description="His number, where you know it, WhatsApp's for example: any form that a person may type. He is not "
        "asked for it, and what he says himself goes before it",
        examples=["+7 776 877 66 37"],
    ),
]
ClientName = Annotated[
    str,
    BeforeValidator(no_text),
    passed_by(lambda typed: editing.clean("name", typed)["name"] or ""),
    Field(description="His name, where you know it, at most 200 characters", examples=["Канат"]),
]
Channel = Annotated[
    str,
    BeforeValidator(no_text),
    AfterValidator(str.lower),
    Field(
        description="Where he writes to you; stands on the lead",
        pattern="^([A-Za-z0-9_-]{1,30})?$",
        examples=["whatsapp"],
    ),
]
TouchInForm = Annotated[
    FirstTouch | None,
    BeforeValidator(_from_json),
    WithJsonSchema({"type": "string", "contentMediaType": "application/json"}),
    Field(
        description="Where he came from, a JSON object: " + ", ".join(FirstTouch.model_fields),
        examples=['{"utm_source": "google"}'],
    ),
]


class ClientLine(BaseModel):
    """One message of a client, with what you know of him. Fields that are not known are passed over."""

    model_config = ConfigDict(json_schema_extra={"required": ["user_id", "text"]})

    user_id: UserId
    text: Text = ""
    phone: Phone = ""
    name: ClientName = ""
    channel: Channel = ""
    first_touch: Annotated[FirstTouch | None, Field(description="Where he came from; kept as it was said first")] = (
        ABSENT
    )

    def touch(self) -> dict[str, str]:
        """Where the client came from, and over what."""
        kept = self.first_touch.kept() if self.first_touch else {}
        return ({"channel": self.channel} if self.channel else {}) | kept


class ClientForm(ClientLine):
    """The same as a form."""

    first_touch: TouchInForm = ABSENT


class ClientMessage(ClientForm):
    """The same with a voice message: `text`, `audio_file` or both."""

    model_config = ConfigDict(
        json_schema_extra={"required": ["user_id"], "anyOf": [{"required": ["text"]}, {"required": ["audio_file"]}]}
    )

    audio_file: Sound = ABSENT


class SentFile(BaseModel):
    """A file of a message: a client's voice, photo or document."""

    type: str = Field(description="Its media type", examples=["audio/ogg"])
    url: str = Field(description="Where it lies, with the same token", examples=["/api/messages/12/file"])


class PassedLine(BaseModel):
    """A line of a client's talk."""

    id: int = Field(description="Grows from line to line; the `after` of what comes behind it")
    author: Author = Field(description="Who said it")
    text: str = Field(description="The words", examples=["Здравствуйте, это Айгуль. Замер завтра в 11?"])
    created_at: Moment
    files: list[SentFile] = Field(description="What was sent beside the words")
    name: str | None = Field(description="The manager's own name; null where he has given none, and for others")
    answers: int | None = Field(
        description="The client's line that the bot answered with this one; null for what was said unasked, which "
        "`POST /api/chat` has not given back in `response`"
    )


class PassedLines(BaseModel):
    """Some lines of a client's talk, oldest first."""

    messages: list[PassedLine] = Field(description="The lines behind `after`")
    next: int = Field(description="The `after` to ask with next time, also where nothing was there")


class MessagesQuery(BaseModel):
    """Whose lines, and from where on."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    after: Annotated[
        int, Field(ge=0, le=ID_MOST, description="Only lines with a greater id; 0 from the beginning"), Number
    ] = 0
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many lines"), Number] = 500


class Answer(BaseModel):
    """What the bot says. While a manager holds the talk `response` is empty; answer the client nothing then."""

    status: Literal["success"] = Field(description="The message is stored and answered")
    user_id: str = Field(description="The client's, as it was sent", examples=["client_telegram_12345"])
    response: str = Field(
        description="The bot's words to him; empty while a manager holds the talk",
        examples=["Здравствуйте! У вас уже есть участок в Алматы?"],
    )
    function_called: str | None = Field(description="`register_lead` when this message made a lead")
    handled_by: Literal["bot", "manager"] = Field(description="Who answers the client now")
    messages: list[PassedLine] = Field(
        default=[],
        description="There only where the client was told something unasked since his last message: by a manager, or "
        "by the bot about who answers him. Pass it on, before `response`",
    )
