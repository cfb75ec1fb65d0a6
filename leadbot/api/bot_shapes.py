"""The shapes of what a bot is set up with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from leadbot import fields

ABSENT: Any = None  # a field that may be left out; the document names no value for it

Tone = Literal["", "business", "friendly", "short"]
Gender = Literal["", "masculine", "feminine"]
ByLanguage = dict[Literal["ru", "kk", "en"], str]
Chips = dict[Literal["ru", "kk", "en"], list[str]]
Order = Annotated[
    list[str],
    Field(
        description=f"What is asked, first to last: {', '.join(fields.TABLE.askable)}, the trade's own and the keys of"
        " `questions`; `contact` stands for name and phone, at the end where it is not named. Empty: as the"
        " set-up says",
        examples=[["object_type", "city", "area"]],
    ),
]


class BotFact(BaseModel):
    """A sentence the bot may quote, and words by which the question for it is recognised beside its topic's own."""

    topic: str = Field(examples=["price"])
    text: ByLanguage = Field(examples=[{"ru": "Кухня от 180 000 ₸ за погонный метр."}])
    words: list[str] = []


class OwnQuestion(BaseModel):
    """A question of the company's own. `key` names the answers in a lead's `details`; without one it is given."""

    key: str = Field("", examples=["q_heating"], description="q_ and then Latin letters, digits and _")
    text: ByLanguage | str = Field(examples=[{"ru": "Какое отопление?", "kk": "Жылыту қандай?"}])
    label: ByLanguage = Field({}, description="Its short name on a lead")
    chips: Chips | list[str] = Field({}, description="Quick replies, at most 6")
    required: bool = Field(True, description="Asked once more where no answer came")


class Model(BaseModel):
    """Which model answers, with the company's own key; empty: as the installation says."""

    base_url: str = ""
    model: str = ""
    has_key: bool = Field(json_schema_extra={"readOnly": True})


class ModelChange(BaseModel):
    base_url: str = ABSENT
    model: str = ABSENT
    key: str = Field(
        ABSENT, description="Written only; an empty one takes the key away", json_schema_extra={"writeOnly": True}
    )


class Budget(BaseModel):
    """Tokens for a model, a day or a month; a field that is absent is as the installation says."""

    company: int = Field(ABSENT, description="A day, the whole company")
    visitor: int = Field(ABSENT, description="A day, one client")
    month: int = Field(ABSENT, description="A month, the whole company; absent: no limit but the day's")


class TokenPrice(BaseModel):
    """Tenge for a million tokens."""

    model_config = ConfigDict(populate_by_name=True)

    input: float = Field(ABSENT, alias="in")
    output: float = Field(ABSENT, alias="out")


class Settings(BaseModel):
    """What a company sets."""

    company_name: str
    language: Literal["ru", "kk", "en"]
    time_zone: str = Field(examples=["Asia/Almaty"])
    telegram_chat_id: str | None = Field(examples=["-1001234567890"])
    widget_key: str = Field(json_schema_extra={"readOnly": True})
    phone: str
    email: str
    address: str
    hours: str
    about: str
    services: str
    service_area: str
    persona: str = Field(description="The bot's name")
    gender: Gender = Field(description="How the bot speaks of itself where the language tells, as Russian does")
    greeting: ByLanguage = Field(description="The bot's first words")
    chips: Chips = Field(description="Quick replies below the greeting, at most 6")
    tone: Tone
    order: Order
    optional: list[str] = Field(description="Of what is asked, what is asked once only")
    questions: list[OwnQuestion] = Field(description="The company's own, at most 10; their place is in `order`")
    setup: str = Field(
        description="The ready-made set-up of the trade",
        examples=["construction", "renovation", "furniture", "windows", "landscaping", "other"],
    )
    objects: list[str] = Field(description="What the company makes beside the set-up's, in the nominative")
    facts: list[BotFact]
    forbidden: list[str] = Field(description="Topics the bot leaves to a manager")
    model: Model
    hide_names: bool = Field(description="Names are kept from a model, as phones are")
    budget: Budget
    token_price: TokenPrice


class SettingsChange(BaseModel):
    """Any of the settings but `widget_key`; nothing is changed unless all are right.

    A field that is given replaces the one there is, lists and objects as a whole. A text without a language is
    taken for one in the company's own.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"telegram_chat_id": "-1001234567890"}]})

    company_name: str = ABSENT
    language: Literal["ru", "kk", "en"] = ABSENT
    time_zone: str = ABSENT
    telegram_chat_id: str | int | None = Field(ABSENT, description="A chat's number or @name; null takes it away")
    phone: str = ABSENT
    email: str = ABSENT
    address: str = ABSENT
    hours: str = ABSENT
    about: str = ABSENT
    services: str = ABSENT
    service_area: str = ABSENT
    persona: str = ABSENT
    gender: Gender = ABSENT
    greeting: ByLanguage | str = ABSENT
    chips: Chips | list[str] = ABSENT
    tone: Tone = ABSENT
    order: Order = ABSENT
    optional: list[str] = ABSENT
    questions: list[OwnQuestion] = ABSENT
    setup: str = ABSENT
    objects: list[str] = ABSENT
    facts: list[BotFact] = ABSENT
    forbidden: list[str] = ABSENT
    model: ModelChange = ABSENT
    hide_names: bool = ABSENT
    budget: Budget = ABSENT
    token_price: TokenPrice = ABSENT
